/**
 * What a failed call means for a retry. `refused`: not carried out, and a retry fails until somebody
 * changes something. `throttled`: not carried out; retry after `retryAfter`. `unavailable`: not carried
 * out, or safe to retry. `unclear`: sent, but no answer says whether it was carried out; look for the
 * result before a retry.
 */
export const pipelineFailures = ['refused', 'throttled', 'unavailable', 'unclear'] as const;
export type PipelineFailure = (typeof pipelineFailures)[number];

/** Why a call failed, in terms of what to grant or declare. */
export const pipelineReasons = [
  'unknownProject',
  'unknownPipeline',
  'ambiguousPipeline',
  'unknownRun',
  'unknownStage',
  'notAuthorized',
  'needsEditQueueConfiguration',
  'undeclaredParameter',
  'missingParameter',
  'invalidParameter',
  'variableNotSettable',
  'missingBranch',
  'missingResource',
  'disabledPipeline',
  'invalidPipeline',
  'unauthenticated',
  'noToken',
  'unknownOrganization',
  'unreadable',
  'throttled',
  'unavailable',
  'unclear',
  'rejected',
] as const;
export type PipelineReason = (typeof pipelineReasons)[number];

/** A failed call about pipelines. The message is for people: one line, bounded, without the token. */
export class PipelineError extends Error {
  override readonly name = 'PipelineError';
  readonly kind: PipelineFailure;
  readonly reason: PipelineReason;
  /** What to grant, declare or correct. */
  readonly advice: string;
  /** How long the server asked to wait before a retry; milliseconds. */
  readonly retryAfter: number | undefined;

  constructor(
    message: string,
    about: {
      readonly kind: PipelineFailure;
      readonly reason: PipelineReason;
      readonly advice: string;
      readonly retryAfter?: number | undefined;
    },
  ) {
    super(message);
    this.kind = about.kind;
    this.reason = about.reason;
    this.advice = about.advice;
    this.retryAfter = about.retryAfter;
  }
}
