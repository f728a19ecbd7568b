import { ArgoCDError } from '../argocd/argocd-error.ts';
import type { Failure } from '../sync/model/failure.ts';
import { judgeError, unknownErrorLimit } from '../sync/model/known-error.ts';
import { printDuration } from '../text/duration-text.ts';
import { UserError } from '../user-error.ts';
import type { Clock } from '../async/clock.ts';
import type { Contact } from './contact.ts';

/** The application of a failed look, and what is known of it. */
export interface FailedCall {
  readonly name: string;
  readonly project: string;
  /** It was seen before, so what looks like a missing right or a wrong address may be an outage. */
  readonly isSeen: boolean;
}

/** What a failed look at an application means: fatal, not created yet, an outage, or unknown. */
export type LookFailure =
  | { readonly kind: 'fatal'; readonly error: UserError }
  | { readonly kind: 'missing'; readonly reason: string }
  | { readonly kind: 'away'; readonly reason: string; readonly error: UserError }
  /** Argo CD returns an error that may be transient; `error` is used if it is not. */
  | { readonly kind: 'unknown'; readonly reason: string; readonly error: UserError };

/** Judges a failed look. `isReached`: Argo CD has answered before, so that its address is right. */
export function judgeLook(
  error: unknown,
  { name, project, isSeen }: FailedCall,
  isReached: boolean,
): LookFailure {
  if (error instanceof UserError) return { kind: 'fatal', error };
  if (!(error instanceof ArgoCDError)) throw error;
  const { failure, reason } = error;
  const { advice } = judgeError(reason);
  switch (failure) {
    case 'unavailable':
    case 'unclear':
      return {
        kind: 'away',
        reason,
        error: userError(error, advice || (error.advice ?? unreachedAdvice)),
      };
    case 'internal':
      return { kind: 'unknown', reason, error: userError(error, advice || internalAdvice) };
    case 'not-argocd':
    case 'unreachable': {
      const lasting = userError(error, error.advice ?? addressAdvice[failure]);
      return isSeen || isReached
        ? { kind: 'away', reason, error: lasting }
        : { kind: 'fatal', error: lasting };
    }
    case 'hidden':
      // Also what Argo CD says when it cannot read the application from Kubernetes.
      if (isSeen) return { kind: 'unknown', reason, error: userError(error, rightsAdvice) };
      if (project !== '') return { kind: 'fatal', error: userError(error, rightsAdvice) };
      return { kind: 'missing', reason: missingReason(name, project, failure) };
    case 'not-found':
      return { kind: 'missing', reason: missingReason(name, project, failure) };
    case 'unauthenticated':
      return {
        kind: 'fatal',
        error: new UserError(
          `Argo CD rejected ${error.credential === 'password' ? 'the user name and password' : 'the token'}: ${reason}`,
          error.advice ?? tokenAdvice,
          { cause: error },
        ),
      };
    case 'refused':
      return { kind: 'fatal', error: userError(error, advice || 'Fix what its message names.') };
    case 'forbidden':
    case 'busy':
    case 'window-closed':
    case 'no-operation':
    case 'auto-sync':
    case 'deleting':
      return { kind: 'fatal', error: userError(error, advice || rightsAdvice) };
  }
}

const unreachedAdvice =
  'Check URL and port in the service connection, or in the configuration of the handler, and that a proxy or firewall allows the connection.';
const internalAdvice = 'See the log of argocd-server for details.';
const addressAdvice: Partial<Record<Failure, string>> = {
  'not-argocd':
    'Check the URL in the service connection, or in the configuration of the handler, including the root path if Argo CD has one, and any proxy in front of it.',
  unreachable:
    'Check URL, port and CA certificate in the service connection, or in the configuration of the handler.',
};
const tokenAdvice =
  'The token is invalid, expired or revoked: create a new one and put it into the service connection or the configuration of the handler.';
const rightsAdvice =
  'Grant the token\'s role "applications, get" and "applications, sync" on project/application, and check "project" (README, "Least rights").';

function userError(error: ArgoCDError, advice = ''): UserError {
  return new UserError(error.message, advice, { cause: error });
}

function missingReason(name: string, project: string, failure: 'not-found' | 'hidden'): string {
  return failure === 'not-found'
    ? `There is no application "${name}" in project "${project}"`
    : `There is no application "${name}", or the token may not read it: set "project", and Argo CD tells which`;
}

const tellEvery = 60_000;

