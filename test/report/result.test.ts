import assert from 'node:assert/strict';
import { outcomes } from '../../src/sync/model/outcome.ts';
import { conclude, tellsMore, worstOf } from '../../src/report/result.ts';
import { failedMigration, result } from './example-results.ts';

describe('The result of a step', () => {
  it('is Succeeded only if every application succeeded', () => {
    for (const outcome of outcomes) {
      const { result: taskResult } = conclude([result(), result({ outcome }), result()]);
      assert.equal(taskResult, outcome === 'succeeded' ? 'Succeeded' : 'Failed');
    }
  });

  it('is SucceededWithIssues if something needs attention', () => {
    const concerns = [{ title: 'Hooks did not run', message: '' }];
    assert.equal(conclude([result(), result({ concerns })]).result, 'SucceededWithIssues');
    assert.equal(conclude([failedMigration, result({ concerns })]).result, 'Failed');
  });

  it('is a failure if there was nothing to do', () => {
    assert.deepEqual(conclude([]), {
      outcome: 'failed',
      result: 'Failed',
      message: 'There was no application to work on.',
    });
  });

  it('is described in a sentence', () => {
    const synced = 'shop succeeded: Synced to 4f2c9d1; the application is Healthy';
    assert.equal(conclude([result()]).message, synced);
    assert.equal(conclude([result(), result()]).message, '2 applications: 2 succeeded');
    assert.equal(
      conclude([result(), failedMigration, result({ outcome: 'timedOut' })]).message,
      '3 applications: 1 succeeded, 1 timed out, 1 failed. shop failed: The operation failed in PreSync',
    );
  });

  it('is that of the first of the worst applications', () => {
    const first = result({ name: 'a', outcome: 'blocked' });
    const all = [result({ name: 'z' }), first, result({ name: 'b', outcome: 'blocked' })];
    assert.equal(worstOf(all), first);
    assert.equal(worstOf([]), undefined);
  });
});

describe('The evidence', () => {
  it('is shown unless the message already contains it', () => {
    assert.equal(tellsMore(result()), true);
    assert.equal(tellsMore(result({ message: 'It ended; Healthy', evidence: 'it ended' })), false);
    assert.equal(tellsMore(result({ evidence: '' })), false);
  });
});
