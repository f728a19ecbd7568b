/**
 * Why a call to Azure DevOps failed, classified by what to do next. `plan-gone`: the plan has ended or
 * was never ours, according to Azure's type keys (azure-devops.md §2.9, §12.20); further calls are
 * pointless. `unauthenticated`: 401, or a sign-in page instead of an answer. `unclear`: a call that is
 * not idempotent was sent, and no answer says whether it was carried out. `unavailable`: not carried
 * out, or safe to retry. `refused`: the request itself is wrong, or the answer is unknown. `blocked`: an
 * address that we do not call.
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

/** A failed call to Azure DevOps. Neither message nor cause ever contains the token. */
export class AzureError extends Error {
  override readonly name = 'AzureError';
  readonly failure: AzureFailure;
  /** Azure's own words, or Node's; foreign text. */
  readonly reason: string;
  readonly status: number | undefined;
  /** Azure's type key of the error, such as `AccessDeniedException`; it may come with any status. */
  readonly typeKey: string | undefined;
  /** How long the server asked to wait before a retry; milliseconds. */
  readonly retryAfter: number | undefined;
  readonly #call: string;

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
    this.#call = call;
  }

  /** The same failure, with `more` appended to its reason. */
  because(more: string): AzureError {
    const { reason, failure, status, typeKey, retryAfter, cause } = this;
    return new AzureError(this.#call, `${reason}; ${more}`, {
      ...{ failure, cause },
      ...(status !== undefined && { status }),
      ...(typeKey !== undefined && { typeKey }),
      ...(retryAfter !== undefined && { retryAfter }),
    });
  }
}