/** What to do after a failed look. */
export type OutageJudgement =
  | Extract<LookFailure, { kind: 'fatal' | 'missing' }>
  /** Retry. `notice`: what to say now, at the beginning and then each minute. */
  | { readonly kind: 'away'; readonly reason: string; readonly notice: string | undefined }
  | { readonly kind: 'unknown'; readonly reason: string; readonly notice: string | undefined };

/**
 * Consecutive failed looks: how long to wait for each kind, and what to report in the meantime.
 * There is no limit for a server that has answered before; for one that never has, and for unknown
 * errors, it is two minutes.
 *
 * States: answering; away or unknown, by the kind of the last failure, which `answered` ends; given
 * up, when the time for that kind is over (a `fatal` judgement).
 */
export class Outage {
  readonly #clock: Clock;
  readonly #contact: Contact;
  readonly #startedAt: number;
  readonly #deadline: number;
  #since: number | undefined;
  #toldAt = -Infinity;
  #unknownSince: number | undefined;
  #last: UserError | undefined;

  /** When the run began, and when it must end: local milliseconds. */
  constructor(
    clock: Clock,
    contact: Contact,
    { startedAt, deadline }: { readonly startedAt: number; readonly deadline: number },
  ) {
    this.#clock = clock;
    this.#contact = contact;
    this.#startedAt = startedAt;
    this.#deadline = deadline;
  }

  /** When the first answer is due, local milliseconds; infinite where there was one. */
  get due(): number {
    return this.#contact.isMade ? Infinity : this.#contact.dueFor(this.#startedAt);
  }

  /** Why the run gives up on Argo CD: it never answered in time. */
  get unreached(): UserError | undefined {
    return this.#clock.now() < this.due ? undefined : this.neverReached;
  }

  /** The same, when the time of the run is up. */
  get neverReached(): UserError | undefined {
    const last = this.#last;
    if (this.#contact.isMade || last === undefined) return undefined;
    const seconds = Math.round((this.#clock.now() - this.#startedAt) / 1000);
    return new UserError(
      `Argo CD could not be reached within ${seconds} s, and never before: ${last.message}`,
      last.advice,
      { cause: last.cause },
    );
  }

  /** Judges a failed look. */
  failed(error: unknown, asked: FailedCall): OutageJudgement {
    const judged = judgeLook(error, asked, this.#contact.isMade);
    const now = this.#clock.now();
    switch (judged.kind) {
      case 'fatal':
        return judged;
      case 'missing':
        this.answered();
        return judged;
      case 'away': {
        this.#last = judged.error;
        this.#unknownSince = undefined;
        const given = this.unreached;
        if (given !== undefined) return { kind: 'fatal', error: given };
        return { ...judged, notice: this.#notice(now, judged.reason) };
      }
      case 'unknown': {
        this.#contact.make();
        this.#unknownSince ??= now;
        if (now - this.#unknownSince >= unknownErrorLimit) {
          return { kind: 'fatal', error: judged.error };
        }
        return { ...judged, notice: this.#notice(now, judged.reason) };
      }
    }
  }

  /** Argo CD answered. Returns for how many seconds it had not, if that was reported. */
  answered(): number | undefined {
    const since = this.#since;
    this.#contact.make();
    this.#since = undefined;
    this.#toldAt = -Infinity;
    this.#unknownSince = undefined;
    return since === undefined ? undefined : Math.round((this.#clock.now() - since) / 1000);
  }

  #notice(now: number, reason: string): string | undefined {
    const isFirst = this.#since === undefined;
    this.#since ??= now;
    if (now - this.#toldAt < tellEvery) return undefined;
    this.#toldAt = now;
    const isUnknown = this.#unknownSince !== undefined;
    if (isFirst) {
      const limit = this.#limit(now);
      return isUnknown
        ? `Argo CD returns an error; retrying${limit}. ${reason}`
        : `Cannot reach Argo CD; retrying${limit}. ${reason}`;
    }
    const what = isUnknown ? 'Argo CD has returned an error' : 'Cannot reach Argo CD';
    const minutes = Math.round((now - this.#since) / 60_000);
    return `${what} for ${minutes} min; retrying. ${reason}`;
  }

  /** How long the retries go on, where they end before the run does. */
  #limit(now: number): string {
    const unknownSince = this.#unknownSince;
    const end = unknownSince === undefined ? this.due : unknownSince + unknownErrorLimit;
    return end < this.#deadline ? `, for up to ${printDuration(end - now)}` : '';
  }
}
