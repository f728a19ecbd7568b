import type { FollowUpRule } from './follow-up.ts';
import type { AddressDefaults } from './pipeline-address.ts';
import { targetKey } from './target-key.ts';

/** The rules that one event starts, by where they are written. */
export interface PlacedRules {
  readonly configuration: readonly FollowUpRule[];
  /** Of the run that started the operation. */
  readonly input: readonly FollowUpRule[];
  /** Only those that grants allow. */
  readonly annotations: readonly FollowUpRule[];
}

/**
 * The rules that apply to an event. Rules of all places apply; but if several places name the same
 * target, the first of them decides what is done with it: the configuration, then the run's input, then
 * the annotations. So what an operator wrote takes effect unchanged, and detailed rules win over those
 * that only name the pipeline. Rules of one place are not compared: two rules for one pipeline are two
 * follow-ups.
 */
export function chooseRules(
  { configuration, input, annotations }: PlacedRules,
  defaults: AddressDefaults,
): readonly FollowUpRule[] {
  const known = new Set<string>();
  return [configuration, input, annotations].flatMap((rules) => {
    const left = rules.filter(({ do: action }) => {
      const key = targetKey(action, defaults);
      return key === undefined || !known.has(key);
    });
    for (const { do: action } of left) known.add(targetKey(action, defaults) ?? '');
    return left;
  });
}
