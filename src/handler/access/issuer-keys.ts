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
const tokenFault =
  /^ERR_(JWT|JWS|JOSE_ALG_NOT_ALLOWED|JOSE_NOT_SUPPORTED|JWKS_NO_MATCHING_KEY|JWKS_MULTIPLE_MATCHING_KEYS)/;
/** Seconds by which the clocks may differ. */
const clockTolerance = 10;
/** Milliseconds for the issuer's answer. */
const timeout = 5_000;
/** Milliseconds after which the keys are read again for the sake of one that is not among them. */
const defaultPause = 30_000;

type PublishedKeys = ReturnType<typeof createRemoteJWKSet>;
type Keys = ReturnType<typeof createLocalJWKSet> | PublishedKeys;

/** Verifies tokens with the keys of the cluster that issued them (OIDC discovery, RFC 7519). */
export class IssuerKeys implements TokenCheck {
  readonly #issuer: Issuer;
  readonly #clock: Clock;
  readonly #onFault: OnReviewFault;
  readonly #pause: number;
  #keys: Keys | undefined;

  /** `pause` is for tests alone. */
  constructor(issuer: Issuer, clock: Clock, onFault: OnReviewFault, pause = defaultPause) {
    this.#issuer = issuer;
    this.#clock = clock;
    this.#onFault = onFault;
    this.#pause = pause;
  }

  /** Reads the keys again and returns their number. Rejects if they cannot be read. */
  async probe(): Promise<string> {
    const keys = await this.#load();
    if (isPublished(keys)) await keys.reload();
    const count = keys.jwks()?.keys.length ?? 0;
    const from = this.#issuer.keys === undefined ? 'publishes' : 'is known by';
    return `${this.#issuer.issuer} ${from} ${count} key${count === 1 ? '' : 's'}`;
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
      // Its cluster may sign by a new key, which we have not read yet.
      if (isUnknownKey(error) && this.#isPausing) return unread;
      if (isOwnFault(error)) return wrongToken;
      this.#onFault(error);
      const message = 'Cannot read the keys that verify the hook at the moment.';
      return { kind: 'unavailable', message, retryAfter: 5 };
    }
  }

  get #isPausing(): boolean {
    return this.#keys !== undefined && isPublished(this.#keys) && this.#keys.coolingDown;
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
    return createRemoteJWKSet(new URL(uri), {
      timeoutDuration: timeout,
      cooldownDuration: this.#pause,
    });
  }
}

const unread: UnknownHook = {
  kind: 'unavailable',
  message:
    "The hook's token is signed by a key that is not known yet: the keys are read again soon.",
  retryAfter: defaultPause / 1_000,
};

function isPublished(keys: Keys): keys is PublishedKeys {
  return 'reload' in keys;
}

function isUnknownKey(error: unknown): boolean {
  return (error as { readonly code?: unknown }).code === 'ERR_JWKS_NO_MATCHING_KEY';
}

/** Whether the token is wrong; all other errors are about the keys. */
function isOwnFault(error: unknown): boolean {
  const { code } = error as { readonly code?: unknown };
  return typeof code === 'string' && tokenFault.test(code);
}
