import type { FollowUpRule, RenderedAction } from './follow-up.ts';
import { addressKey, completeAddress } from './pipeline-address.ts';
import type { AddressDefaults } from './render-action.ts';

/** For actions, whose addresses are complete. */
const nowhere: AddressDefaults = { organization: '', project: undefined };

/**
 * A key that rules and actions have in common if they have the same target: the same kind, and the same
 * pipeline or URL. Undefined if a rule names no project and there is no default.
 */
export function targetKey(
  target: FollowUpRule['do'] | RenderedAction,
  defaults: AddressDefaults = nowhere,
): string | undefined {
  if (target.kind === 'postWebHook') return `${target.kind} ${target.url}`;
  const address = completeAddress(target, defaults);
  return address && `${target.kind} ${addressKey(address)}`;
}
