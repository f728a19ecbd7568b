import type { Application, Condition } from './application.ts';

/** Failures of the moment that Argo CD reports as if they were lasting: the repo server is away. */
const passing =
  /code = (Unavailable|DeadlineExceeded|Canceled|Aborted|ResourceExhausted)|connection refused|connection reset|context deadline exceeded|i\/o timeout|TLS handshake timeout|transport is closing|": EOF$/i;

/** Whether Argo CD's words tell of something that may mend itself. */
export function isPassing(message: string): boolean {
  return passing.test(message);
}

/** Conditions under which nothing can be deployed, and which time alone does not mend. */
export function terminalConditions(
  application: Pick<Application, 'conditions'>,
): readonly Condition[] {
  return application.conditions.filter(
    ({ type, message }) =>
      (type === 'ComparisonError' || type === 'InvalidSpecError') && !isPassing(message),
  );
}

/** Conditions of the class Error, whatever they say. */
export function errorConditions(application: Application): readonly Condition[] {
  return application.conditions.filter(({ type }) => type.endsWith('Error'));
}
