import { createHmac } from 'node:crypto';
import type { Secret } from '../../secret.ts';

/** What is signed. `at`: milliseconds since the epoch. */
export interface SignedMessage {
  /** The same for each try, so that receivers recognize repetitions. */
  readonly id: string;
  readonly body: string;
  readonly at: number;
}

const prefix = 'whsec_';

/**
 * The headers of a signed webhook, following the Standard Webhooks specification, for which libraries exist
 * (standardwebhooks.com, 1.0): HMAC-SHA256 over id, time and body.
 */
export function signedHeaders(
  { id, body, at }: SignedMessage,
  secret: Secret,
): Readonly<Record<string, string>> {
  const seconds = String(Math.floor(at / 1_000));
  const signature = createHmac('sha256', keyOf(secret))
    .update(`${id}.${seconds}.${body}`)
    .digest('base64');
  return {
    'webhook-id': id,
    'webhook-timestamp': seconds,
    'webhook-signature': `v1,${signature}`,
  };
}

/** A secret in the form of the specification is base64; any other is used as is. */
function keyOf(secret: Secret): Buffer {
  const text = secret.reveal();
  return text.startsWith(prefix)
    ? Buffer.from(text.slice(prefix.length), 'base64')
    : Buffer.from(text, 'utf8');
}
