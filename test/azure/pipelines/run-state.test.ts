import assert from 'node:assert/strict';
import type { Release, Stage } from '../../../src/azure/pipelines/pipeline-schema.ts';
import { buildProgress, isSame, releaseProgress } from '../../../src/azure/pipelines/run-state.ts';
import type { Progress } from '../../../src/azure/pipelines/run-state.ts';

describe('The state of a run', () => {
  const builds: readonly [string, string | undefined, Progress][] = [
    ['none', 'none', { state: 'notStarted' }],
    ['notStarted', undefined, { state: 'notStarted' }],
    ['postponed', undefined, { state: 'notStarted' }],
    ['inProgress', undefined, { state: 'inProgress' }],
    ['cancelling', undefined, { state: 'canceling' }],
    ['completed', 'succeeded', { state: 'completed', result: 'succeeded' }],
    ['Completed', 'PartiallySucceeded', { state: 'completed', result: 'partiallySucceeded' }],
    ['completed', 'failed', { state: 'completed', result: 'failed' }],
    ['completed', 'canceled', { state: 'completed', result: 'canceled' }],
    // Without a result, or with an unknown one, an ended run is never a success.
    ['completed', undefined, { state: 'completed', result: 'failed' }],
    ['completed', 'none', { state: 'completed', result: 'failed' }],
    ['completed', 'toString', { state: 'completed', result: 'failed' }],
    // An unknown state is not an end.
    ['paused', 'succeeded', { state: 'inProgress' }],
    ['toString', undefined, { state: 'inProgress' }],
  ];
  for (const [status, result, expected] of builds) {
    it(`is read from a build that is ${status}, ${String(result)}`, () => {
      assert.deepEqual(buildProgress({ status, result }), expected);
    });
  }

  function stage(name: string, status: string, after: readonly string[] = []): Stage {
    const conditions = after.map((before) => ({ name: before, conditionType: 'environmentState' }));
    return { id: 1, name, status, conditions };
  }
  function release(environments: readonly Stage[], status = 'active'): Release {
    return { id: 1, name: 'Release-1', status, environments: [...environments] };
  }
  const ended = (result: Progress['result']) => ({ state: 'completed', result }) as Progress;

  type Row = readonly [string, Release, string | undefined, Progress];
  const releases: readonly Row[] = [
    ['without stages', release([]), undefined, { state: 'notStarted' }],
    [
      'with no stage started',
      release([stage('a', 'notStarted')]),
      undefined,
      { state: 'notStarted' },
    ],
    [
      'that was abandoned',
      release([stage('a', 'notStarted')], 'abandoned'),
      undefined,
      ended('canceled'),
    ],
    ...['queued', 'scheduled', 'inProgress', 'somethingNew'].map((status): Row => [
      `with a stage that is ${status}`,
      release([stage('a', 'succeeded'), stage('b', status)]),
      undefined,
      { state: 'inProgress' },
    ]),
    ['that succeeded', release([stage('a', 'succeeded')]), undefined, ended('succeeded')],
    [
      'with a stage that is started manually',
      release([stage('a', 'succeeded'), stage('b', 'notStarted')]),
      undefined,
      ended('succeeded'),
    ],
    [
      'with a stage that is due',
      release([stage('a', 'succeeded'), stage('b', 'notStarted', ['a'])]),
      undefined,
      { state: 'inProgress' },
    ],
    [
      'with a stage that waits for two, one of which failed',
      release([
        stage('a', 'succeeded'),
        stage('b', 'rejected'),
        stage('c', 'notStarted', ['a', 'b']),
      ]),
      undefined,
      ended('failed'),
    ],
    [
      'with a stage that was due when it was abandoned',
      release([stage('a', 'succeeded'), stage('b', 'notStarted', ['a'])], 'abandoned'),
      undefined,
      ended('succeeded'),
    ],
    [
      'with the worst result of its stages',
      release([stage('a', 'succeeded'), stage('b', 'partiallySucceeded'), stage('c', 'canceled')]),
      undefined,
      ended('canceled'),
    ],
    [
      'by the one stage that counts',
      release([stage('Test', 'succeeded'), stage('Prod', 'rejected')]),
      'test',
      ended('succeeded'),
    ],
    [
      'by the one stage that counts, although another is due',
      release([stage('Test', 'succeeded'), stage('Prod', 'notStarted', ['Test'])]),
      'test',
      ended('succeeded'),
    ],
  ];
  for (const [what, of, only, expected] of releases) {
    it(`is read from a release ${what}`, () =>
      assert.deepEqual(releaseProgress(of, only), expected));
  }

  it('compares names without case, but no look-alikes', () => {
    assert.ok(isSame('Prod', 'PROD'));
    assert.ok(!isSame('K', '\u212a'));
  });
});
