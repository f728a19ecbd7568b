import type { AzureError } from '../../../azure/http/azure-error.ts';
import type { ReportChannel } from './report-channel.ts';

/** Tries in a row of one channel, once nothing but it keeps the completion from being sent. */
const mostTries = 6;
/** Tries in a row that a server which answers may refuse: one refusal may be a mishap. */
const mostRefusals = 4;
/** Milliseconds from the end of a run to its completion: a part of the time that is left. */
const wait = { part: 1 / 4, most: 120_000 };
/** The same where little is left, but never more than this part of it. */
const short = { part: 3 / 4, wait: 20_000 };
/** What a round of tries may take in any case, in milliseconds; and one call of several. */
const grace = { round: 5_000, call: 1_000 };

/**
 * How much may be spent on what a person would like to see. A run that is under way has time; once
 * its end is known, nothing must keep the completion from being sent. It outlives the run's stays in
 * memory. States: under way; ending, from `beginEnd` on, where failures count anew.
 */
export class ReportBudget {
  readonly #failures = new Map<ReportChannel, number>();
  readonly #refusals = new Map<ReportChannel, number>();
  #isEnding = false;
  /** It is the completion that waits for its next try, and nothing before it. */
  isCompletionAwaited = false;

  /** The end of the run is known: what failed before is no reason not to try now. */
  beginEnd(): void {
    if (this.#isEnding) return;
    this.#isEnding = true;
    this.#failures.clear();
  }

  succeeded(channel: ReportChannel): void {
    this.#failures.delete(channel);
    this.#refusals.delete(channel);
  }

  /** Says whether what was to be told by the channel is left out for good. */
  failed(channel: ReportChannel, { failure }: AzureError): boolean {
    const failures = add(this.#failures, channel);
    const isRefusal = failure === 'forbidden' || failure === 'not-found';
    const refusals = isRefusal ? add(this.#refusals, channel) : 0;
    if (failure === 'refused') return true;
    // It only says that the task has begun, which nobody waits for.
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
  // Where none is left, nobody counts on the deadline any more.
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
