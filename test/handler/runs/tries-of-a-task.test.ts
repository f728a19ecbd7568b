import assert from 'node:assert/strict';
import fc from 'fast-check';
import { nothingReported, type Run } from '../../../src/handler/run.ts';
import type { ReportItem } from '../../../src/handler/store/store.ts';
import { Crowd, hopeless, patient } from './crowd.ts';
import { failed, type FakePlan } from './fake-plan.ts';
import { line, record } from './told-run.ts';

const key = 'task';
const speaking = new Set(['createLog', 'appendLog', 'updateRecords', 'attach', 'post']);
const attachment: ReportItem = {
  kind: 'attachment',
  attachment: { type: 'argocd.result', name: 'shop.json', text: '{}' },
};
const many = (count: number) => Array.from({ length: count }, (_, index) => `try-${index + 1}`);

describe('The tries of a task, as reported to Azure DevOps', () => {
  let crowd: Crowd;
  let plan: FakePlan;
  /** Which run reported what. */
  let said: string[];

  const prepare = () => {
    crowd = new Crowd();
    plan = crowd.share('try-1', ...many(40));
    said = [];
    crowd.onCall = (id, call) => {
      if (speaking.has(call)) said.push(id);
    };
  };
  beforeEach(prepare);
  afterEach(() => crowd.end());

  describe('of which a newer one has ended', () => {
    const held: readonly (readonly [string, ReportItem])[] = [
      ['lines of the log', line('a')],
      ['a record that starts', record({ state: 'inProgress' })],
      ['an attachment', attachment],
    ];
    const end: ReportItem = { kind: 'completed', result: 'failed' };
    const older: readonly (readonly [string, Partial<Run>])[] = [
      ['has not tried to complete', {}],
      ['may have completed', { report: { ...nothingReported, isCompleting: true } }],
    ];
    for (const [what, item] of [...held, ['nothing else', undefined] as const]) {
      for (const [how, change] of older) {
        it(`keep the older one silent if it holds ${what} and ${how}`, async () => {
          crowd.store('try-1', { key, state: 'reporting', outcome: 'failed', ...change });
          const items = [...(item === undefined ? [] : [item]), end];
          const enqueue = items.map((each) => ({ at: 0, item: each }));
          crowd.model.commit({ runId: 'try-1', enqueue });
          crowd.store('try-2', { key });
          crowd.model.commit({ runId: 'try-2', change: { state: 'ended', outcome: 'succeeded' } });
          await crowd.resume();
          await crowd.clock.pass(600_000);
          assert.deepEqual(said, []);
          assert.deepEqual(
            [crowd.run('try-1').state, crowd.run('try-1').outcome],
            ['ended', 'failed'],
          );
        });
      }
    }

    it('let the older one start nothing if it is not yet proven', async () => {
      crowd.store('try-1', { key, spec: patient });
      crowd.store('try-2', { key });
      crowd.model.commit({ runId: 'try-2', change: { state: 'ended', outcome: 'failed' } });
      await crowd.resume();
      await crowd.clock.pass(60_000);
      assert.deepEqual(said, []);
      assert.equal(crowd.run('try-1').outcome, 'duplicate');
    });
  });

  for (const restarts of [false, true]) {
    it(`report a success once, by the newer one, while the older one is parked${restarts ? ', even after a restart' : ''}`, async () => {
      crowd.heal();
      let isLost = true;
      plan.onCall = (what, given) =>
        isLost && what === 'post' && (given as { name: string }).name === 'TaskCompleted'
          ? failed('unclear')
          : undefined;
      crowd.add(['try-1'], { key, spec: patient });
      await crowd.clock.pass(200_000);
      assert.equal(crowd.run('try-1').report.isCompleting, true);
      assert.equal(crowd.scheduler.figures.active, 0);
      isLost = false;
      said = [];
      crowd.add(['try-2'], { key, spec: patient });
      if (restarts) {
        crowd.start();
        await crowd.resume();
      }
      await crowd.clock.pass(120_000);
      assert.deepEqual(plan.completions, ['succeeded']);
      assert.deepEqual(new Set(said), new Set(['try-2']));
      assert.deepEqual(
        ['try-1', 'try-2'].map((id) => crowd.run(id).outcome),
        ['succeeded', 'succeeded'],
      );
    });
  }

  it('let the newer one report nothing if the end of the older one arrives late, and end it', async () => {
    plan.onCall = async (what, given) => {
      if (what !== 'post' || (given as { name: string }).name !== 'TaskCompleted') return undefined;
      await crowd.clock.sleep(10_000, new AbortController().signal);
      return undefined;
    };
    crowd.add(['try-1'], { key });
    await crowd.clock.pass(3_000);
    crowd.add(['try-2'], { key });
    await crowd.clock.pass(60_000);
    assert.deepEqual(plan.completions, ['failed']);
    assert.deepEqual(new Set(said), new Set(['try-1']));
    assert.equal(crowd.run('try-2').outcome, 'duplicate');
  });

  /** Possible events of a task, its runs and the network. */
  const event = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom('pass 100', 'pass 1000', 'pass 4000', 'pass 70000') },
    { weight: 2, arbitrary: fc.constantFrom('lose request', 'lose answer', 'find') },
    { weight: 2, arbitrary: fc.constantFrom('try', 'kill') },
    { weight: 1, arbitrary: fc.constantFrom('away', 'back', 'heal') },
  );

  it('complete each attempt once, and report nothing afterward', async function () {
    this.timeout(120_000);
    await fc.assert(
      fc.asyncProperty(fc.boolean(), fc.array(event, { maxLength: 30 }), async (waits, events) => {
        prepare();
        let tries = 0;
        let losing: 'request' | 'answer' | undefined;
        let isAway = false;
        /** Of the current attempt. */
        let completions = 0;
        const spoken: string[] = [];
        const begin = () => {
          tries += 1;
          completions = 0;
          plan.own = { state: 'inProgress' };
          crowd.add([`try-${tries}`], { key, spec: waits ? patient : hopeless });
        };
        plan.onCall = (what, given) => {
          if (isAway) return failed('unavailable');
          const isEnd = what === 'post' && (given as { name: string }).name === 'TaskCompleted';
          if (speaking.has(what) && plan.own.state === 'completed') spoken.push(what);
          if (!isEnd || losing === 'request') return isEnd ? failed('unclear') : undefined;
          completions += 1;
          if (losing === undefined) return undefined;
          const { result } = given as { result: 'failed' };
          plan.own = { state: 'completed', result };
          return failed('unclear');
        };
        begin();
        try {
          for (const each of events) {
            const [what = '', ms] = each.split(' ');
            if (what === 'pass') await crowd.clock.pass(Number(ms));
            if (what === 'lose') losing = ms === 'request' ? 'request' : 'answer';
            if (what === 'find') losing = undefined;
            if (what === 'away') isAway = true;
            if (what === 'heal') crowd.heal();
            if (what === 'back') {
              isAway = false;
              await crowd.returned();
            }
            if (what === 'kill') {
              crowd.start();
              await crowd.resume();
            }
            // Azure DevOps retries what has failed or was never acknowledged.
            if (what === 'try' && plan.own.result !== 'succeeded' && tries < 40) begin();
            assert.ok(completions <= 1, 'completed twice');
          }
          [losing, isAway] = [undefined, false];
          crowd.heal();
          await crowd.returned();
          await crowd.clock.pass(600_000);
          assert.equal(plan.own.state, 'completed');
          assert.equal(completions, 1);
          assert.deepEqual(spoken, []);
        } finally {
          crowd.end();
        }
      }),
      {
        numRuns: 150,
        examples: [
          // Three at once, while the end of the first cannot be reported.
          [
            false,
            [
              ...['lose request', 'pass 70000', 'try', 'pass 100', 'try', 'try'],
              ...['pass 4000', 'pass 1000', 'pass 1000'],
            ],
          ],
        ],
      },
    );
  });
});
