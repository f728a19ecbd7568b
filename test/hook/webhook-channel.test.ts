import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { signWebhook } from '../../src/hook/webhook-channel.ts';

describe('The signature of a post to an Incoming WebHook', () => {
  it('follows the documentation of Azure DevOps (azure-devops.md §5.4)', () => {
    const body =
      '{"resource":{"message":{"title":"Hello, world!","subtitle":"I\'m using WebHooks!"}}}';
    assert.equal(signWebhook('secret', body), '750D33212D3AD4932CC390819050734831A0A94F');
  });
});
