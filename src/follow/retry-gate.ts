import { ArgoCDError } from '../argocd/argocd-error.ts';
import type { Failure } from '../sync/model/failure.ts';
import { excerpt } from '../sync/model/excerpt.ts';
import { judgeError, unknownErrorLimit } from '../sync/model/known-error.ts';
import { UserError } from '../user-error.ts';
import { backoff } from '../async/backoff.ts';
import { retryDelayFor } from './application-poller.ts';
import type { ApplicationPoller } from './application-poller.ts';
import type { FollowPorts } from './settings.ts';

/** Whether these are the end only a look can tell, or time. */
const unknown = new Set<Failure>(['internal', 'not-found', 'hidden']);
const pauses = { first: 500, most: 10_000 };

/**
 * When a change that failed may be made again: after a pause, and never blindly, since what came of
 * the last try may show only in a look that was begun after the rules wanted it again.
 *
 * States: open; closed by `failed`, until its pause is over and the look that it needs is answered.
 * The next failure closes it for longer; `succeeded` opens it and forgets the failures.
 */
export class RetryGate {
  readonly #ports: Pick<FollowPorts, 'clock' | 'random'>;
  readonly #poller: ApplicationPoller;
  #failures = 0;
  /** Since when it has failed, in a row, in a way that nobody knows to pass. */
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

  /** The rules want something else, or it is being made: what was looked for is of no use any more. */
  forget(): void {
    this.#needed = undefined;
  }

  succeeded(): void {
    this.#failures = 0;
    this.#unknownSince = undefined;
    this.#reason = '';
  }

  /** What is being done, with why it is done again where it does not say so itself. */
  explain(doing: string): string {
    const why = excerpt(this.#reason);
    return doing.includes(why) ? doing : `${doing}; the last attempt failed: ${why}`;
  }

  /**
   * Takes in a failure that was no answer to the change but of the address, the token or the server.
   * Returns what ends the following, if it does.
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
    return new UserError(error.message, judgeError(error.reason).advice, { cause: error });
  }

  failed(error: unknown): void {
    const { clock, random } = this.#ports;
    this.#failures += 1;
    const isUnknown = error instanceof ArgoCDError && unknown.has(error.failure);
    this.#reason = error instanceof ArgoCDError ? error.reason : '';
    this.#unknownSince = isUnknown ? (this.#unknownSince ?? clock.now()) : undefined;
    const pause = backoff(this.#failures, pauses, random);
    this.#notBefore = clock.now() + Math.max(pause, retryDelayFor(error));
    // What is known may be older than the answer.
    this.#poller.demand();
  }
}
