/** There is no token for the identity. Message and advice are for people, and contain no secret. */
export class IdentityError extends Error {
  override readonly name = 'IdentityError';
  /** What to correct. */
  readonly advice: string;
  /** Whether a retry is pointless, because something is misconfigured. */
  readonly isFinal: boolean;

  constructor(message: string, advice: string, isFinal = false) {
    super(message);
    this.advice = advice;
    this.isFinal = isFinal;
  }
}
