/** There is no token for the identity. Message and advice are for people, and contain no secret. */
export class IdentityError extends Error {
  override readonly name = 'IdentityError';
  /** What to correct. */
  readonly advice: string;

  constructor(message: string, advice: string) {
    super(message);
    this.advice = advice;
  }
}
