import assert from 'node:assert/strict';
import { parsePath } from '../../../src/handler/config/file-path.ts';

describe('The path of a file', () => {
  for (const text of ['./data/handler.db', '/var/run/token', 'a b']) {
    it(`is accepted unchanged: ${text}`, () => assert.deepEqual(parsePath(text), { value: text }));
  }

  for (const text of ['', ' ', 'a\0b']) {
    it(`is invalid: ${JSON.stringify(text)}`, () => assert.ok('problem' in parsePath(text)));
  }
});
