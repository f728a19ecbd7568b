import assert from 'node:assert/strict';
import { outcomes } from '../../src/sync/model/outcome.ts';
import { printWave, stepCells } from '../../src/report/step-line.ts';
import { at, migrate, step, web } from './example-results.ts';

describe("a step's line", () => {
  it('tells phase, wave, resource, state, time and message', () => {
    assert.deepEqual(stepCells(web), [
      'Sync wave 0',
      'Deployment/web',
      'Succeeded',
      '2 s',
      'deployment.apps/web configured',
    ]);
  });

  it('leaves out the message of a hook that succeeded, and shows that of one that failed', () => {
    assert.equal(stepCells({ ...migrate, message: 'job created' })[4], '');
    assert.equal(stepCells({ ...migrate, state: 'Failed', message: 'exit 1' })[4], 'exit 1');
  });

  it('has no time while it runs', () => {
    const [, , , span, message] = stepCells(step({ state: 'Running', finishedAt: at(9) }));
    assert.deepEqual([span, message], ['', '']);
  });

  it('says of a resource that is no hook that it was applied, not that it runs', () => {
    assert.equal(stepCells({ ...web, state: 'Running' })[2], 'Applied');
    assert.equal(stepCells({ ...migrate, state: 'Running' })[2], 'Running');
  });

  it('says of a dry run what would be done, and never that something was', () => {
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

  it('says of a hook whose end nobody sees any more what the timeline says', () => {
    const running = { ...migrate, state: 'Running' } as const;
    const words = outcomes.map((outcome) => stepCells(running, outcome)[2]);
    const expected = outcomes.map((outcome) => (outcome === 'canceled' ? 'Canceled' : 'Abandoned'));
    assert.deepEqual(words, expected);
    assert.equal(stepCells({ ...web, state: 'Running' }, 'superseded')[2], 'Applied');
  });

  it('cuts a long message unless the step failed', () => {
    const message = 'x'.repeat(130);
    assert.equal(stepCells({ ...web, message })[4], `${'x'.repeat(120)}…`);
    assert.equal(stepCells({ ...web, message, state: 'Failed' })[4], message);
  });

  it('has no wave where there is none', () => {
    assert.equal(printWave({ phase: 'SyncFail', wave: undefined }), 'SyncFail');
    assert.equal(printWave({ phase: 'Sync', wave: -2 }), 'Sync wave -2');
  });
});
