import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../../async/clock.ts';
import { Secret } from '../../secret.ts';
import { signedText, type SignedParts } from '../../text/signed-request.ts';
import type { UnknownHook } from './hook-identity.ts';

/** A request with its signature. */
export interface SignedRequest extends SignedParts {
  /** `sha256=` and 64 hexadecimal digits. */
  readonly signature: string;
}

/** Milliseconds for which a signature is valid, and by which the sender's clock may be ahead. */
export const signatureWindow = { past: 300_000, ahead: 30_000 } as const;
/** Nonces used within the window. When this many are known, requests are refused until some expire. */
const mostNonces = 100_000;
const shapes = {
  timestamp: /^\d{10}$/,
  nonce: /^[A-Za-z0-9_-]{16,64}$/,
  signature: /^sha256=([0-9a-f]{64})$/i,
} as const;
/** Stands in for the keys of unknown callers, so that response times are equal. */
const nobody = new Secret('0'.repeat(32));

/**
 * Checks signatures (HMAC-SHA256), each valid for one request within the window. Used nonces are known only
 * to this process, so anything that an earlier process may have accepted is refused.
 */
export class SignatureCheck {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #startedAt: number;
  /** When each nonce may be forgotten, in this order. */
  readonly #used = new Map<string, number>();

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock;
    this.#startedAt = clock.now();
  }

  /** What is wrong with form or time, if anything: checked before the body is read. */
  problemOf({ timestamp, nonce, signature }: Omit<SignedRequest, 'method' | 'path' | 'body'>) {
    if (!shapes.timestamp.test(timestamp)) {
      return refused('Hook-Timestamp is not the time in seconds since 1970.');
    }
    if (!shapes.nonce.test(nonce)) {
      return refused('Hook-Nonce is not 16 to 64 letters, digits, `-` and `_`.');
    }
    if (!shapes.signature.test(signature)) {
      return refused('Hook-Signature is not `sha256=` and 64 hexadecimal digits.');
    }
    const age = this.#clock.now() - Number(timestamp) * 1_000;
    if (age > signatureWindow.past || age < -signatureWindow.ahead) {
      const message = `The request was signed ${Math.round(Math.abs(age) / 1_000)} s ${age > 0 ? 'ago' : 'in the future'}: it must arrive within ${signatureWindow.past / 1_000} s. Check the sender's clock.`;
      return refused(message);
    }
    return undefined;
  }

  /** Undefined: it is signed with one of the caller's keys, and not a replay. */
  check(
    caller: string,
    secrets: readonly Secret[] | undefined,
    request: SignedRequest,
  ): UnknownHook | undefined {
    const misshapen = this.problemOf(request);
    if (misshapen !== undefined) return misshapen;
    const [, hex = ''] = shapes.signature.exec(request.signature) ?? [];
    const given = Buffer.from(hex, 'hex');
    const text = signedText(request);
    let isRight = false;
    for (const secret of secrets ?? [nobody]) {
      const own = createHmac('sha256', secret.reveal()).update(text).digest();
      if (timingSafeEqual(own, given)) isRight = true;
    }
    if (!isRight || secrets === undefined) {
      return refused('The signature does not match this request and a key of this caller.');
    }
    return this.#use(caller, request);
  }

  #use(caller: string, { timestamp, nonce }: SignedRequest): UnknownHook | undefined {
    const now = this.#clock.now();
    const safeFrom = this.#startedAt + signatureWindow.ahead;
    if (Number(timestamp) * 1_000 <= safeFrom) {
      const retryAfter = Math.max(1, Math.ceil((safeFrom + 1_000 - now) / 1_000));
      const message = `The handler has just started and cannot tell whether this signature was used before. Sign the request again in ${retryAfter} s.`;
      return { kind: 'unavailable', message, retryAfter };
    }
    for (const [known, until] of this.#used) {
      if (until > now) break;
      this.#used.delete(known);
    }
    const key = `${caller}\n${nonce}`;
    if (this.#used.has(key))
      return refused('This signature was used before: sign every request with a new nonce.');
    if (this.#used.size >= mostNonces) {
      const message = 'Too many signed requests within a few minutes.';
      return { kind: 'throttled', message, retryAfter: 30 };
    }
    this.#used.set(key, now + signatureWindow.past + signatureWindow.ahead);
    return undefined;
  }
}

function refused(message: string): UnknownHook {
  return { kind: 'unauthenticated', message };
}
