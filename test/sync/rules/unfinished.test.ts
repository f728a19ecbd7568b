import { strict as assert } from 'node:assert';
import type { Application } from '../../../src/sync/model/application.ts';
import { observe } from '../../../src/sync/rules/decide.ts';
import type { Goal } from '../../../src/sync/model/goal.ts';
import type { Memory } from '../../../src/sync/model/memory.ts';
import type { OperationState } from '../../../src/sync/model/operation.ts';
import { explainUnfinished } from '../../../src/sync/rules/unfinished.ts';
import {
  application,
  comparisonError,
  ended,
  fresh,
  hook,
  operation,
  refreshed,
  resource,
  result,
  second,
  start,
  state,
  syncGoal,
  synced,
  A,
  terminateGoal,
  waitGoal,
} from '../sample-application.ts';

/** The titles after the first, which says what was last waited for. */
function causesOf(
  snapshot: Application,
  seen: OperationState | undefined,
  goal: Goal = syncGoal(),
  known: Partial<Memory> = {},
): readonly string[] {
  const now = start + 1_000;
  const memory = observe({ ...fresh(goal), ...known }, snapshot, goal, start);
  const sentence = 'Not finished within 1 s; last status: it';
  const causes = explainUnfinished({ application: snapshot, memory, goal, now }, seen, sentence);
  assert.equal(causes[0]?.title, sentence);
  return causes.slice(1).map(({ title }) => title);
}

const failed = [hook({ hookPhase: 'Failed' })];
const missing = [resource('Missing'), resource('Missing', { name: 'api' })];
const unwell = { status: 'Missing', message: '' } as const;

describe('A run that timed out', () => {
  it('reports a continuing operation, and the attempt of its results', () => {
    const first = state({ results: failed, message: 'waiting' });
    assert.deepEqual(causesOf(application(), first), [
      'PreSync hook Job/migrate failed',
      'The operation is Running',
    ]);
    const resting = state({ results: failed, retryCount: 1, finishedAt: second(12) });
    const [one] = causesOf(application(), resting);
    assert.equal(one, 'PreSync hook Job/migrate failed in attempt 1');
    const again = state({ results: failed, retryCount: 1 });
    const [two] = causesOf(application(), again);
    assert.equal(two, 'PreSync hook Job/migrate failed in this attempt or the previous one');
  });

  it('names only what the operation has applied and waits for', () => {
    const resources = [resource('Progressing'), resource('Missing', { name: 'api' })];
    const seen = state({ results: [result()] });
    assert.deepEqual(causesOf(application({ resources }), seen), [
      'Deployment/web is Progressing',
      'The operation is Running',
    ]);
  });

  it('reports health if its operation has ended and Argo CD has compared since', () => {
    const done = ended('Succeeded', { results: [result()] });
    const one = application({
      operationState: done,
      reconciledAt: second(30),
      health: { status: 'Progressing', message: '' },
      resources: [
        resource('Progressing'),
        resource('Healthy', { name: 'api' }),
        resource('Degraded', { hook: true }),
      ],
      conditions: [comparisonError()],
    });
    assert.deepEqual(causesOf(one, done), [
      'Deployment/web is Progressing',
      'Condition ComparisonError',
    ]);
    assert.deepEqual(causesOf({ ...one, reconciledAt: second(15) }, done), [
      'Condition ComparisonError',
    ]);
  });

  it('says how many more are unhealthy', () => {
    const resources = Array.from({ length: 50 }, (_, index) =>
      resource('Progressing', { name: `web-${index}` }),
    );
    const done = ended('Succeeded');
    const one = application({
      operationState: done,
      reconciledAt: second(30),
      health: { status: 'Progressing', message: '' },
      resources,
    });
    assert.equal(causesOf(one, done).at(-1), 'and 45 more');
  });

  const blameless: readonly (readonly [string, Goal, Partial<Application>, OperationState?])[] = [
    ['a sync that never started', syncGoal(), {}],
    ['a wait for something that was not synced', waitGoal(), { sync: synced(A, 'OutOfSync') }],
    [
      'a wait for something unknown',
      waitGoal(),
      { sync: { status: 'Unknown', revisions: ['main'] } },
    ],
    [
      'a dry run in progress',
      syncGoal({ options: { dryRun: true } }),
      {},
      state({ operation: operation({ dryRun: true }), results: [result()] }),
    ],
    [
      'an operation that is being terminated',
      syncGoal(),
      {},
      state({ phase: 'Terminating', results: [result()] }),
    ],
    ['a termination', terminateGoal, {}, state({ phase: 'Terminating', results: [result()] })],
  ];
  for (const [what, goal, change, seen] of blameless) {
    it(`blames no resource for ${what}`, () => {
      const one = application({ health: unwell, resources: missing, ...change });
      const titles = causesOf(one, seen, goal, { refresh: refreshed() });
      assert.deepEqual(titles, seen === undefined ? [] : [`The operation is ${seen.phase}`]);
    });
  }

  it('gives the last messages with what to do about them', () => {
    const goal = waitGoal();
    const snapshot = application();
    const memory = observe(fresh(goal), snapshot, goal, start);
    const view = { application: snapshot, memory, goal, now: start };
    const sentence =
      'Not finished within 9 s; last status: ComparisonError: app path does not exist';
    const [first, ...rest] = explainUnfinished(view, undefined, sentence);
    assert.match(first?.advice ?? '', /path of the source/);
    assert.deepEqual(rest, []);
  });
});
