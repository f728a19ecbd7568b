import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { textOf } from '../../../scripts/demo/line.ts';
import {
  faultsOf,
  isAsExpected,
  verdictLines,
  type Played,
} from '../../../scripts/demo/verdict.ts';

const played: Played = {
  scenario: {
    name: 'success',
    expected: { result: 'Succeeded', outcome: 'succeeded', says: ['Job/migrate'] },
  },
  run: {
    result: 'Succeeded',
    outputs: { outcome: 'succeeded' },
    lines: ['PreSync wave 0  Job/migrate  Running'],
    infrastructureFailure: undefined,
  },
};

describe('The verdict on a run', () => {
  it('finds nothing where all is as expected', () => {
    assert.deepEqual(faultsOf(played), []);
  });

  const cases: readonly { readonly run: Partial<Played['run']>; readonly fault: string }[] = [
    { run: { result: 'Failed' }, fault: 'the result is Failed' },
    { run: { outputs: { outcome: 'failed' } }, fault: 'the outcome is failed' },
    { run: { outputs: {} }, fault: 'the outcome is -' },
    { run: { lines: [] }, fault: 'the log does not say "Job/migrate"' },
    { run: { infrastructureFailure: 'it broke down' }, fault: 'it broke down' },
  ];
  for (const { run, fault } of cases) {
    it(`finds that ${fault}`, () => {
      assert.deepEqual(faultsOf({ ...played, run: { ...played.run, ...run } }), [fault]);
    });
  }

  it('is good only when every run is, and when there was one', () => {
    const differing = { ...played, run: { ...played.run, result: 'Failed' as const } };
    assert.equal(isAsExpected([played]), true);
    assert.equal(isAsExpected([played, differing]), false);
    assert.equal(isAsExpected([]), false);
  });

  it('is a table, with what differs below it', () => {
    const differing = { ...played, run: { ...played.run, result: 'Failed' as const } };
    assert.deepEqual(verdictLines([played, differing], 80).map(textOf), [
      'Run      Expected              Real',
      'success  Succeeded, succeeded  Succeeded, succeeded  same',
      'success  Succeeded, succeeded  Failed, succeeded     DIFFERS',
      'success: the result is Failed',
    ]);
  });
});
