import assert from 'node:assert/strict';
import { parsePath } from '../../../src/handler/config/file-path.ts';

describe('the path of a file', () => {
  for (const text of ['./data/handler.db', '/var/run/token', 'a b']) {
    it(`is taken as it is: ${text}`, () => assert.deepEqual(parsePath(text), { value: text }));
  }

  for (const text of ['', ' ', 'a\0b']) {
    it(`is none: ${JSON.stringify(text)}`, () => assert.ok('problem' in parsePath(text)));
  }
});
