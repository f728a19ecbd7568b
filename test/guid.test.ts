import assert from 'node:assert/strict';
import { guid } from '../src/guid.ts';

describe('A GUID', () => {
  it('has version 4 whatever the random numbers', () => {
    assert.equal(
      guid(() => 0),
      '00000000-0000-4000-8000-000000000000',
    );
    assert.equal(
      guid(() => 0.999999),
      'ffffffff-ffff-4fff-bfff-ffffffffffff',
    );
  });
});
