import { isDryRun, type Goal } from '../sync/model/goal.ts';
import { definitionOf, inputNames, type Definition, type InputName } from './definitions.ts';
import type { InputSource } from './input-reader.ts';

/** One warning per input that is set but has no effect in this request. */
export function warnOfIdleInputs(source: InputSource, goal: Goal): readonly string[] {
  return inputNames
    .filter((name) => isSet(source, name))
    .flatMap((name) => {
      const why = whyIdle(name, goal);
      return why === undefined ? [] : [`${name} has no effect with ${why}: remove it.`];
    });
}

function isSet(source: InputSource, name: InputName): boolean {
  const text = (source.input(name) ?? '').trim().toLowerCase();
  return text !== '' && text !== String(definitionOf(name).default ?? '').toLowerCase();
}

/** Why an input has no effect; `undefined` if it has one, or is harmless. */
function whyIdle(name: InputName, goal: Goal): string | undefined {
  const { actions, needs, isHarmless } = definitionOf(name);
  if (isHarmless) return undefined;
  if (actions?.includes(goal.action) === false) return `action "${goal.action}"`;
  return needs === undefined ? undefined : whyUnmet(needs, goal);
}

function whyUnmet(needs: NonNullable<Definition['needs']>, goal: Goal): string | undefined {
  if (needs === 'prune') return isPruning(goal) ? undefined : 'prune off';
  if (isDryRun(goal)) return 'dryRun, which deploys nothing';
  const { waitFor } = goal;
  const isMet = waitFor === 'health' || (needs === 'following' && waitFor === 'operation');
  return isMet ? undefined : `waitFor "${waitFor}"`;
}

function isPruning(goal: Goal): boolean {
  return goal.action === 'rollback' ? goal.prune : goal.action === 'sync' && goal.options.prune;
}
