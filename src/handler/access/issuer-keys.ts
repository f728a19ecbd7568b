import { createLocalJWKSet, createRemoteJWKSet, jwtVerify } from 'jose';
import type { Clock } from '../../async/clock.ts';
import type { ServiceAccount, UnknownHook } from './hook-identity.ts';
import { claimsOf } from './service-account-token.ts';
import { wrongToken, type TokenCheck } from './token-check.ts';
import type { OnReviewFault } from './token-review.ts';

/** An issuer whose tokens are verified with its public keys. */
export interface Issuer {
  readonly issuer: string;
  /** Its keys as JSON (JWKS); if absent, the published ones. */
  readonly keys: string | undefined;
}

/** The algorithms of API servers. Tokens that are unsigned or signed with a shared key are refused. */
const algorithms = ['RS256', 'RS384', 'RS512', 'ES256', 'ES384', 'ES512', 'PS256'];
/** Seconds by which the clocks may differ. */
const clockTolerance = 10;
/** Milliseconds for the issuer's answer. */
const timeout = 5_000;

type Keys = ReturnType<typeof createLocalJWKSet> | ReturnType<typeof createRemoteJWKSet>;

/** Verifies tokens with the keys of the cluster that issued them (OIDC discovery, RFC 7519). */
export class IssuerKeys implements TokenCheck {
  readonly #issuer: Issuer;
  readonly #clock: Clock;
  readonly #onFault: OnReviewFault;
  #keys: Keys | undefined;

  constructor(issuer: Issuer, clock: Clock, onFault: OnReviewFault) {
    this.#issuer = issuer;
    this.#clock = clock;
    this.#onFault = onFault;
  }

  async accountOf(token: string, audience: string): Promise<ServiceAccount | UnknownHook> {
    try {
      this.#keys ??= await this.#load();
      const { payload } = await jwtVerify(token, this.#keys, {
        ...{ issuer: this.#issuer.issuer, audience, algorithms, clockTolerance },
        currentDate: new Date(this.#clock.now()),
        requiredClaims: ['exp', 'sub'],
      });
      return claimsOf(payload)?.account ?? wrongToken;
    } catch (error) {
      if (isOwnFault(error)) return wrongToken;
      this.#onFault(error);
      const message = 'Cannot read the keys that verify the hook at the moment.';
      return { kind: 'unavailable', message, retryAfter: 5 };
    }
  }

  async #load(): Promise<Keys> {
    const { issuer, keys } = this.#issuer;
    if (keys !== undefined) {
      return createLocalJWKSet(JSON.parse(keys) as Parameters<typeof createLocalJWKSet>[0]);
    }
    const discovery = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
    const answer = await fetch(discovery, {
      redirect: 'error',
      signal: AbortSignal.timeout(timeout),
    });
    const about = (await answer.json()) as {
      readonly issuer?: unknown;
      readonly jwks_uri?: unknown;
    };
    const uri = typeof about.jwks_uri === 'string' ? about.jwks_uri : '';
    if (about.issuer !== issuer || !uri.startsWith('https://')) {
      throw new Error(`${discovery} is not the document of this issuer`);
    }
    return createRemoteJWKSet(new URL(uri), { timeoutDuration: timeout });
  }
}

/** Whether the token is wrong; all other errors are about the keys. */
function isOwnFault(error: unknown): boolean {
  const { code } = error as { readonly code?: unknown };
  return typeof code === 'string' && /^ERR_(JWT|JWS|JOSE|JWKS_NO_MATCHING_KEY)/.test(code);
}
