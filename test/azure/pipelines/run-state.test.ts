import assert from 'node:assert/strict';
import type { Release, Stage } from '../../../src/azure/pipelines/pipeline-schema.ts';
import { buildProgress, isSame, releaseProgress } from '../../../src/azure/pipelines/run-state.ts';
import type { Progress } from '../../../src/azure/pipelines/run-state.ts';

describe('how far a run is', () => {
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
    // No end without a result, and no result that is unknown, is a success.
    ['completed', undefined, { state: 'completed', result: 'failed' }],
    ['completed', 'none', { state: 'completed', result: 'failed' }],
    ['completed', 'toString', { state: 'completed', result: 'failed' }],
    // A state that is unknown is no end.
    ['paused', 'succeeded', { state: 'inProgress' }],
    ['toString', undefined, { state: 'inProgress' }],
  ];
  for (const [status, result, expected] of builds) {
    it(`says a build that is ${status}, ${String(result)}`, () => {
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
    ['with all to come', release([stage('a', 'notStarted')]), undefined, { state: 'notStarted' }],
    [
      'that was given up',
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
      'with a stage for whoever starts it by hand',
      release([stage('a', 'succeeded'), stage('b', 'notStarted')]),
      undefined,
      ended('succeeded'),
    ],
    [
      'with a stage whose turn it is',
      release([stage('a', 'succeeded'), stage('b', 'notStarted', ['a'])]),
      undefined,
      { state: 'inProgress' },
    ],
    [
      'with a stage that waits for two, of which one failed',
      release([
        stage('a', 'succeeded'),
        stage('b', 'rejected'),
        stage('c', 'notStarted', ['a', 'b']),
      ]),
      undefined,
      ended('failed'),
    ],
    [
      'with a stage whose turn it was, and that was given up',
      release([stage('a', 'succeeded'), stage('b', 'notStarted', ['a'])], 'abandoned'),
      undefined,
      ended('succeeded'),
    ],
    [
      'with the worst of its stages',
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
      'by the one stage that counts, though another is next',
      release([stage('Test', 'succeeded'), stage('Prod', 'notStarted', ['Test'])]),
      'test',
      ended('succeeded'),
    ],
  ];
  for (const [what, of, only, expected] of releases) {
    it(`says a release ${what}`, () => assert.deepEqual(releaseProgress(of, only), expected));
  }

  it('takes names for the same in either case, and no look-alike', () => {
    assert.ok(isSame('Prod', 'PROD'));
    assert.ok(!isSame('K', '\u212a'));
  });
});
