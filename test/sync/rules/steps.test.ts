import { strict as assert } from 'node:assert';
import type { Plan } from '../../../src/sync/plan/plan.ts';
import { countSteps, mostSteps, unreachedSteps } from '../../../src/sync/rules/steps.ts';
import { placeSteps, planOf, trackSteps } from '../../in-one-go.ts';
import { ended, hook, operation, result, second, start, state } from '../sample-application.ts';

function object(kind: string, name: string, annotations: Record<string, string> = {}) {
  const apiVersion = kind === 'Job' ? 'batch/v1' : kind === 'Deployment' ? 'apps/v1' : 'v1';
  return { apiVersion, kind, metadata: { name, namespace: 'shop', annotations } };
}

const plan: Plan = planOf(
  [
    object('Job', 'migrate', {
      'argocd.argoproj.io/hook': 'PreSync',
      'argocd.argoproj.io/sync-wave': '-1',
    }),
    object('Deployment', 'web', { 'argocd.argoproj.io/sync-wave': '2' }),
    object('Job', 'smoke', { 'argocd.argoproj.io/hook': 'PostSync' }),
    object('Job', 'alert', { 'argocd.argoproj.io/hook': 'SyncFail' }),
  ],
  {
    destinationNamespace: 'shop',
    createNamespace: false,
    namespaceExists: true,
    skipHooks: false,
    resources: [],
    dryRun: false,
    startedAt: second(10),
  },
);

const row = ({ name, state: reached, wave, attempt }: ReturnType<typeof trackSteps>[number]) =>
  [name, reached, wave, attempt] as const;

describe('trackStepsInTurns', () => {
  it('takes waves from the plan, and times from when a change was seen', () => {
    const first = trackSteps([], state({ results: [hook()] }), plan, start);
    assert.deepEqual(first.map(row), [['migrate', 'Running', -1, 0]]);
    const results = [hook({ hookPhase: 'Succeeded' }), result()];
    const second_ = trackSteps(first, state({ results }), plan, start + 4_000);
    assert.deepEqual(second_.map(row), [
      ['migrate', 'Succeeded', -1, 0],
      ['web', 'Running', 2, 0],
    ]);
    assert.deepEqual([second_[0]?.startedAt, second_[0]?.finishedAt], [start, start + 4_000]);
    const same = trackSteps(second_, state({ results }), plan, start + 5_000);
    assert.equal(same[0], second_[0]);
  });

  it('never goes back without a plan, but starts again in a new attempt', () => {
    const known = trackSteps(
      [],
      state({
        results: [result(), hook({ hookType: 'PostSync', syncPhase: 'PostSync', name: 'smoke' })],
      }),
      plan,
      start,
    );
    assert.deepEqual(known.map(row)[0], ['web', 'Succeeded', 2, 0]);
    const again = trackSteps(known, state({ results: [result()] }), undefined, start + 1_000);
    assert.equal(again[0], known[0]);
    const retried = state({ results: [result()], retryCount: 1 });
    assert.deepEqual(trackSteps(known, retried, undefined, start).map(row)[0], [
      'web',
      'Running',
      2,
      1,
    ]);
  });

  it('treats an ordinary resource that ends as Running as done', () => {
    const done = trackSteps([], ended('Succeeded', { results: [result()] }), undefined, start);
    assert.deepEqual(done.map(row), [['web', 'Succeeded', undefined, 0]]);
  });

  it('treats a resource as done when a later phase has started, whether a plan contains it or not', () => {
    const post = hook({ hookType: 'PostSync', syncPhase: 'PostSync', name: 'smoke' });
    const alert = hook({ hookType: 'SyncFail', syncPhase: 'SyncFail', name: 'alert' });
    const stranger = result({ name: 'stranger' });
    for (const known of [undefined, plan]) {
      for (const [results, reached] of [
        [[stranger, post], 'Succeeded'],
        [[stranger, alert], 'Running'],
        [[stranger, hook()], 'Running'],
      ] as const) {
        const [first] = trackSteps([], state({ results }), known, start);
        assert.equal(first?.state, reached);
      }
    }
  });

  it('treats the namespace that is created first as done when anything else is listed', () => {
    const shop = { group: '', kind: 'Namespace', namespace: '', name: 'shop' };
    const namespace = result({ ...shop, syncPhase: 'PreSync' });
    for (const [results, reached] of [
      [[namespace], 'Running'],
      [[namespace, hook()], 'Succeeded'],
      [[{ ...namespace, namespace: 'shop' }, hook()], 'Running'],
      [[{ ...namespace, status: 'SyncFailed' }], 'Failed'],
    ] as const) {
      const [first] = trackSteps([], state({ results }), plan, start);
      assert.equal(first?.state, reached);
    }
  });

  it('recognizes failed, pruned and skipped', () => {
    const results = [
      result({ name: 'a', status: 'SyncFailed', hookPhase: undefined }),
      result({ name: 'b', status: 'Pruned', hookPhase: 'Succeeded' }),
      result({ name: 'c', status: 'PruneSkipped', hookPhase: 'Succeeded' }),
      hook({ name: 'd', hookPhase: 'Error' }),
    ];
    const steps = trackSteps([], state({ results }), undefined, start);
    assert.deepEqual(
      steps.map((step) => step.state),
      ['Failed', 'Pruned', 'PruneSkipped', 'Failed'],
    );
  });

  it('does not confuse the results of the previous attempt with those of the retry', () => {
    const failed = [hook({ hookPhase: 'Failed' })];
    const resting = state({ results: failed, finishedAt: second(12), retryCount: 1 });
    const first = trackSteps([], resting, plan, start);
    assert.deepEqual(first.map(row), [['migrate', 'Failed', -1, 0]]);
    const retrying = state({ results: failed, retryCount: 1 });
    const still = trackSteps(first, retrying, plan, start + 1_000);
    assert.equal(still[0], first[0]);
    const again = trackSteps(
      still,
      state({ results: [hook()], retryCount: 1 }),
      plan,
      start + 2_000,
    );
    assert.deepEqual(again.map(row), [['migrate', 'Running', -1, 1]]);
    assert.deepEqual([again[0]?.startedAt, again[0]?.finishedAt], [start + 2_000, undefined]);
  });
});

