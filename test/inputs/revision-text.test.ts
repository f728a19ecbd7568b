import assert from 'node:assert/strict';
import { revisionProblem } from '../../src/inputs/revision-text.ts';

describe('A revision', () => {
  for (const text of [
    '4f2c9d1be33f21e2a4a1b2c3d4e5f60718293a4b',
    'refs/heads/feature/ä b',
    'v1.2.3',
    '>=1.2.0 <2.0.0 || ^3',
    '*',
  ]) {
    it(`may be ${text}`, () => assert.equal(revisionProblem(text), undefined));
  }

  for (const [text, problem] of [
    [' ', 'the revision is empty'],
    ['a\nb', 'the revision contains a control or invisible character'],
    ['a\u202eb', 'the revision contains a control or invisible character'],
    ['x'.repeat(1_025), 'a revision has at most 1024 characters'],
  ] as const) {
    it(`may not be ${JSON.stringify(text.slice(0, 10))}`, () => {
      assert.equal(revisionProblem(text)?.problem, problem);
    });
  }
});
