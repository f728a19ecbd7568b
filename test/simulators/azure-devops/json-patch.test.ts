import assert from 'node:assert/strict';
import type { PatchStep } from '../../../simulators/azure-devops/json-patch.ts';
import { applyPatch } from '../../../simulators/azure-devops/json-patch.ts';

const cases: [string, PatchStep[], unknown][] = [
  ['adds a field', [{ op: 'add', path: '/b', value: 1 }], { a: { 'x/y': [1, 2] }, b: 1 }],
  ['adds to a list', [{ op: 'add', path: '/a/x~1y/0', value: 0 }], { a: { 'x/y': [0, 1, 2] } }],
  ['appends to a list', [{ op: 'add', path: '/a/x~1y/-', value: 3 }], { a: { 'x/y': [1, 2, 3] } }],
  ['replaces', [{ op: 'replace', path: '/a', value: 2 }], { a: 2 }],
  ['removes', [{ op: 'remove', path: '/a/x~1y/0' }], { a: { 'x/y': [2] } }],
  ['copies', [{ op: 'copy', from: '/a/x~1y/1', path: '/b' }], { a: { 'x/y': [1, 2] }, b: 2 }],
  ['tests', [{ op: 'test', path: '/a/x~1y', value: [1, 2] }], { a: { 'x/y': [1, 2] } }],
];
const faults: [string, PatchStep][] = [
  ['replacing nothing', { op: 'replace', path: '/b', value: 1 }],
  ['removing nothing', { op: 'remove', path: '/a/b' }],
  ['copying nothing', { op: 'copy', from: '/c', path: '/b' }],
  ['another value than the tested one', { op: 'test', path: '/a', value: 1 }],
];
const document = () => ({ a: { 'x/y': [1, 2] } });

describe('A JSON Patch', () => {
  for (const [name, steps, after] of cases) {
    it(name, () => {
      const changed = document();
      applyPatch(changed, steps);
      assert.deepEqual(changed, after);
    });
  }

  for (const [name, step] of faults) {
    it(`refuses ${name}`, () => assert.throws(() => applyPatch(document(), [step]), /JSON Patch/));
  }
});
