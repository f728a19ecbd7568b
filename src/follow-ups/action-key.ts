import { digestOfText } from '../text/digest.ts';
import type { ApplicationEvent } from '../sync/events/application-event.ts';
import type { FollowUpRule } from './follow-up.ts';

/** Characters of an event's id in a key; a longer one is told apart by its digest. */
const longestId = 600;

/**
 * What tells an action from all others: the event and the rule, and the attempt where the rule counts
 * each. The same however often the event is seen.
 */
export function actionKeyOf(
  { id, operation }: Pick<ApplicationEvent, 'id' | 'operation'>,
  { name, each }: Pick<FollowUpRule, 'name' | 'each'>,
): string {
  const event = id.length <= longestId ? id : `${id.slice(0, 100)}#${digestOfText(id)}`;
  const attempt = each === 'attempt' ? [String(operation?.attempt ?? 0)] : [];
  // No rule's name holds a bar, nor a line break: so no two make one key.
  return [event, ...attempt, name].join('|');
}

/**
 * The same for a run's name, parameter or variable: 15 digits, of which the first is no zero. A
 * pipeline can declare it as a number, which the lesser right may set (azure-devops.md §13.6). Of a
 * million keys two are alike in one of two thousand cases.
 */
export function eventKeyOf(actionKey: string): string {
  const least = 10n ** 14n;
  return String(least + (BigInt(`0x${digestOfText(actionKey)}`) % (9n * least)));
}
