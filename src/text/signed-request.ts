/** The parts of a request that its sender signs. */
export interface SignedParts {
  readonly method: string;
  /** The path from `/v1/` on, with its query. */
  readonly path: string;
  readonly body: string;
  /** Seconds since the epoch, as sent. */
  readonly timestamp: string;
  readonly nonce: string;
}

/**
 * The text that a hook signs and the handler checks: one part per line; only the last may contain line
 * breaks.
 */
export function signedText({ method, path, body, timestamp, nonce }: SignedParts): string {
  return [timestamp, nonce, `${method} ${path}`, body].join('\n');
}
