import assert from 'node:assert/strict';
import { markOutcome, markState } from '../../src/report/mark.ts';
import { outcomes } from '../../src/sync/model/outcome.ts';
import { result } from './example-results.ts';

describe('The mark', () => {
  it('of an outcome shows success, failure, or that something needs attention', () => {
    assert.deepEqual(
      outcomes.map((outcome) => markOutcome(result({ outcome }))),
      ['✔ succeeded', '⚠ superseded', '⚠ canceled', '⚠ blocked', '✖ timed out', '✖ failed'],
    );
    const concerns = [{ title: 'Pruning was left undone', message: '' }];
    assert.equal(markOutcome(result({ concerns })), '⚠ succeeded');
  });

  it('of a step exists once it has ended', () => {
    const states = ['Pending', 'Running', 'Succeeded', 'Failed', 'Pruned', 'PruneSkipped'] as const;
    assert.deepEqual(
      states.map((state) => markState({ state, hook: true }, 'timedOut')),
      ['Not reached', 'Abandoned', '✔ Succeeded', '✖ Failed', '✔ Pruned', '⚠ Not pruned'],
    );
    assert.deepEqual(
      states.map((state) => markState({ state, hook: true, dryRun: true }, 'failed')),
      ['Not reached', 'Would run', 'Would run', '✖ Refused', 'Would prune', 'Would stay'],
    );
  });
});
