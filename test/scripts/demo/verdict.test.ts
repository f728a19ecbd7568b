import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { textOf } from '../../../scripts/demo/line.ts';
import {
  compareEnds,
  isAsExpected,
  missingTexts,
  verdictLines,
  type Played,
} from '../../../scripts/demo/verdict.ts';

const good: Played = {
  name: 'success',
  expected: 'Succeeded, succeeded',
  real: 'Succeeded, succeeded',
  faults: [],
  draw: () => '',
};
const differing: Played = {
  ...good,
  real: 'Failed, succeeded',
  faults: ['the result is Failed', 'the log does not contain "Job/migrate"'],
};

describe('The verdict on a demonstration', () => {
  it('is good only if every run is, and if there was one', () => {
    assert.equal(isAsExpected([good]), true);
    assert.equal(isAsExpected([good, differing]), false);
    assert.equal(isAsExpected([]), false);
  });

  it('compares the actual end of a run with the expected one', () => {
    const expected = { result: 'Succeeded', outcome: 'succeeded' };
    assert.deepEqual(compareEnds(expected, expected).faults, []);
    assert.deepEqual(compareEnds(expected, { result: 'Failed', outcome: 'failed' }), {
      expected: 'Succeeded, succeeded',
      real: 'Failed, failed',
      faults: ['the result is Failed', 'the outcome is failed'],
    });
  });

  it('is a table, followed by the differences', () => {
    assert.deepEqual(verdictLines([good, differing], 80).map(textOf), [
      'Run      Expected              Real',
      'success  Succeeded, succeeded  Succeeded, succeeded  same',
      'success  Succeeded, succeeded  Failed, succeeded     DIFFERS',
      'success: the result is Failed',
      'success: the log does not contain "Job/migrate"',
    ]);
  });

  it('names each text that a log lacks', () => {
    const log = ['PreSync wave 0  Job/migrate  Running', 'Sync wave 0  Service/web  Succeeded'];
    assert.deepEqual(missingTexts(log, ['Job/migrate', 'Service/web']), []);
    assert.deepEqual(missingTexts(log, ['Job/migrate', 'Job/alarm']), [
      'the log does not contain "Job/alarm"',
    ]);
  });
});
