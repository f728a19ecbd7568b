import type { Failure } from '../sync/failure.ts';

export interface ArgoCDErrorDetails {
  readonly failure: Failure;
  readonly status?: number | undefined;
  /** Milliseconds that the server asked us to wait. */
  readonly retryAfter?: number | undefined;
  readonly cause?: unknown;
}

/** A call that failed; the message is `METHOD /path: what happened`. */
export class ArgoCDError extends Error {
  override readonly name = 'ArgoCDError';
  readonly failure: Failure;
  readonly status: number | undefined;
  readonly retryAfter: number | undefined;
  /** Argo CD's own words; foreign text. */
  readonly reason: string;

  constructor(call: string, reason: string, details: ArgoCDErrorDetails) {
    super(`${call}: ${reason}`, { cause: details.cause });
    this.reason = reason;
    this.failure = details.failure;
    this.status = details.status;
    this.retryAfter = details.retryAfter;
  }
}
