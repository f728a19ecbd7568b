import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { signedHeaders } from '../../../src/handler/follow-ups/webhook-signature.ts';
import { Secret } from '../../../src/secret.ts';

describe('The signature of a webhook', () => {
  it('follows the specification Standard Webhooks, as its own test vector shows', () => {
    const headers = signedHeaders(
      {
        id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
        body: '{"test": 2432232314}',
        at: 1_614_265_330_000,
      },
      new Secret('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'),
    );
    assert.deepEqual(headers, {
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    });
  });

  it('uses any other secret as it is written', () => {
    const message = { id: '1', body: '{}', at: 1_999 };
    const expected = createHmac('sha256', 'sixteen letters!').update('1.1.{}').digest('base64');
    assert.equal(
      signedHeaders(message, new Secret('sixteen letters!'))['webhook-signature'],
      `v1,${expected}`,
    );
  });
});
