import type { RenderContext } from './action-kinds/action-kind.ts';
import { actionKindOf } from './action-kinds/action-kinds.ts';
import type { FollowUpRule, RenderedAction } from './follow-up.ts';

/** The action of a rule for one event. Undefined if the project is unknown. */
export function renderAction(
  { name, do: action }: Pick<FollowUpRule, 'name' | 'do'>,
  values: RenderContext['values'],
  defaults: RenderContext['defaults'],
): RenderedAction | undefined {
  return actionKindOf(action).render(action, { rule: name, values, defaults });
}
