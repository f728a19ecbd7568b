import { createPublicKey, generateKeyPairSync, randomUUID, sign, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

/** The account, audience and lifetime of a token. */
export interface TokenRequest {
  readonly namespace: string;
  readonly serviceAccount: string;
  /** The pod that it is bound to; absent: none. */
  readonly pod?: string;
  readonly audiences: readonly string[];
  /** Seconds; default: an hour. Negative: expired. */
  readonly lifetime?: number;
}

/** The claims of a token, once it is verified. */
export interface IssuedClaims {
  readonly aud: readonly string[];
  readonly exp: number;
  readonly sub: string;
  readonly 'kubernetes.io': {
    readonly namespace: string;
    readonly serviceaccount: { readonly name: string; readonly uid: string };
    readonly pod?: { readonly name: string; readonly uid: string };
  };
}

const keyId = 'simulator-1';

/** Issues service account tokens like an API server (`TokenRequest`), signed with RS256. */
export class ServiceAccountIssuer {
  readonly issuer: string;
  readonly #now: () => number;
  readonly #key: KeyObject;

  constructor(issuer: string, now: () => number = Date.now) {
    this.issuer = issuer;
    this.#now = now;
    this.#key = generateKeyPairSync('rsa', { modulusLength: 2_048 }).privateKey;
  }

  /** The key set published at `/openid/v1/jwks`. */
  get keys() {
    const key = createPublicKey(this.#key).export({ format: 'jwk' });
    return { keys: [{ ...key, use: 'sig', kid: keyId, alg: 'RS256' }] };
  }

  issue({ namespace, serviceAccount, pod, audiences, lifetime = 3_600 }: TokenRequest): string {
    const now = Math.floor(this.#now() / 1_000);
    const claims = {
      aud: audiences,
      exp: now + lifetime,
      iat: Math.min(now, now + lifetime) - 1,
      iss: this.issuer,
      jti: randomUUID(),
      nbf: Math.min(now, now + lifetime) - 1,
      sub: `system:serviceaccount:${namespace}:${serviceAccount}`,
      'kubernetes.io': {
        namespace,
        serviceaccount: { name: serviceAccount, uid: randomUUID() },
        ...(pod !== undefined && { pod: { name: pod, uid: randomUUID() } }),
      },
    };
    const text = [{ alg: 'RS256', kid: keyId }, claims].map(encode).join('.');
    return `${text}.${sign('sha256', Buffer.from(text), this.#key).toString('base64url')}`;
  }

  /** The claims of a token of this issuer that has not expired, whatever its audience. */
  verify(token: string): IssuedClaims | undefined {
    const [header = '', payload = '', signature = ''] = token.split('.');
    const isOurs = verify(
      'sha256',
      Buffer.from(`${header}.${payload}`),
      createPublicKey(this.#key),
      Buffer.from(signature, 'base64url'),
    );
    if (!isOurs) return undefined;
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as IssuedClaims;
    return claims.exp * 1_000 > this.#now() ? claims : undefined;
  }
}

function encode(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}
