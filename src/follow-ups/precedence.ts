import type { FollowUpRule } from './follow-up.ts';
import { addressKey, completeAddress } from './pipeline-address.ts';
import type { AddressDefaults } from './render-action.ts';

/** Rules that one event starts, by the place where they are written. */
export interface PlacedRules {
  readonly configuration: readonly FollowUpRule[];
  /** Of the run that started the operation. */
  readonly input: readonly FollowUpRule[];
  /** As far as grants allow. */
  readonly annotations: readonly FollowUpRule[];
}

/**
 * The rules that count for an event. Rules of all places do, and none takes another away; but where a
 * pipeline is named in several places, it is queued as the first of them says: the configuration, then
 * the run's input, then the annotations. So what an operator wrote stays as it is, and who says more
 * of a pipeline goes before who only names it. Rules of one place are not compared: two rules for one
 * pipeline are two follow-ups.
 */
export function chooseRules(
  { configuration, input, annotations }: PlacedRules,
  defaults: AddressDefaults,
): readonly FollowUpRule[] {
  const known = new Set<string>();
  return [configuration, input, annotations].flatMap((rules) => {
    const left = rules.filter((rule) => {
      const key = keyOf(rule, defaults);
      return key === undefined || !known.has(key);
    });
    for (const rule of left) known.add(keyOf(rule, defaults) ?? '');
    return left;
  });
}

function keyOf({ do: action }: FollowUpRule, defaults: AddressDefaults): string | undefined {
  if (action.kind === 'postWebHook') return undefined;
  const address = completeAddress(action, defaults);
  return address && `${action.kind} ${addressKey(address)}`;
}
