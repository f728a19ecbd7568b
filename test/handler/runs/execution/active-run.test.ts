import assert from 'node:assert/strict';
import pino from 'pino';
import type { Run } from '../../../../src/handler/run.ts';
import { ActiveRun } from '../../../../src/handler/runs/execution/active-run.ts';
import { RetryBackoff } from '../../../../src/handler/runs/retry-backoff.ts';
import { ReportBudget } from '../../../../src/handler/runs/outbox/report-budget.ts';
import type { Settlement } from '../../../../src/handler/runs/verification/settlement.ts';
import { Metrics } from '../../../../src/handler/telemetry/metrics.ts';
import { StoreError } from '../../../../src/handler/store/store.ts';
import { TokenCipher } from '../../../../src/handler/secrets/token-cipher.ts';
import { Detachment } from '../../../../src/follow/detachment.ts';
import { Secret } from '../../../../src/secret.ts';
import { ManualClock, settle } from '../../../follow/manual-clock.ts';
import { result } from '../../../report/example-results.ts';
import { noEvents, sampleRun } from '../../store/sample.ts';
import { failed, FakePlan, spec } from '../fake-plan.ts';
import { MemoryStore } from '../memory-store.ts';
import { dyingAt, failing, goOn, type Passage } from '../passage.ts';

const hour = 3_600_000;
const cipher = new TokenCipher([new Secret('11'.repeat(32))]);
const firstTry: Settlement = { kind: 'try', attempt: 1 };

