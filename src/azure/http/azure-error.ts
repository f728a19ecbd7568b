/**
 * Why a call of Azure DevOps failed, in the words that decide what to do next.
 * `plan-gone`: the plan is over or was never ours, by Azure's own type keys (azure-devops.md §2.9,
 * §12.20): no call can help any more. `unauthenticated`: 401, or a sign-in page in place of an
 * answer. `unclear`: it was sent, no answer says what came of it, and to do it twice is not the same
 * as to do it once. `unavailable`: not carried out, or nothing is lost by trying again. `refused`:
 * the request itself is wrong, or the answer is none that we know. `blocked`: the address is one that
 * we do not call.
 */
export const azureFailures = [
  'plan-gone',
  'unauthenticated',
  'forbidden',
  'not-found',
  'refused',
  'throttled',
  'unavailable',
  'unclear',
  'blocked',
] as const;
export type AzureFailure = (typeof azureFailures)[number];

/** A failed call of Azure DevOps. Neither message nor cause ever holds the token. */
export class AzureError extends Error {
  override readonly name = 'AzureError';
  readonly failure: AzureFailure;
  /** Azure's own words, or Node's; foreign text. */
  readonly reason: string;
  readonly status: number | undefined;
  /** Azure's own word for the error, such as `AccessDeniedException`; whatever the status. */
  readonly typeKey: string | undefined;
  /** How long to wait before the next try, as the server asked, in milliseconds. */
  readonly retryAfter: number | undefined;

  constructor(
    call: string,
    reason: string,
    about: {
      readonly failure: AzureFailure;
      readonly status?: number;
      readonly typeKey?: string;
      readonly retryAfter?: number;
      readonly cause?: unknown;
    },
  ) {
    super(`${call}: ${reason}`, { cause: about.cause });
    this.failure = about.failure;
    this.reason = reason;
    this.status = about.status;
    this.typeKey = about.typeKey;
    this.retryAfter = about.retryAfter;
  }
}
