import assert from 'node:assert/strict';
import { HookCalls, type HookTasks } from '../../../src/handler/follow-ups/hook-calls.ts';
import type { HookAnswer, HookCall } from '../../../src/handler/hook-intake.ts';
import { noAbort } from '../../argocd/rest/server.ts';
import { failed } from '../../follow/fake-argo-cd.ts';
import { rule } from '../../follow-ups/rules.ts';
import {
  application,
  ended,
  hook,
  operation,
  second,
  state,
} from '../../sync/sample-application.ts';
import { run } from '../http/example-runs.ts';
import { Scene, settings } from './scene.ts';
import { Secret } from '../../../src/secret.ts';

const smoke = hook({
  name: 'smoke-tests',
  namespace: 'shop',
  hookType: 'PostSync',
  syncPhase: 'PostSync',
});
const testing = (change: Parameters<typeof state>[0] = {}) =>
  application({ operationState: state({ operation: operation(), results: [smoke], ...change }) });

const { name } = application({});
const { do: queued } = rule();
assert.ok(queued.kind === 'queuePipeline');
const call: HookCall = {
  argocd: 'prod',
  application: { name },
  hook: { name: 'smoke-tests', namespace: 'shop' },
  phase: undefined,
  queue: { ...queued, organization: 'fabrikam', project: 'shop' },
  completes: false,
  each: 'operation',
  isAllowed: () => true,
};