/** The run's instance is no longer configured: the run fails as soon as it is proven. */
describe('An active run', () => {
  let clock: ManualClock;
  let plan: FakePlan;
  let store: MemoryStore;
  let life: AbortController;

  const reset = () => {
    clock = new ManualClock();
    life = new AbortController();
    plan = new FakePlan(clock);
    const sealed = cipher.seal(new Secret('job-token'), 'run-1');
    store = new MemoryStore(sampleRun('run-1', { spec, tokenExpiresAt: clock.now() + 24 * hour }));
    store.token = { sealed, digest: 'd' };
  };
  beforeEach(reset);

  /** The same process resumes it, or a new one. */
  const begin = (passage: Passage = goOn, settlement: Settlement = firstTry) => {
    const signal = life.signal;
    const run = new ActiveRun(
      store.run,
      false,
      {
        store: store.connect(passage),
        cipher,
        azure: {
          hub: () => plan.hub(passage),
          locate: async (address) => ({ address, plan: await plan.hub(passage).plan(signal) }),
          onReturn: (_, listener) => plan.onReturn(listener),
        },
        ownToken: () => Promise.reject(new Error('nobody asks for it')),
        denial: () => undefined,
        argocd: () => undefined,
        claims: noEvents,
        isNamed: () => true,
        clock,
        random: () => 1,
        metrics: new Metrics('0'),
        logger: pino({ level: 'silent' }),
        signal,
      },
      {
        tries: {
          settle: () => Promise.resolve(settlement),
          isWaiting: () => false,
          after: () => Promise.resolve('none'),
        },
        retryBackoff: new RetryBackoff({ clock, random: () => 1 }),
        budget: new ReportBudget(),
        proofBackoff: new RetryBackoff({ clock, random: () => 1 }),
        proven: () => undefined,
      },
    );
    const work = run.work();
    work.catch(() => undefined);
    return { run, work };
  };
  const finish = ({ work }: ReturnType<typeof begin> = begin()) => clock.finish(work);
  const lines = () => (plan.lines ?? []).map((line) => line.slice(29));

  it('ends with a clear message, reports it, and forgets the token', async () => {
    await finish();
    const { state, outcome, message } = store.run;
    assert.deepEqual([state, outcome], ['ended', 'failed']);
    assert.match(message, /no longer has an Argo CD instance "prod"/);
    assert.deepEqual(plan.completions, ['failed']);
    assert.match(lines().at(-1) ?? '', /^##\[error\].*no longer has an Argo CD instance/);
    assert.equal(store.token, undefined);
  });

  it('stores its end in one step with the last lines of its log', async () => {
    await finish();
    const ending = store.steps.filter(({ change }) => change?.state === 'reporting');
    assert.equal(ending.length, 1);
    assert.deepEqual(
      ending[0]?.enqueue?.map(({ item }) => item.kind),
      ['lines', 'record', 'record', 'completed'],
    );
  });

  it('reports each line and the completion once, whenever its process ends', async () => {
    const { passage, count } = dyingAt(Infinity);
    await finish(begin(passage));
    const [whole, most] = [lines(), count()];
    assert.ok(most > 30, String(most));
    for (let moment = 1; moment <= most; moment += 1) {
      reset();
      plan.isOverWhenCompleted = moment % 2 === 0;
      begin(dyingAt(moment).passage);
      await clock.pass(60_000);
      life.abort(new Detachment());
      life = new AbortController();
      if (store.run.state !== 'ended') await finish();
      assert.equal(store.run.outcome, 'failed', `dead at moment ${moment}`);
      assert.deepEqual(lines(), whole, `dead at moment ${moment}`);
      assert.deepEqual(plan.completions, ['failed'], `dead at moment ${moment}`);
    }
  });

  for (const call of ['token', 'commit', 'items', 'checkpoints']) {
    it(`waits for a store that fails at ${call}, and loses nothing`, async () => {
      const fault = new StoreError('The store: the disk failed to read or write it.');
      await finish(begin(failing(call, 'before', fault, 4)));
      assert.equal(store.run.outcome, 'failed');
      assert.deepEqual(plan.completions, ['failed']);
    });
  }

  describe('whose token is unusable', () => {
    for (const [what, token] of [
      ['is gone', undefined],
      ['was sealed with a key that is gone', { sealed: 'v1.00000000.a.b', digest: 'd' }],
    ] as const) {
      it(`ends if its token ${what}, and sends no request`, async () => {
        store.token = token;
        await finish();
        assert.equal(store.run.outcome, 'unreported');
        assert.match(store.run.message, /token can no longer be decrypted/);
        assert.deepEqual(plan.calls, []);
        assert.equal(store.token, undefined);
      });
    }

    it('ends if its token expired before Azure DevOps could be asked', async () => {
      plan.onCall = () => failed('unavailable');
      await finish();
      assert.equal(store.run.outcome, 'unreported');
      assert.match(store.run.message, /could not be reached while its token was valid/);
      assert.equal(clock.now() - store.run.tokenExpiresAt, 0);
    });
  });

  describe('that an earlier try has already done', () => {
    const earlier = (change: Partial<Run>): Settlement => ({
      kind: 'repeat',
      attempt: 2,
      of: sampleRun('run-0', { state: 'ended', results: [result()], ...change }),
    });

    for (const [what, of] of [
      ['reported it', { outcome: 'succeeded', message: 'shop succeeded' }],
      [
        'could not report it',
        { outcome: 'unreported', message: 'Azure DevOps has ended the plan' },
      ],
    ] as const) {
      it(`succeeds with everything that a try reports if the earlier one ${what}`, async () => {
        await finish(begin(goOn, earlier(of)));
        const { outcome, attempt, message } = store.run;
        assert.deepEqual([outcome, attempt], ['succeeded', 2]);
        assert.match(message, /^shop succeeded/);
        assert.deepEqual(plan.completions, ['succeeded']);
        assert.equal(plan.own.variables?.['outcome'], 'succeeded');
        assert.equal(plan.attachments.length, 2);
        assert.match(lines().join('\n'), /has already done this[^]*shop succeeded/);
        assert.ok(!plan.events.some(({ name }) => name === 'TaskStarted'));
      });
    }

    it('keeps its warnings', async () => {
      const concerns = [{ title: 'OrphanedResourceWarning', message: '' }];
      await finish(begin(goOn, earlier({ outcome: 'succeeded', results: [result({ concerns })] })));
      assert.deepEqual(plan.completions, ['succeededWithIssues']);
    });
  });

  it('ends silently if another run executes its task', async () => {
    await finish(begin(goOn, { kind: 'duplicate', of: 'run-0' }));
    assert.equal(store.run.outcome, 'duplicate');
    assert.match(store.run.message, /run-0/);
    assert.deepEqual([plan.events, plan.lines], [[], undefined]);
  });

  describe('that is canceled', () => {
    it('reports that only once it is stored, however often it is asked', async () => {
      let open = (): void => undefined;
      const gate = new Promise<void>((resolve) => (open = resolve));
      plan.onCall = () => failed('unavailable');
      const { run } = begin((call, stage) =>
        call === 'commit' && stage === 'before' ? gate : Promise.resolve(),
      );
      let done = 0;
      for (let times = 0; times < 3; times += 1) void run.cancel().then(() => (done += 1));
      await settle();
      assert.deepEqual([done, store.run.isCanceled], [0, false]);
      open();
      await settle();
      assert.deepEqual([done, store.run.isCanceled], [3, true]);
      assert.equal(store.steps.length, 1);
    });

    it('ends as canceled once it is proven, and sends no request to Argo CD', async () => {
      plan.onCall = () => failed('unavailable');
      const { run, work } = begin();
      await settle();
      await run.cancel();
      plan.onCall = () => undefined;
      await clock.finish(work);
      assert.equal(store.run.outcome, 'canceled');
      assert.deepEqual(plan.completions, ['canceled']);
      assert.match(lines().at(-1) ?? '', /^##\[warning\]The run was canceled before/);
    });

    it('too late, keeps its end', async () => {
      plan.onCall = (what) =>
        what === 'attach' || what === 'post' ? failed('unavailable') : undefined;
      const { run, work } = begin();
      await clock.pass(10_000);
      assert.equal(run.run.state, 'reporting');
      await run.cancel();
      plan.onCall = () => undefined;
      await clock.finish(work);
      await run.cancel();
      assert.deepEqual([store.run.outcome, store.run.isCanceled], ['failed', false]);
      assert.deepEqual(plan.completions, ['failed']);
    });
  });
});
