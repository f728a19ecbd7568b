import type { Application, Condition } from './application.ts';
import { excerpt } from './excerpt.ts';
import { judgeError, unknownErrorLimit } from './known-error.ts';
import type { Nature } from './known-error.ts';

/** Conditions under which nothing can be deployed. */
const deciding = new Set(['ComparisonError', 'InvalidSpecError']);

/**
 * Only a person can complete a spec, whatever the message says; only a failed check of it is
 * transient.
 */
function natureOf({ type, message }: Condition): Nature {
  const { nature } = judgeError(message);
  return nature === 'unknown' && type === 'InvalidSpecError' ? 'lasting' : nature;
}

/** Conditions under which nothing can be deployed now, of the given nature or of any. */
export function blockingConditions(
  { conditions }: Pick<Application, 'conditions'>,
  ...natures: readonly Nature[]
): readonly Condition[] {
  return conditions.filter(
    (condition) =>
      deciding.has(condition.type) &&
      (natures.length === 0 || natures.includes(natureOf(condition))),
  );
}

/**
 * Conditions that prevent any deployment and do not go away by themselves. `unknownSince`: since
 * when there has been one with an unknown message; local milliseconds.
 */
export function terminalConditions(
  application: Pick<Application, 'conditions'>,
  unknownSince: number | undefined,
  now: number,
): readonly Condition[] {
  const isOld = unknownSince !== undefined && now - unknownSince >= unknownErrorLimit;
  return blockingConditions(application, 'lasting', ...(isOld ? (['unknown'] as const) : []));
}

/** Conditions of the class Error, whatever they say. */
export function errorConditions(application: Application): readonly Condition[] {
  return application.conditions.filter(({ type }) => type.endsWith('Error'));
}

/** What keeps Argo CD from comparing, for a line of the log; empty where nothing does. */
export function whyNotCompared(application: Pick<Application, 'conditions'>): string {
  const [first] = blockingConditions(application);
  return first === undefined ? '' : `: ${first.type}: ${excerpt(first.message)}`;
}
