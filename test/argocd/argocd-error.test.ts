import assert from 'node:assert/strict';
import { ArgoCDError } from '../../src/argocd/argocd-error.ts';

describe('An error of Argo CD', () => {
  it('says which call failed and why, and keeps the details', () => {
    const cause = new Error('deeper');
    const details = { failure: 'unavailable', status: 503, retryAfter: 1000, cause } as const;
    const error = new ArgoCDError('GET /x', 'away', details);
    assert.equal(error.message, 'GET /x: away');
    assert.equal(error.name, 'ArgoCDError');
    const { reason, failure, status, retryAfter } = error;
    assert.deepEqual([reason, failure, status, retryAfter], ['away', 'unavailable', 503, 1000]);
    assert.equal(error.cause, cause);
  });
});
