import assert from 'node:assert/strict';
import { newKey } from '../../../src/handler/config/new-key.ts';

describe('a new key', () => {
  it('is 32 bytes of the source, in base64', () => {
    const asked: number[] = [];
    const key = newKey((size) => {
      asked.push(size);
      return Buffer.alloc(size, 7);
    });
    assert.deepEqual(asked, [32]);
    assert.deepEqual(Buffer.from(key, 'base64'), Buffer.alloc(32, 7));
  });
});
