import assert from 'node:assert/strict';
import { keyFileOf, printStore } from '../../../src/handler/config/store-config.ts';

describe('The configuration of the store', () => {
  it('names a SQLite store by its file, with the key file beside it', () => {
    const store = { sqlite: '/srv/data/handler.db' };
    assert.equal(printStore(store), '/srv/data/handler.db');
    assert.equal(keyFileOf(store), '/srv/data/key');
  });
});
