import assert from 'node:assert/strict';
import type { Run } from '../../../../src/handler/run.ts';
import { mayRepeat, settle } from '../../../../src/handler/runs/verification/settlement.ts';
import { failedMigration, result } from '../../../report/example-results.ts';
import { sampleRun } from '../../store/sample.ts';

/** A try of the task that has ended, unless otherwise specified. */
const earlier = (id: string, change: Partial<Run>) => sampleRun(id, { state: 'ended', ...change });
/** The relation of `run-9` to these runs, of which the store returns only one with its results. */
const settledAmong = (tries: readonly Run[]) => {
  const repeatable = mayRepeat(tries, 'run-9');
  return settle(
    tries,
    'run-9',
    tries.find(({ id }) => id === repeatable?.id),
  );
};
const settled = (...tries: readonly Run[]) => settledAmong([...tries, sampleRun('run-9')]);

describe('The relation of a run to its task', () => {
  it('is the first try if there was none', () => {
    assert.deepEqual(settled(), { kind: 'try', attempt: 1 });
  });

  for (const outcome of ['superseded', 'canceled', 'blocked', 'timedOut', 'failed'] as const) {
    it(`is another try after one that ended as ${outcome}`, () => {
      assert.deepEqual(settled(earlier('run-1', { outcome })), { kind: 'try', attempt: 2 });
    });
  }

  it('is a mere repeat after a success', () => {
    const of = earlier('run-1', { outcome: 'succeeded', attempt: 2 });
    assert.deepEqual(settled(of), { kind: 'repeat', attempt: 3, of });
  });

  it('is a mere repeat after a success that was not reported to Azure DevOps', () => {
    const of = earlier('run-1', { outcome: 'unreported', results: [result()] });
    assert.deepEqual(settled(of), { kind: 'repeat', attempt: 2, of });
  });

  for (const [what, results] of [
    ['a failure that was not reported', [result(), failedMigration]],
    ['an end without a result that was not reported', []],
  ] as const) {
    it(`is another try after ${what}`, () => {
      const tries = settled(earlier('run-1', { outcome: 'unreported', results }));
      assert.deepEqual(tries, { kind: 'try', attempt: 2 });
    });
  }

  for (const outcome of ['refused', 'duplicate'] as const) {
    it(`ignores one that was ${outcome}`, () => {
      const foreign = earlier('run-2', { outcome, attempt: 7 });
      assert.deepEqual(settled(foreign), { kind: 'try', attempt: 1 });
      const failed = earlier('run-1', { outcome: 'failed' });
      assert.deepEqual(settled(failed, foreign), { kind: 'try', attempt: 2 });
    });
  }

  it('ignores one that has not ended', () => {
    const open = sampleRun('run-1', { state: 'following', attempt: 5 });
    assert.deepEqual(settled(open), { kind: 'try', attempt: 1 });
  });

  for (const [what, change] of [
    ['is active', { state: 'following' }],
    ['reports its end', { state: 'reporting', outcome: 'failed' }],
    ['has succeeded', { state: 'ended', outcome: 'succeeded' }],
    ['has failed', { state: 'ended', outcome: 'failed' }],
  ] as const) {
    it(`is a duplicate of a newer one that ${what}`, () => {
      const newer = sampleRun('run-10', change);
      const tries = [earlier('run-1', { outcome: 'failed' }), sampleRun('run-9'), newer];
      assert.deepEqual(settledAmong(tries), { kind: 'duplicate', of: 'run-10' });
    });
  }

  for (const [what, change] of [
    ['is not proven', { state: 'accepted' }],
    ['was refused', { state: 'ended', outcome: 'refused' }],
    ['was a duplicate', { state: 'ended', outcome: 'duplicate' }],
    ['may have ended before it was proven', { state: 'ended', outcome: 'unreported' }],
  ] as const) {
    it(`is a separate try beside a newer one that ${what}`, () => {
      const tries = [sampleRun('run-9'), sampleRun('run-10', change)];
      assert.deepEqual(settledAmong(tries), { kind: 'try', attempt: 1 });
    });
  }

  it('depends on the last try', () => {
    const tries = [
      earlier('run-1', { outcome: 'succeeded', attempt: 1 }),
      earlier('run-2', { outcome: 'failed', attempt: 2 }),
    ];
    assert.deepEqual(settled(...tries), { kind: 'try', attempt: 3 });
  });
});
