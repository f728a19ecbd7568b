import { actionKindOf } from './action-kinds/action-kinds.ts';
import type { FollowUpAction, RenderedAction } from './follow-up.ts';
import type { AddressDefaults } from './pipeline-address.ts';

/** For actions, whose addresses are complete. */
const nowhere: AddressDefaults = { organization: '', project: undefined };

/**
 * A key that rules and actions have in common if they have the same target: the same kind, and the same
 * pipeline or URL. Undefined if a rule names no project and there is no default.
 */
export function targetKey(
  action: FollowUpAction | RenderedAction,
  defaults: AddressDefaults = nowhere,
): string | undefined {
  const target = actionKindOf(action).target(action, defaults);
  return target === undefined ? undefined : `${action.kind} ${target}`;
}
