import assert from 'node:assert/strict';
import { holdsRule } from '../../../simulators/azure-devops/visible-rule.ts';

const values = { mode: 'Sync', wait: 'true', name: '' };
const rules: [string, boolean][] = [
  ['mode = sync', true],
  ['mode == rollback', false],
  ['mode != rollback', true],
  ['mode = rollback || wait = true', true],
  ['mode = sync && wait = false', false],
  ['mode = x && wait = true || name = ""', true],
  ['name != ""', false],
  ['mode NotEndsWith nc', false],
];

describe('A visible rule', () => {
  for (const [rule, holds] of rules) {
    it(`${rule}: ${holds}`, () => assert.equal(holdsRule(rule, values), holds));
  }

  it('names what cannot be parsed', () => {
    assert.throws(() => holdsRule('(mode = a)', values), /cannot be read/);
    assert.throws(() => holdsRule('other = a', values), /cannot be read/);
  });
});
