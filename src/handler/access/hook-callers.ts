import { createHash } from 'node:crypto';
import type { Clock } from '../../async/clock.ts';
import { Semaphore } from '../../async/semaphore.ts';
import type { HookCaller, HooksConfig } from '../config/hooks-config.ts';
import { grantsOf, type HookRights } from './hook-grants.ts';
import type { HookIdentity, ServiceAccount, UnknownHook } from './hook-identity.ts';
import { SignatureCheck, type SignedRequest } from './hook-signature.ts';
import { IssuerKeys } from './issuer-keys.ts';
import { RateLimit } from './rate-limit.ts';
import { readTokenClaims, type TokenClaims } from './service-account-token.ts';
import type { TokenCheck } from './token-check.ts';
import { TokenReview, type OnReviewFault } from './token-review.ts';

/** What a hook presents as proof, besides what it asks for. */
export interface HookProof {
  readonly method: string;
  /** From `/v1/` on, including the query. */
  readonly path: string;
  header(name: string): string | undefined;
  /** Read only if the request is signed. Undefined: too long. */
  body(): Promise<string | undefined>;
}

/** What checking callers needs; `check` is for tests only. */
export interface HookCallersPorts {
  readonly clock: Clock;
  /** Called when a check could not be made. */
  readonly onFault: OnReviewFault;
  readonly check?: (caller: TokenCaller) => TokenCheck;
}

type TokenCaller = Exclude<HookCaller, { kind: 'hmac' }>;

interface Remembered {
  readonly answer: Promise<ServiceAccount | UnknownHook>;
  readonly until: number;
}

/** Milliseconds for which the result of a token check is used. */
const remembered = { yes: 60_000, no: 10_000 } as const;
const mostRemembered = 1_000;
/** Limits of token checks by a cluster: anyone who sends what looks like a token triggers one. */
const checks = { requestsPerSecond: 20, burst: 100, pendingRuns: 0 } as const;
const checksAtOnce = 8;

/** Identifies hooks by the token of their service account, or by a signature. */
export class HookCallers {
  readonly #ports: HookCallersPorts;
  readonly #signatures: SignatureCheck;
  readonly #rate = new RateLimit(checks);
  readonly #turns = new Semaphore(checksAtOnce);
  readonly #known = new Map<string, Remembered>();
  readonly #checks = new Map<string, TokenCheck>();
  #rights: HookRights;

  constructor(rights: HookRights, ports: HookCallersPorts) {
    this.#rights = rights;
    this.#ports = ports;
    this.#signatures = new SignatureCheck(ports.clock);
  }

  /** Applies a changed configuration from the next request on. */
  configure(rights: HookRights): void {
    this.#rights = rights;
    this.#checks.clear();
    this.#known.clear();
  }

  /** Whose hook is calling, proven. Rejects only if the caller disconnects. */
  async identify(proof: HookProof): Promise<HookIdentity | UnknownHook> {
    const { hooks } = this.#rights;
    if (hooks.callers.length === 0) {
      return refused('This handler does not accept hook calls: `hooks` is not configured.');
    }
    const signature = proof.header('Hook-Signature');
    if (signature !== undefined) return this.#bySignature(proof, signature, hooks);
    const [, token] = /^bearer +(\S+)$/i.exec(proof.header('Authorization') ?? '') ?? [];
    if (token === undefined) {
      return refused('The request has neither a service account token nor a signature.');
    }
    return this.#byToken(token, proof.header('Hook-Caller'), hooks);
  }

