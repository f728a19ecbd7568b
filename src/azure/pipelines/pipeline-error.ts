/**
 * What a failed call means for whoever repeats it. `refused`: it was not done, and will not be until
 * somebody changes something. `throttled`: not done, to be asked again after `retryAfter`.
 * `unavailable`: not done, or nothing is lost by asking again. `unclear`: it was sent, and no answer
 * says what came of it: it is looked for before it is repeated.
 */
export const pipelineFailures = ['refused', 'throttled', 'unavailable', 'unclear'] as const;
export type PipelineFailure = (typeof pipelineFailures)[number];

/** Why, in the words that tell what to grant or to declare. */
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

/** A failed call to pipelines. The message is for people: one line, bounded, without the token. */
export class PipelineError extends Error {
  override readonly name = 'PipelineError';
  readonly kind: PipelineFailure;
  readonly reason: PipelineReason;
  /** What to grant, declare or correct. */
  readonly advice: string;
  /** How long to wait before the next try, as the server asked, in milliseconds. */
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