describe("A hook's call", function () {
  this.timeout(60_000);
  let scene: Scene;
  let calls: HookCalls;
  let task: Awaited<ReturnType<HookTasks['runOf']>>;
  const asked: unknown[] = [];

  async function begin(configured = settings({ followUps: [] })): Promise<void> {
    await scene.start(configured);
    calls = new HookCalls({
      server: (argocd) =>
        argocd === 'prod'
          ? {
              argocd: {
                get: ({ name: asked }) => {
                  const found = [...scene.applications.values()].find((one) => one.name === asked);
                  return found ? Promise.resolve(found) : Promise.reject(failed('not-found'));
                },
              },
            }
          : undefined,
      ...{ store: scene.store.events, followUps: scene.followUps, clock: scene.clock },
      announced: {
        runOf: (argocd, { name: of }, startedAt) => {
          asked.push([argocd, of, startedAt]);
          return Promise.resolve(task);
        },
      },
      watchRun: (action, _, tell) => {
        const run = { id: 1, name: action.key, page: '', state: 'completed' } as const;
        tell(run);
        return Promise.resolve({ ...run, result: 'succeeded' });
      },
    });
  }

  beforeEach(() => (scene = new Scene(second(5))));
  afterEach(() => scene.end());

  function accepted(answer: HookAnswer) {
    assert.ok(answer.kind === 'accepted', answer.kind);
    return answer;
  }

  it('queues its pipeline once, however often it is repeated', async () => {
    await begin();
    scene.put(testing());
    const ids = new Set<string>();
    for (let time = 0; time < 3; time++) {
      const { phase, followUps } = accepted(await calls.accept(call, noAbort));
      assert.equal(phase, 'PostSync');
      assert.equal(followUps.length, 1);
      ids.add(followUps[0]?.id ?? '');
      await scene.rest();
    }
    assert.equal(ids.size, 1);
    assert.equal(scene.done.length, 1);
    assert.match(scene.done[0] ?? '', /phaseReached\/PostSync\|hook\/shop\/smoke-tests\//);
  });

  it('queues it once for two concurrent calls', async () => {
    await begin();
    scene.put(testing());
    await Promise.all([calls.accept(call, noAbort), calls.accept(call, noAbort)]);
    await scene.rest();
    assert.equal(scene.done.length, 1);
  });

  it('is the same in a further attempt, unless it counts attempts', async () => {
    await begin();
    for (const retryCount of [0, 1]) {
      scene.put(testing({ retryCount }));
      await calls.accept(call, noAbort);
      await calls.accept({ ...call, each: 'attempt' }, noAbort);
      await scene.rest();
    }
    assert.equal(scene.done.length, 3);
  });

  it('differs in the next operation', async () => {
    await begin();
    scene.put(testing());
    await calls.accept(call, noAbort);
    scene.put(testing({ startedAt: second(25) }));
    await calls.accept(call, noAbort);
    await scene.rest();
    assert.equal(scene.done.length, 2);
  });

  it('does not queue what a rule queues for the same event', async () => {
    const ruled = rule({
      when: { events: ['phaseReached'], phases: ['PostSync'] },
    });
    await begin(settings({ followUps: [ruled] }));
    await scene.rest();
    scene.put(testing());
    const { followUps } = accepted(await calls.accept(call, noAbort));
    await scene.rest();
    assert.equal(scene.done.length, 1);
    assert.equal(followUps[0]?.rule, ruled.name);
  });

  it('leaves the events of the operation to the rules, as if there had been no call', async () => {
    await begin(settings());
    await scene.rest();
    scene.put(testing());
    await calls.accept(call, noAbort);
    await scene.tell(
      application({
        operationState: ended('Succeeded', { operation: operation(), results: [smoke] }),
      }),
    );
    assert.ok((await scene.brief()).includes('succeeded smoke done'), String(await scene.brief()));
    assert.equal(scene.done.length, 2);
  });

  const unseen: readonly (readonly [string, Partial<HookCall>])[] = [
    [
      'for a hook that the application does not show',
      { hook: { name: 'other', namespace: 'shop' } },
    ],
    [
      'for a hook of that name in another namespace',
      { hook: { name: 'smoke-tests', namespace: 'bank' } },
    ],
    ['for another phase', { phase: 'PreSync' }],
    ['for a deletion that is not in progress', { phase: 'PreDelete' }],
    ['for a missing application', { application: { name: 'bank' } }],
    ['for an AppProject that is not granted', { isAllowed: () => false }],
    ['for an unknown Argo CD', { argocd: 'test' }],
  ];
  for (const [what, change] of unseen) {
    it(`queues nothing if it is ${what}`, async () => {
      await begin();
      scene.put(testing());
      assert.deepEqual(await calls.accept({ ...call, ...change }, noAbort), { kind: 'unseen' });
      await scene.rest();
      assert.deepEqual(await scene.actions(), []);
    });
  }

  it('may name its pod instead of the hook', async () => {
    await begin();
    const longer = hook({ ...smoke, name: 'smoke-tests-all' });
    scene.put(testing({ results: [hook(), longer, smoke] }));
    for (const pod of ['smoke-tests-x7k2p', 'smoke-tests-bcdfg']) {
      const asked = { ...call, hook: { pod, namespace: 'shop' } };
      assert.equal(accepted(await calls.accept(asked, noAbort)).phase, 'PostSync');
    }
    await calls.accept(call, noAbort);
    await scene.rest();
    assert.equal(scene.done.length, 1);
    assert.match(scene.done[0] ?? '', /\|hook\/shop\/smoke-tests\/fabrikam/);
  });

  const pods: readonly (readonly [string, HookCall['hook'], HookAnswer['kind']])[] = [
    ['of no hook that is listed', { pod: 'other-x7k2p', namespace: 'shop' }, 'unseen'],
    ['with another name', { pod: 'smoke-tests-all-x7k2p', namespace: 'shop' }, 'unseen'],
    ['of another namespace', { pod: 'smoke-tests-x7k2p', namespace: 'bank' }, 'unseen'],
    [
      'of one of several hooks, whose names Kubernetes cuts alike',
      { pod: `${'a'.repeat(58)}x7k2p`, namespace: 'shop' },
      'ambiguous',
    ],
  ];
  for (const [what, asked, kind] of pods) {
    it(`queues nothing for a pod ${what}`, async () => {
      await begin();
      const alike = ['b', 'c'].map((end) => hook({ ...smoke, name: 'a'.repeat(60) + end }));
      scene.put(testing({ results: [smoke, ...alike] }));
      assert.deepEqual(await calls.accept({ ...call, hook: asked }, noAbort), { kind });
      await scene.rest();
      assert.deepEqual(await scene.actions(), []);
    });
  }

  it('in a deletion is the same for each pod of the Job', async () => {
    await begin();
    scene.put({ ...testing({ phase: 'Running' }), deleting: true, operationState: undefined });
    for (const pod of ['clean-up-x7k2p', 'clean-up-bcdfg']) {
      accepted(await calls.accept({ ...call, hook: { pod, namespace: 'shop' } }, noAbort));
    }
    await scene.rest();
    assert.equal(scene.done.length, 1);
    assert.match(scene.done[0] ?? '', /\/deleted\|hook\/shop\/clean-up\//);
  });

  it('in a deletion belongs to the deletion', async () => {
    await begin();
    scene.put({ ...testing({ phase: 'Running' }), deleting: true, operationState: undefined });
    const { phase } = accepted(await calls.accept({ ...call, phase: 'PostDelete' }, noAbort));
    await scene.rest();
    assert.equal(phase, 'PostDelete');
    assert.match(scene.done[0] ?? '', /\/deleted\|hook\//);
  });

  it('that queues nothing returns the follow-ups of its operation', async () => {
    await begin();
    scene.put(testing());
    await calls.accept(call, noAbort);
    await scene.rest();
    const { followUps } = accepted(await calls.accept({ ...call, queue: undefined }, noAbort));
    assert.deepEqual(
      followUps.map(({ target, state: of }) => [target, of]),
      [['fabrikam/shop/smoke-tests', 'done']],
    );
  });

  it('is told the host of a webhook, since its address may hold a secret', async () => {
    const secret = new Secret('sixteen-characters');
    const action = { kind: 'postWebHook', url: 'https://x.example/s3cret', secret } as const;
    const told = { ...rule({ when: { events: ['phaseReached'] } }), do: action };
    await begin(settings({ followUps: [told] }));
    scene.put(testing());
    await calls.accept(call, noAbort);
    await scene.rest();
    const { followUps } = accepted(await calls.accept({ ...call, queue: undefined }, noAbort));
    assert.deepEqual(followUps.map(({ target }) => target).sort(), [
      'fabrikam/shop/smoke-tests',
      'x.example',
    ]);
  });

  const completing: HookCall = { ...call, queue: undefined, completes: true };
  const tasks: readonly (readonly [string, typeof task, HookAnswer | object])[] = [
    ['none', 'none', { task: 'none' }],
    [
      'a followed task',
      run({ id: 'run-1' }),
      { task: { run: 'run-1', state: 'following', outcome: undefined } },
    ],
    ['a task that is not followed', 'unfollowed', { kind: 'unfollowed' }],
  ];
  for (const [what, known, expected] of tasks) {
    it(`requests the task of its own operation, and returns ${what}`, async () => {
      await begin();
      asked.length = 0;
      task = known;
      scene.put(testing({ startedAt: second(25) }));
      const answer = await calls.accept(completing, noAbort);
      const accepts = { kind: 'accepted', phase: 'PostSync', followUps: [] };
      assert.deepEqual(answer, 'kind' in expected ? expected : { ...accepts, ...expected });
      assert.deepEqual(asked, [['prod', name, second(25)]]);
      assert.deepEqual(await scene.actions(), []);
    });
  }

  it('that requests a task is told to come again if too many are being read', async () => {
    await begin();
    task = 'busy';
    scene.put(testing());
    assert.equal((await calls.accept(completing, noAbort)).kind, 'unavailable');
  });

  it('in a deletion has no task, whatever operation came before', async () => {
    await begin();
    asked.length = 0;
    scene.put({
      ...application({ operationState: ended('Succeeded', { results: [smoke] }) }),
      deleting: true,
    });
    const answer = accepted(await calls.accept({ ...completing, phase: 'PreDelete' }, noAbort));
    assert.deepEqual([answer.task, asked], ['none', []]);
  });

  for (const [what, change] of unseen) {
    it(`requests no task if it is ${what}`, async () => {
      await begin();
      asked.length = 0;
      scene.put(testing());
      const answer = await calls.accept({ ...completing, ...change }, noAbort);
      assert.deepEqual([answer, asked], [{ kind: 'unseen' }, []]);
    });
  }

  it('can wait for the end of what it queued, if it may read that', async () => {
    await begin();
    scene.put(testing());
    const { followUps } = accepted(await calls.accept(call, noAbort));
    const id = followUps[0]?.id ?? '';
    await scene.rest();
    const seen = await calls.progress(id, () => true, 30_000, noAbort);
    assert.deepEqual([seen?.state, seen?.run?.result], ['done', 'succeeded']);
    assert.equal(await calls.progress(id, () => false, 0, noAbort), undefined);
    assert.equal(await calls.progress('100000000000000', () => true, 0, noAbort), undefined);
  });
});
