import { createHmac } from 'node:crypto';
import { ApiError } from './errors.ts';
import { globMatches } from './windows.ts';

export interface Account {
  /** Lets the account log in at `/api/v1/session`. */
  readonly password?: string;
  /** Its rights, each as Casbin's `resource, action, object`, with globs. */
  readonly policies: readonly string[];
}

export interface Caller {
  readonly username: string;
  readonly issuedAt: number;
  readonly policies: readonly string[];
}

/** The rights of the recorded `ci` account. */
export const ciPolicies: readonly string[] = [
  'applications, *, */*',
  'logs, get, */*',
  'projects, get, *',
];

function encode(value: unknown): string {
  return Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString(
    'base64url',
  );
}

/** Accounts, tokens and rights. */
export class Access {
  readonly #accounts: ReadonlyMap<string, Account>;
  readonly #now: () => number;
  readonly #revoked = new Set<string>();

  constructor(accounts: Readonly<Record<string, Account>>, now: () => number) {
    this.#accounts = new Map(Object.entries(accounts));
    this.#now = now;
  }

  /** A JSON web token for an account; valid forever without `lifetime` (simulated milliseconds). */
  issue(username: string, lifetime?: number): string {
    const iat = Math.floor(this.#now() / 1000);
    const exp = lifetime === undefined ? undefined : Math.floor((this.#now() + lifetime) / 1000);
    const text = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode({ iss: 'argocd', sub: username, iat, exp })}`;
    return `${text}.${this.#sign(text)}`;
  }

  revoke(token: string): void {
    this.#revoked.add(token);
  }

  login(username: string, password: string, lifetime: number): string {
    const account = this.#accounts.get(username);
    if (!account?.password || account.password !== password) {
      throw new ApiError(16, 'Invalid username or password');
    }
    return this.issue(username, lifetime);
  }

  #sign(text: string): string {
    return createHmac('sha256', 'argo-cd simulator').update(text).digest('base64url');
  }

  /** The caller, by the `Authorization` header or the cookie `argocd.token`. */
  authenticate(authorization: string | undefined, cookie: string | undefined): Caller {
    const bearer = /^Bearer (\S+)$/.exec(authorization ?? '')?.[1];
    const token = bearer ?? /(?:^|; *)argocd\.token=([^;]+)/.exec(cookie ?? '')?.[1];
    const [header = '', payload = '', signature = '', ...rest] = token?.split('.') ?? [];
    if (!token || rest.length > 0 || payload === '' || signature === '') {
      throw new ApiError(16, 'no session information');
    }
    if (header.length % 4 === 1) {
      throw new ApiError(
        16,
        'invalid session: token is malformed: could not base64 decode header: illegal base64 data at input byte 0',
      );
    }
    if (this.#sign(`${header}.${payload}`) !== signature) {
      throw new ApiError(16, 'invalid session: token signature is invalid: signature is invalid');
    }
    const { sub, iat, exp } = JSON.parse(Buffer.from(payload, 'base64url').toString()) as {
      sub: string;
      iat: number;
      exp?: number;
    };
    if (exp !== undefined && exp * 1000 <= this.#now()) {
      throw new ApiError(16, 'invalid session: token has invalid claims: token is expired');
    }
    if (this.#revoked.has(token)) {
      throw new ApiError(16, 'invalid session: account token was revoked');
    }
    return { username: sub, issuedAt: iat, policies: this.#accounts.get(sub)?.policies ?? [] };
  }

  allows({ policies }: Caller, resource: string, action: string, object: string): boolean {
    return policies.some((policy) => {
      const [r = '', a = '', o = ''] = policy.split(',').map((part) => part.trim());
      return globMatches(r, resource) && globMatches(a, action) && globMatches(o, object);
    });
  }

  /** Refuses in Argo CD's words, which name the account and when its token was issued. */
  require(caller: Caller, resource: string, action: string, object: string): void {
    if (this.allows(caller, resource, action, object)) return;
    const iat = new Date(caller.issuedAt * 1000).toISOString().replace('.000Z', 'Z');
    throw new ApiError(
      7,
      `permission denied: ${resource}, ${action}, ${object}, sub: ${caller.username}, iat: ${iat}`,
    );
  }
}
