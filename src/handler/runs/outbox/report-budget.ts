import type { AzureError } from '../../../azure/http/azure-error.ts';
import type { ReportChannel } from './report-channel.ts';

/** Consecutive tries of one channel, once only that channel delays the completion. */
const mostTries = 6;
/** Consecutive refusals of a server that responds: a single one may be transient. */
const mostRefusals = 4;
/** Milliseconds from the end of a run to its completion: a fraction of the time that is left. */
const wait = { part: 1 / 4, most: 120_000 };
/** The same where little is left, but never more than this fraction of it. */
const short = { part: 3 / 4, wait: 20_000 };
/** What a round of tries may always take, in milliseconds; and one call of several. */
const grace = { round: 5_000, call: 1_000 };

/**
 * Limits the effort for cosmetic reports. An active run has time; once its end is known, nothing
 * must keep the completion from being sent. It outlives the run's time in memory. States: under
 * way; ending, from `beginEnd` on, where failures are counted from zero.
 */
export class ReportBudget {
  readonly #failures = new Map<ReportChannel, number>();
  readonly #refusals = new Map<ReportChannel, number>();
  #isEnding = false;
  /** The completion itself waits for a retry, and nothing before it. */
  isCompletionAwaited = false;

  /** The end of the run is known: earlier failures no longer count. */
  beginEnd(): void {
    if (this.#isEnding) return;
    this.#isEnding = true;
    this.#failures.clear();
  }

  succeeded(channel: ReportChannel): void {
    this.#failures.delete(channel);
    this.#refusals.delete(channel);
  }

  /** Says whether the reports of the channel are dropped for good. */
  failed(channel: ReportChannel, { failure }: AzureError): boolean {
    const failures = add(this.#failures, channel);
    const isRefusal = failure === 'forbidden' || failure === 'not-found';
    const refusals = isRefusal ? add(this.#refusals, channel) : 0;
    if (failure === 'refused') return true;
    // It only says that the task has started, which nothing waits for.
    if (channel === 'started' && failures >= mostTries) return true;
    return refusals >= mostRefusals;
  }

  /** Whether the completion waits no longer for a channel. */
  isSpent(channel: ReportChannel): boolean {
    return (this.#failures.get(channel) ?? 0) >= mostTries;
  }
}

/**
 * Until when the completion may wait for what comes before it. `endingSince`: when the end of the run
 * was known; `deadline`: when the run must have ended. Local milliseconds.
 */
export function optionalUntil(endingSince: number, deadline: number): number {
  const left = deadline - endingSince;
  // Where no time is left, the deadline no longer matters.
  const least = left > 0 ? Math.min(short.wait, left * short.part) : short.wait;
  return endingSince + Math.min(wait.most, Math.max(least, left * wait.part));
}

/** Until when a round of tries that begins now may last: even a late one has each channel tried. */
export function roundUntil(began: number, until: number): number {
  return Math.max(until, began + grace.round);
}

/** Until when a call that begins now may last, so that the others of its round get their share. */
export function callUntil(now: number, until: number, calls: number): number {
  return Math.min(until, now + Math.max(grace.call, (until - now) / calls));
}

function add(counts: Map<ReportChannel, number>, channel: ReportChannel): number {
  const count = (counts.get(channel) ?? 0) + 1;
  counts.set(channel, count);
  return count;
}
