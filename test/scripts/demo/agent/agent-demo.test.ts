import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { judge } from '../../../../scripts/demo/agent/agent-demo.ts';

type Run = Parameters<typeof judge>[1];

const scenario = {
  name: 'success',
  expected: { result: 'Succeeded', outcome: 'succeeded', says: ['Job/migrate'] },
} as const;
const run: Run = {
  result: 'Succeeded',
  outputs: { outcome: 'succeeded' },
  lines: ['PreSync wave 0  Job/migrate  Running'],
  infrastructureFailure: undefined,
};

describe('The verdict on a run on an agent', () => {
  it('finds nothing if everything is as expected', () => {
    const { name, expected, real, faults } = judge(scenario, run);
    assert.equal(name, 'success');
    assert.equal(expected, 'Succeeded, succeeded');
    assert.equal(real, expected);
    assert.deepEqual(faults, []);
  });

  const cases: readonly { readonly other: Partial<Run>; readonly fault: string }[] = [
    { other: { result: 'Failed' }, fault: 'the result is Failed' },
    { other: { outputs: { outcome: 'failed' } }, fault: 'the outcome is failed' },
    { other: { outputs: {} }, fault: 'the outcome is -' },
    { other: { lines: [] }, fault: 'the log does not contain "Job/migrate"' },
    { other: { infrastructureFailure: 'it broke down' }, fault: 'it broke down' },
  ];
  for (const { other, fault } of cases) {
    it(`finds that ${fault}`, () => {
      assert.deepEqual(judge(scenario, { ...run, ...other }).faults, [fault]);
    });
  }

  it('draws the log', () => {
    assert.match(judge(scenario, run).draw(), /Job\/migrate/);
  });
});
