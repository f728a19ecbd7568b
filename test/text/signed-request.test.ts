import assert from 'node:assert/strict';
import { signedText } from '../../src/text/signed-request.ts';

describe('The text that a hook signs', () => {
  it('has each part on a separate line, with the body last', () => {
    const parts = { method: 'POST', path: '/v1/hooks', body: '{\n}', timestamp: '1', nonce: 'n' };
    assert.equal(signedText(parts), '1\nn\nPOST /v1/hooks\n{\n}');
  });
});
