import assert from 'node:assert/strict';
import { AzureError } from '../../../src/azure/http/azure-error.ts';

describe('An error of Azure DevOps', () => {
  it('says which call failed and why', () => {
    const error = new AzureError('GET plan', 'HTTP 429', {
      failure: 'throttled',
      status: 429,
      retryAfter: 7000,
    });
    assert.equal(String(error), 'AzureError: GET plan: HTTP 429');
    const { failure, reason, status, retryAfter, cause } = error;
    assert.deepEqual(
      [failure, reason, status, retryAfter, cause],
      ['throttled', 'HTTP 429', 429, 7000, undefined],
    );
  });
});
