import assert from 'node:assert/strict';
import { HookLogs } from '../../src/follow/hook-logs.ts';
import { LogBudget, mostLogCharacters } from '../../src/follow/log-budget.ts';
import { failed, FakeArgoCD, hang, portsOn, settingsOf } from './fake-argo-cd.ts';
import { result } from '../report/example-results.ts';
import { ManualClock } from './manual-clock.ts';

const job = { group: 'batch', kind: 'Job', namespace: 'shop', name: 'migrate' };

describe('The logs of hooks', () => {
  let clock: ManualClock;
  let argocd: FakeArgoCD;
  let ports: ReturnType<typeof portsOn>;
  let logs: HookLogs;

  const make = (hookLogLines = 20) => {
    clock = new ManualClock();
    argocd = new FakeArgoCD(clock);
    ports = portsOn(argocd, clock);
    logs = new HookLogs(settingsOf(undefined, { hookLogLines }), ports);
  };
  beforeEach(() => make());
  afterEach(async () => {
    ports.cancel();
    await clock.pass(0);
    assert.equal(clock.sleeping, 0, 'a timer is left behind');
  });

  const asked = () => argocd.times('logs').length;
  const answer = (...lines: string[]) => {
    argocd.onLogs = () => Promise.resolve({ lines, fault: '' });
  };

  it('are read once', async () => {
    answer('boom');
    assert.deepEqual((await logs.read(job)).lines, ['boom']);
    await logs.read(job);
    assert.equal(asked(), 1);
  });

  it('are read again if the hook failed again, since a retry has another pod', async () => {
    answer('first attempt');
    await logs.begin(job);
    answer('second attempt');
    void logs.begin(job);
    assert.deepEqual((await logs.read(job)).lines, ['second attempt']);
  });

  it('are not read for kinds that have none, or if none are wanted', async () => {
    await logs.read({ ...job, kind: 'ConfigMap' });
    make(0);
    await logs.read(job);
    logs.keep(job, () => true);
    await clock.pass(0);
    assert.equal(asked(), 0);
  });

  const failures = [
    ['the right is missing', failed('forbidden'), /lacks the right "logs, get"/],
    ['Argo CD is down', failed('unavailable', 'HTTP 502'), /could not be read: HTTP 502/],
  ] as const;
  for (const [what, error, words] of failures) {
    it(`say why they are missing if ${what}`, async () => {
      argocd.onLogs = () => Promise.reject(error);
      assert.match((await logs.read(job)).fault, words);
    });
  }

  it('say so if Kubernetes no longer has the pod', async () => {
    argocd.onLogs = () => Promise.resolve({ lines: [], fault: 'pod not found' });
    assert.match((await logs.read(job)).fault, /no longer available: pod not found/);
  });

  it('are saved while the hook runs, in case nothing is left of it', async () => {
    let isRunning = true;
    answer('one', 'two');
    logs.keep(job, () => isRunning);
    await clock.pass(3_500);
    isRunning = false;
    argocd.onLogs = () => Promise.resolve({ lines: [], fault: 'gone' });
    assert.deepEqual(await logs.begin(job), { lines: ['one', 'two'], fault: '' });
    const before = asked();
    await clock.pass(60_000);
    assert.equal(asked(), before);
  });

  it('are saved by one reader at a time, which slows down for a long hook', async () => {
    logs.keep(job, () => true);
    logs.keep(job, () => true);
    await clock.pass(10_000);
    assert.equal(asked(), 11);
    await clock.pass(30 * 60_000 - 10_000);
    assert.ok(asked() < 260, `${asked()} requests in half an hour`);
  });

  it('are not waited for longer than five seconds at the end', async () => {
    argocd.onLogs = (_address, _query, signal) => hang(signal);
    logs.close();
    const before = clock.now();
    const { fault } = await clock.finish(logs.read(job));
    assert.match(fault, /did not arrive in time/);
    assert.equal(clock.now() - before, 5_000);
  });

  it('are given up immediately if the run is canceled', async () => {
    argocd.onLogs = (_address, _query, signal) => hang(signal);
    const reading = logs.read(job);
    ports.cancel();
    assert.deepEqual(await clock.finish(reading), { lines: [], fault: '' });
  });

  it('say what is missing after the lines that were read', async () => {
    argocd.onLogs = () => Promise.resolve({ lines: ['one'], fault: 'no response within 20 s' });
    assert.deepEqual(await logs.read(job), {
      lines: ['one'],
      fault: 'Its log is not complete: no response within 20 s.',
    });
  });

  describe('share a limit per run', () => {
    const line = 'x'.repeat(1_000);
    const numbered = (index: number) => ({ ...job, name: `migrate-${index}` });
    const readAll = (count: number) =>
      clock.finish(
        Promise.all(Array.from({ length: count }, (_, index) => logs.read(numbered(index)))),
      );
    const sizeOf = (read: readonly { readonly lines: readonly string[] }[]) =>
      read.flatMap(({ lines }) => lines).reduce((size, one) => size + one.length, 0);

    it('however many hooks fail, and are not requested once it is reached', async () => {
      answer(...new Array<string>(50).fill(line));
      const read = await readAll(2_000);
      assert.ok(sizeOf(read) <= mostLogCharacters + 200, `${sizeOf(read)} characters`);
      assert.ok(asked() <= 10, `${asked()} requests`);
      assert.match(read[5]?.lines[0] ?? '', /^… \(\d+ earlier lines omitted/);
      assert.match(read[10]?.fault ?? '', /^Its log was omitted: a run keeps 262144 characters/);
    });

    it('and are read four at a time', async () => {
      argocd.onLogs = (_address, _query, signal) => hang(signal);
      for (let index = 0; index < 8; index += 1) void logs.begin(numbered(index));
      await clock.pass(0);
      assert.equal(asked(), 4);
    });

    it('and return their share: for the next attempt, and when a hook succeeds', async () => {
      answer(...new Array<string>(250).fill(line));
      for (let attempt = 0; attempt < 5; attempt += 1) await clock.finish(logs.begin(job));
      assert.equal((await logs.read(job)).lines.length, 250);
      logs.forget(job);
      assert.equal((await clock.finish(logs.begin(numbered(1)))).lines.length, 250);
    });

    it('with those of the other applications, and of stored results', async () => {
      const logBudget = new LogBudget();
      const other = new HookLogs(settingsOf(undefined, { path: 'other' }), { ...ports, logBudget });
      logs = new HookLogs(settingsOf(), { ...ports, logBudget });
      const log = new Array<string>(255).fill(line);
      const cause = { title: '', message: '', advice: '', resource: undefined, log };
      logBudget.count('kept', result({ causes: [cause] }));
      answer(...new Array<string>(50).fill(line));
      const read = [await clock.finish(other.read(job)), await clock.finish(logs.read(job))];
      assert.equal(sizeOf(read) < 10_000, true);
      assert.match(read[1]?.fault ?? '', /was omitted/);
    });
  });
});
