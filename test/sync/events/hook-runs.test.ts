import { strict as assert } from 'node:assert';
import type { OperationState } from '../../../src/sync/model/operation.ts';
import { hookRunsOf, missedPhases, reachedPhases } from '../../../src/sync/events/hook-runs.ts';
import { ended, hook, operation, resource, result, state } from '../sample-application.ts';

const migrated = hook({ hookPhase: 'Succeeded' });
const smoke = hook({ name: 'smoke', hookType: 'PostSync', syncPhase: 'PostSync' });
const smoked = { ...smoke, hookPhase: 'Succeeded' } as const;
const alert = hook({ name: 'alert', hookType: 'SyncFail', syncPhase: 'SyncFail' });

describe('The phases without hooks of an operation', () => {
  const cases: readonly (readonly [string, OperationState, readonly string[]])[] = [
    ['continues', state({ results: [migrated] }), []],
    [
      'succeeded with all hooks',
      ended('Succeeded', { results: [migrated, result(), smoked] }),
      ['Sync noneThere', 'SyncFail notFailed'],
    ],
    [
      'succeeded without hooks',
      ended('Succeeded', { results: [result()] }),
      ['PreSync noneThere', 'Sync noneThere', 'PostSync noneThere', 'SyncFail notFailed'],
    ],
    [
      'failed in a PreSync hook',
      ended('Failed', { results: [{ ...migrated, hookPhase: 'Failed' }] }),
      ['Sync notReached', 'PostSync notReached', 'SyncFail noneThere'],
    ],
    [
      'failed, and ran its SyncFail hooks',
      ended('Failed', { results: [{ ...result(), status: 'SyncFailed' }, alert] }),
      ['PreSync noneThere', 'Sync noneThere', 'PostSync notReached'],
    ],
    [
      'failed in its dry run',
      ended('Failed', {
        message: 'one or more objects failed to apply (dry run)',
        results: [{ ...result(), status: 'SyncFailed', hookPhase: 'Failed' }],
      }),
      [
        'PreSync notReached',
        'Sync notReached',
        'PostSync notReached',
        'SyncFail notRunOnThisFailure',
      ],
    ],
    [
      'names an unknown kind',
      ended('Failed', { results: [{ ...result(), status: 'SyncFailed', hookPhase: undefined }] }),
      [
        'PreSync notReached',
        'Sync notReached',
        'PostSync notReached',
        'SyncFail notRunOnThisFailure',
      ],
    ],
    [
      'was terminated',
      ended('Failed', { message: 'Operation terminated', results: [migrated] }),
      ['Sync notReached', 'PostSync notReached', 'SyncFail notRunOnThisFailure'],
    ],
    [
      'ended in an error',
      ended('Error', { results: [migrated] }),
      ['Sync notReached', 'PostSync notReached', 'SyncFail notRunOnThisFailure'],
    ],
    ...(
      [
        ['is a dry run', { dryRun: true }, 'dryRun'],
        ['is selective', { resources: [resource('Healthy')] }, 'selective'],
        ['runs no hooks', { strategy: 'apply' }, 'applyStrategy'],
      ] as const
    ).map(
      ([what, change, reason]) =>
        [
          what,
          ended('Succeeded', { operation: operation(change), results: [result()] }),
          ['PreSync', 'Sync', 'PostSync', 'SyncFail'].map((phase) => `${phase} ${reason}`),
        ] as const,
    ),
  ];
  for (const [what, operationState, expected] of cases) {
    it(`are reported with the reason, for one that ${what}`, () => {
      const missed = missedPhases(operationState).map(({ phase, reason }) => `${phase} ${reason}`);
      assert.deepEqual(missed, expected);
    });
  }
});

describe('The hooks that ran', () => {
  it('are reported with their phases and states, without ordinary resources', () => {
    const runs = hookRunsOf(state({ results: [migrated, result(), smoke] }));
    assert.deepEqual(
      runs.map(({ name, phase, state: reached }) => [name, phase, reached]),
      [
        ['migrate', 'PreSync', 'Succeeded'],
        ['smoke', 'PostSync', 'Running'],
      ],
    );
  });

  it('are none for a dry run, which reaches no phase', () => {
    const dryRun = state({ operation: operation({ dryRun: true }), results: [migrated] });
    assert.deepEqual(hookRunsOf(dryRun), []);
    assert.deepEqual(reachedPhases(dryRun), []);
  });
});
