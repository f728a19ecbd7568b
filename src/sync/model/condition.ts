import type { Application, Condition } from './application.ts';
import { excerpt } from './excerpt.ts';
import { judgeError, unknownErrorLimit } from './known-error.ts';
import type { Nature } from './known-error.ts';

/** Conditions under which nothing can be deployed. */
const deciding = new Set(['ComparisonError', 'InvalidSpecError']);

/** What a spec lacks nobody but a person adds, whatever the words; only a failed check of it passes. */
function natureOf({ type, message }: Condition): Nature {
  const { nature } = judgeError(message);
  return nature === 'unknown' && type === 'InvalidSpecError' ? 'lasting' : nature;
}

/** Conditions under which nothing can be deployed now, of one nature or of any. */
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
 * Conditions under which nothing can be deployed, and which time alone does not mend. `unknownSince`:
 * since when one has stood there whose words nobody knows; local milliseconds.
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

/** For a line of the log: what keeps Argo CD from comparing; empty where nothing does. */
export function whyNotCompared(application: Pick<Application, 'conditions'>): string {
  const [first] = blockingConditions(application);
  return first === undefined ? '' : `: ${first.type}: ${excerpt(first.message)}`;
}