describe('What is kept of steps', () => {
  it('is bounded in number and in text, even if every read shows others', () => {
    let steps: ReturnType<typeof trackSteps> = [];
    for (let look = 0; look < 5; look += 1) {
      const results = Array.from({ length: 4_000 }, (_, index) =>
        result({ name: `a-${look}-${index}`, message: 'x'.repeat(4_000) }),
      );
      steps = trackSteps(steps, state({ results }), undefined, look);
    }
    assert.equal(steps.length, mostSteps);
    const size = steps.reduce((sum, { message }) => sum + message.length, 0);
    assert.ok(size < 2 * 1_024 * 1_024 + mostSteps * 250, `${size} characters`);
    assert.match(steps.at(-1)?.message ?? '', /^x{200}… \(cut at 200 characters\)$/);
    assert.equal(steps[0]?.message.length, 4_000);
  });
});

describe('trackStepsInTurns for an operation that replaced another', () => {
  it('starts again, however similar its state', () => {
    const done = [hook({ hookPhase: 'Succeeded' }), result()];
    const ours = trackSteps([], state({ results: done, retryCount: 1 }), plan, start);
    assert.deepEqual(ours.map(row), [
      ['migrate', 'Succeeded', -1, 1],
      ['web', 'Running', 2, 1],
    ]);
    const first = trackSteps(ours, state({ results: done.slice(0, 1) }), plan, start + 9, 2);
    assert.deepEqual(first.map(row), [
      ['migrate', 'Succeeded', -1, 2],
      ['web', 'Running', 2, 1],
    ]);
    assert.equal(first[0]?.startedAt, start + 9);
    const next = trackSteps(first, state({ results: done }), plan, start + 10, 2);
    assert.deepEqual(next.map(row)[1], ['web', 'Running', 2, 2]);
  });

  it('marks the steps of a dry run', () => {
    const dry = operation({ dryRun: true });
    const [step] = trackSteps([], state({ operation: dry, results: [result()] }), plan, start);
    assert.equal(step?.dryRun, true);
    const [real] = trackSteps([], state({ results: [result()] }), plan, start);
    assert.ok(real !== undefined && !('dryRun' in real));
  });
});

describe('placeSteps', () => {
  it('gives steps their waves and positions when the plan arrives after them', () => {
    const results = [hook({ hookPhase: 'Succeeded' }), result(), result({ name: 'stranger' })];
    const steps = trackSteps([], state({ results }), undefined, start);
    assert.deepEqual(
      placeSteps(steps, plan).map(({ name, wave, order }) => [name, wave, order]),
      [
        ['migrate', -1, 0],
        ['web', 2, 1],
        ['stranger', undefined, undefined],
      ],
    );
  });
});

describe('unreachedSteps', () => {
  it('are of the last attempt', () => {
    const failed = state({ results: [hook({ hookPhase: 'Failed' })], retryCount: 2 });
    const steps = trackSteps([], failed, plan, start);
    assert.deepEqual(
      unreachedSteps(steps, plan).map(({ attempt }) => attempt),
      [2, 2],
    );
  });

  it('are those that the plan contains after the last one that was reached', () => {
    const steps = trackSteps(
      [],
      ended('Failed', { results: [hook({ hookPhase: 'Failed' })] }),
      plan,
      start,
    );
    assert.deepEqual(
      unreachedSteps(steps, plan).map(({ name, state: reached }) => [name, reached]),
      [
        ['web', 'Pending'],
        ['smoke', 'Pending'],
      ],
    );
  });
});

describe('countSteps', () => {
  it('counts how many of the planned steps have ended, without SyncFail', () => {
    const results = [
      hook({ hookPhase: 'Succeeded' }),
      result(),
      hook({ name: 'alert', syncPhase: 'SyncFail', hookPhase: 'Succeeded' }),
    ];
    const steps = trackSteps([], state({ results }), plan, start);
    assert.deepEqual(countSteps(steps, plan), { done: 1, total: 3 });
  });
});
