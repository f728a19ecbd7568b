import { createPublicKey, generateKeyPairSync, randomUUID, sign, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

/** The account, audience and lifetime of a token. */
export interface TokenRequest {
  readonly namespace: string;
  readonly serviceAccount: string;
  /** The pod that it is bound to; absent for none. */
  readonly pod?: string;
  readonly audiences: readonly string[];
  /** Seconds; default: an hour. Negative: expired. */
  readonly lifetime?: number;
}

/** The claims of a verified token. */
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

/** Issues service account tokens like an API server (`TokenRequest`), signed with RS256. */
export class ServiceAccountIssuer {
  readonly issuer: string;
  readonly #now: () => number;
  #made = 0;
  /** By id; the last one signs. */
  readonly #keys = new Map<string, KeyObject>();

  constructor(issuer: string, now: () => number = Date.now) {
    this.issuer = issuer;
    this.#now = now;
    this.rotate();
  }

  /** The key set published at `/openid/v1/jwks`. */
  get keys() {
    const keys = [...this.#keys].map(([kid, key]) => {
      const jwk = createPublicKey(key).export({ format: 'jwk' });
      return { ...jwk, use: 'sig', kid, alg: 'RS256' };
    });
    return { keys };
  }

  /** The public half of the signing key, as PEM. */
  get publicKey(): string {
    return createPublicKey(this.#signer[1]).export({ type: 'spki', format: 'pem' }).toString();
  }

  get #signer(): readonly [string, KeyObject] {
    const last = [...this.#keys].at(-1);
    if (last === undefined) throw new Error('there is no key');
    return last;
  }

  /** Signs with a new key from now on. Previous keys remain published unless they are withdrawn. */
  rotate(withdraws = false): void {
    if (withdraws) this.#keys.clear();
    this.#made += 1;
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
    this.#keys.set(`simulator-${this.#made}`, privateKey);
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
    const [kid, key] = this.#signer;
    const text = [{ alg: 'RS256', kid }, claims].map(encode).join('.');
    return `${text}.${sign('sha256', Buffer.from(text), key).toString('base64url')}`;
  }

  /** The claims of a token of this issuer that has not expired, whatever its audience. */
  verify(token: string): IssuedClaims | undefined {
    const [header = '', payload = '', signature = ''] = token.split('.');
    const [signed, proof] = [
      Buffer.from(`${header}.${payload}`),
      Buffer.from(signature, 'base64url'),
    ];
    const isOurs = [...this.#keys.values()].some((key) =>
      verify('sha256', signed, createPublicKey(key), proof),
    );
    if (!isOurs) return undefined;
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as IssuedClaims;
    return claims.exp * 1_000 > this.#now() ? claims : undefined;
  }
}

function encode(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}
