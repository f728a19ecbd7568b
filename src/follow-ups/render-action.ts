import type { Rendering } from './action-kinds/action-kind.ts';
import { kindOf } from './action-kinds/action-kinds.ts';
import type { FollowUpRule, RenderedAction } from './follow-up.ts';

/** The action of a rule for one event. Undefined if the project is unknown. */
export function renderAction(
  { name, do: action }: Pick<FollowUpRule, 'name' | 'do'>,
  values: Rendering['values'],
  defaults: Rendering['defaults'],
): RenderedAction | undefined {
  return kindOf(action).render(action, { rule: name, values, defaults });
}
