import { printFault, type Fault } from '../../inputs/fault.ts';
import { logLine } from '../../text/foreign-text.ts';

/** Why a request was refused; used as a metrics label. */
export const refusalReasons = [
  'unauthenticated',
  'throttled',
  'headers',
  'collection',
  'too-large',
  'body',
  'denied',
  'inputs',
  'quota',
  'unstored',
  'unseen',
  'unavailable',
] as const;
export type RefusalReason = (typeof refusalReasons)[number];

/** The response to a refused request. People read it in the run's log: `Response: …`. */
export class Refusal {
  readonly status: 400 | 401 | 403 | 404 | 409 | 413 | 429 | 503;
  readonly reason: RefusalReason;
  /** One sentence. */
  readonly message: string;
  readonly faults: readonly string[];
  /** Seconds. */
  readonly retryAfter: number | undefined;

  constructor(
    status: Refusal['status'],
    reason: RefusalReason,
    message: string,
    about: { readonly faults?: readonly Fault[]; readonly retryAfter?: number } = {},
  ) {
    this.status = status;
    this.reason = reason;
    this.message = logLine(message, longestMessage);
    this.faults = printFaults(about.faults ?? []);
    this.retryAfter = about.retryAfter;
  }
}

/** A denial contains the missing rule. */
const longestMessage = 1_200;
const longestFault = 400;
/**
 * It is not documented how much of a response Azure DevOps shows (azure-devops.md §1.7): a few thousand
 * characters.
 */
const mostFaults = 10;

function printFaults(faults: readonly Fault[]): readonly string[] {
  const shown = faults
    .slice(0, mostFaults)
    .map((fault) => logLine(printFault(fault), longestFault));
  const more = faults.length - shown.length;
  return more > 0 ? [...shown, `… and ${more} more`] : shown;
}
