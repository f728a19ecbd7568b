/**
 * The message of an error as one line; for an aggregate error (Node tries all addresses of a host), all
 * messages. Foreign text. Anything that is not an error is printed as is.
 */
export function errorMessage(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(errorMessage).join(', ');
  return error instanceof Error ? error.message : String(error);
}
