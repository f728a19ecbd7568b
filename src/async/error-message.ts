/**
 * What an error says, in a line: of several that came together (Node tries all addresses of a host),
 * all of them. Foreign text; what is no error is printed as it is.
 */
export function errorMessage(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(errorMessage).join(', ');
  return error instanceof Error ? error.message : String(error);
}
