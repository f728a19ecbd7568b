import assert from 'node:assert/strict';
import { outcomes } from '../../src/sync/model/outcome.ts';
import { printWave, stepCells } from '../../src/report/step-line.ts';
import { at, migrate, step, web } from './example-results.ts';

describe("A step's line", () => {
  it('shows phase, wave, resource, state, time and message', () => {
    assert.deepEqual(stepCells(web), [
      'Sync wave 0',
      'Deployment/web',
      'Succeeded',
      '2 s',
      'deployment.apps/web configured',
    ]);
  });

  it('omits the message of a successful hook, and shows that of a failed one', () => {
    assert.equal(stepCells({ ...migrate, message: 'job created' })[4], '');
    assert.equal(stepCells({ ...migrate, state: 'Failed', message: 'exit 1' })[4], 'exit 1');
  });

  it('has no time while it runs', () => {
    const [, , , span, message] = stepCells(step({ state: 'Running', finishedAt: at(9) }));
    assert.deepEqual([span, message], ['', '']);
  });

  it('says that a resource other than a hook was applied, not that it runs', () => {
    assert.equal(stepCells({ ...web, state: 'Running' })[2], 'Applied');
    assert.equal(stepCells({ ...migrate, state: 'Running' })[2], 'Running');
  });

  it('says what a dry run would do, and never that something was done', () => {
    const states = ['Running', 'Succeeded', 'Failed', 'Pruned', 'PruneSkipped'] as const;
    const words = (hook: boolean) =>
      states.map((state) => stepCells(step({ state, hook, dryRun: true }))[2]);
    assert.deepEqual(words(true).slice(0, 3), ['Would run', 'Would run', 'Refused']);
    assert.deepEqual(words(false), [
      'Would apply',
      'Would apply',
      'Refused',
      'Would prune',
      'Would stay',
    ]);
  });

  it('says the same as the timeline for a hook whose end can no longer be seen', () => {
    const running = { ...migrate, state: 'Running' } as const;
    const words = outcomes.map((outcome) => stepCells(running, outcome)[2]);
    const expected = outcomes.map((outcome) => (outcome === 'canceled' ? 'Canceled' : 'Abandoned'));
    assert.deepEqual(words, expected);
    assert.equal(stepCells({ ...web, state: 'Running' }, 'superseded')[2], 'Applied');
  });

  it('shortens a long message unless the step failed', () => {
    const message = 'x'.repeat(130);
    assert.equal(stepCells({ ...web, message })[4], `${'x'.repeat(120)}…`);
    assert.equal(stepCells({ ...web, message, state: 'Failed' })[4], message);
  });

  it('has no wave if there is none', () => {
    assert.equal(printWave({ phase: 'SyncFail', wave: undefined }), 'SyncFail');
    assert.equal(printWave({ phase: 'Sync', wave: -2 }), 'Sync wave -2');
  });
});
