import { ArgoCDError } from '../argocd/argocd-error.ts';
import type { Failure } from '../sync/model/failure.ts';
import { excerpt } from '../sync/model/excerpt.ts';
import { judgeError, unknownErrorLimit } from '../sync/model/known-error.ts';
import { UserError } from '../user-error.ts';
import { backoff } from '../async/backoff.ts';
import { retryDelayFor } from './application-poller.ts';
import type { ApplicationPoller } from './application-poller.ts';
import type { FollowPorts } from './settings.ts';

/** Only a look, or time, shows whether these are fatal. */
const unknown = new Set<Failure>(['internal', 'not-found', 'hidden', 'not-argocd']);
const pauses = { first: 500, most: 10_000 };

/**
 * When a failed change may be retried: after a pause, and never blindly, since the result of the
 * last try may show only in a look that begins after the rules want the change again.
 *
 * States: open; closed by `failed`, until its pause is over and the look that it needs is answered.
 * The next failure closes it for longer; `succeeded` opens it and forgets the failures.
 */
export class RetryGate {
  readonly #ports: Pick<FollowPorts, 'clock' | 'random'>;
  readonly #poller: ApplicationPoller;
  #failures = 0;
  /** Since when it has failed consecutively with unknown errors. */
  #unknownSince: number | undefined;
  #reason = '';
  #notBefore = -Infinity;
  /** The look that must be answered before. */
  #needed: number | undefined;

  constructor(ports: Pick<FollowPorts, 'clock' | 'random'>, poller: ApplicationPoller) {
    this.#ports = ports;
    this.#poller = poller;
  }

  /** Whether a change may be made now; asks for the look that it still needs. */
  mayAct(): boolean {
    if (this.#failures === 0) return true;
    this.#needed ??= this.#poller.demand();
    return this.pauseEnd === undefined && this.#poller.hasAnswered(this.#needed);
  }

  /** When the pause is over, in local milliseconds; undefined when it is. */
  get pauseEnd(): number | undefined {
    return this.#ports.clock.now() < this.#notBefore ? this.#notBefore : undefined;
  }

  /**
   * The rules want something else, or the change is being made: the pending look is no longer
   * needed.
   */
  forget(): void {
    this.#needed = undefined;
  }

  succeeded(): void {
    this.#failures = 0;
    this.#unknownSince = undefined;
    this.#reason = '';
  }

  /** What is being done, and why it is being retried where that is not clear. */
  explain(doing: string): string {
    const why = excerpt(this.#reason);
    return doing.includes(why) ? doing : `${doing}; the last attempt failed: ${why}`;
  }

  /**
   * Records a failure of the address, the token or the server rather than a response to the change.
   * Returns the fatal error, if it is one.
   */
  broke(error: unknown): UserError | undefined {
    if (error instanceof UserError) return error;
    this.failed(error);
    const since = this.#unknownSince;
    if (since === undefined || !(error instanceof ArgoCDError)) {
      this.#poller.failed(error);
      return undefined;
    }
    if (this.#ports.clock.now() - since < unknownErrorLimit) return undefined;
    const advice = error.advice ?? judgeError(error.reason).advice;
    return new UserError(error.message, advice, { cause: error });
  }

  failed(error: unknown): void {
    const { clock, random } = this.#ports;
    this.#failures += 1;
    const isUnknown = error instanceof ArgoCDError && unknown.has(error.failure);
    this.#reason = error instanceof ArgoCDError ? error.reason : '';
    this.#unknownSince = isUnknown ? (this.#unknownSince ?? clock.now()) : undefined;
    const pause = backoff(this.#failures, pauses, random);
    this.#notBefore = clock.now() + Math.max(pause, retryDelayFor(error));
    // What is known may be older than the response.
    this.#poller.demand();
  }
}
