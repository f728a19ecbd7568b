/** What of a request its sender signs. */
export interface SignedParts {
  readonly method: string;
  /** From `/v1/` on, with its query. */
  readonly path: string;
  readonly body: string;
  /** Seconds since the epoch, as it was sent. */
  readonly timestamp: string;
  readonly nonce: string;
}

/** The text that a hook signs and the handler checks: each part on a line of its own, of which only the last may hold more. */
export function signedText({ method, path, body, timestamp, nonce }: SignedParts): string {
  return [timestamp, nonce, `${method} ${path}`, body].join('\n');
}
