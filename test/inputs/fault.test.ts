import assert from 'node:assert/strict';
import { printFault } from '../../src/inputs/fault.ts';

describe('A fault', () => {
  it('names the input, the value, what is wrong and what to do', () => {
    const fault = {
      input: 'prune',
      value: 'yes',
      problem: 'not a boolean',
      advice: 'Write `true`.',
    };
    assert.equal(printFault(fault), 'prune "yes": not a boolean. Write `true`.');
  });

  it('omits empty parts', () => {
    const fault = { input: 'resources', value: '', problem: 'It is empty.', advice: '' };
    assert.equal(printFault(fault), 'resources: It is empty.');
  });

  it('shows a value neither completely nor as a logging command', () => {
    const value = `##vso[x]${'y'.repeat(1_000)}`;
    const printed = printFault({ input: 'a', value, problem: 'p', advice: 'A.' });
    assert.match(printed, /^a "\*\*vso\[x\]y{72}… \(928 more characters\)": p\. A\.$/);
  });
});
