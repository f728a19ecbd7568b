import type { Failure } from '../sync/model/failure.ts';

/** The details of an `ArgoCDError`: the kind of failure, and what to do about it. */
export interface ArgoCDErrorDetails {
  readonly failure: Failure;
  readonly status?: number | undefined;
  /** Milliseconds that the server asked us to wait. */
  readonly retryAfter?: number | undefined;
  /** What to do if the connection is the cause; empty if the reason already says it. */
  readonly advice?: string | undefined;
  /** What was rejected if `failure` is `unauthenticated`. */
  readonly credential?: 'token' | 'password' | undefined;
  readonly cause?: unknown;
}

/** A call that failed; the message is `METHOD https://host/path: what happened`. */
export class ArgoCDError extends Error {
  override readonly name = 'ArgoCDError';
  readonly failure: Failure;
  readonly status: number | undefined;
  readonly retryAfter: number | undefined;
  readonly advice: string | undefined;
  readonly credential: 'token' | 'password' | undefined;
  /** Argo CD's own words; foreign text. */
  readonly reason: string;

  constructor(call: string, reason: string, details: ArgoCDErrorDetails) {
    super(`${call}: ${reason}`, { cause: details.cause });
    this.reason = reason;
    this.failure = details.failure;
    this.status = details.status;
    this.retryAfter = details.retryAfter;
    this.advice = details.advice;
    this.credential = details.credential;
  }
}