  async #bySignature(
    proof: HookProof,
    signature: string,
    { callers }: HooksConfig,
  ): Promise<HookIdentity | UnknownHook> {
    const name = proof.header('Hook-Caller') ?? '';
    const sent = {
      timestamp: proof.header('Hook-Timestamp') ?? '',
      nonce: proof.header('Hook-Nonce') ?? '',
      signature,
    };
    const problem = this.#signatures.problemOf(sent);
    if (problem !== undefined) return problem;
    const body = await proof.body();
    if (body === undefined) return refused('The body is too long.');
    const { method, path } = proof;
    const request: SignedRequest = { ...sent, method, path, body };
    const caller = callers.find((each) => each.kind === 'hmac' && each.name === name);
    const secrets = caller?.kind === 'hmac' ? caller.secrets : undefined;
    return this.#signatures.check(name, secrets, request) ?? { caller: name, account: undefined };
  }

  async #byToken(
    token: string,
    name: string | undefined,
    hooks: HooksConfig,
  ): Promise<HookIdentity | UnknownHook> {
    const claims = readTokenClaims(token);
    if (claims === undefined) return refused('The token is not a service account token.');
    const problem = this.#problemOf(claims, hooks.audience);
    if (problem !== undefined) return refused(problem);
    const caller = callerOf(claims, name, hooks.callers);
    if ('message' in caller) return caller;
    // Before the cluster is asked: without a grant, a proof is worth nothing.
    const claimed = { caller: caller.name, account: claims.account };
    if (grantsOf(this.#rights, claimed).length === 0) return ungranted(claimed);
    const account = await this.#accountOf(caller, token, claims);
    if ('kind' in account) return account;
    const identity = { caller: caller.name, account };
    return grantsOf(this.#rights, identity).length === 0 ? ungranted(identity) : identity;
  }

  #problemOf({ audiences, expiresAt }: TokenClaims, audience: string): string | undefined {
    if (!audiences.includes(audience)) {
      return `The token is not issued for this handler: its audience must be \`${audience}\` (serviceAccountToken.audience of the projected volume).`;
    }
    return expiresAt <= this.#ports.clock.now()
      ? 'The token has expired: read its file again before each call.'
      : undefined;
  }

  /** Checks a token. The result is reused for a while, also by calls that arrive together. */
  #accountOf(
    caller: TokenCaller,
    token: string,
    { expiresAt }: TokenClaims,
  ): Promise<ServiceAccount | UnknownHook> {
    const now = this.#ports.clock.now();
    const key = `${caller.name} ${createHash('sha256').update(token).digest('base64')}`;
    const known = this.#known.get(key);
    if (known !== undefined && known.until > now) return known.answer;
    const wait = this.#rate.take('', now);
    if (wait > 0) {
      const retryAfter = Math.ceil(wait / 1_000);
      const message = 'Too many hook tokens are waiting to be verified.';
      return Promise.resolve({ kind: 'throttled', message, retryAfter });
    }
    const { audience } = this.#rights.hooks;
    const check = this.#checkOf(caller);
    const answer = this.#turns.run(() => check.accountOf(token, audience));
    if (this.#known.size >= mostRemembered) this.#known.clear();
    this.#known.set(key, { answer, until: Math.min(now + remembered.yes, expiresAt) });
    void answer.then(
      (given) => this.#keep(key, answer, given),
      () => this.#known.delete(key),
    );
    return answer;
  }

  #keep(key: string, answer: Remembered['answer'], given: ServiceAccount | UnknownHook): void {
    if (!('kind' in given) || this.#known.get(key)?.answer !== answer) return;
    if (given.kind !== 'unauthenticated') this.#known.delete(key);
    else this.#known.set(key, { answer, until: this.#ports.clock.now() + remembered.no });
  }

  #checkOf(caller: TokenCaller): TokenCheck {
    const known = this.#checks.get(caller.name);
    if (known !== undefined) return known;
    const { clock, onFault, check } = this.#ports;
    const made =
      check?.(caller) ??
      (caller.kind === 'oidc'
        ? new IssuerKeys(caller, clock, onFault)
        : new TokenReview(caller, onFault));
    this.#checks.set(caller.name, made);
    return made;
  }
}

/**
 * The caller whose cluster can check the token. A token is shown only to its own cluster, since another could
 * use it elsewhere. If several clusters are configured, the hook must say which.
 */
function callerOf(
  { issuer }: TokenClaims,
  name: string | undefined,
  callers: readonly HookCaller[],
): TokenCaller | UnknownHook {
  const able = callers.filter((each): each is TokenCaller => each.kind !== 'hmac');
  if (name !== undefined) {
    const named = able.find((each) => each.name === name);
    return named ?? refused('No such caller in `hooks.callers`: check Hook-Caller.');
  }
  const byIssuer = able.find((each) => each.kind === 'oidc' && each.issuer === issuer);
  if (byIssuer !== undefined) return byIssuer;
  const [first, second] = able.filter(({ kind }) => kind === 'tokenReview');
  if (first !== undefined && second === undefined) return first;
  return refused(
    first === undefined
      ? 'No caller in `hooks.callers` has the issuer of this token.'
      : '`hooks.callers` has several clusters: name one in the header Hook-Caller.',
  );
}

function ungranted({ caller, account }: HookIdentity): UnknownHook {
  const whose = `service account ${account?.name ?? ''} in namespace ${account?.namespace ?? ''}`;
  return refused(`No entry of \`hooks.grants\` matches ${whose} of caller ${caller}.`);
}

function refused(message: string): UnknownHook {
  return { kind: 'unauthenticated', message };
}
