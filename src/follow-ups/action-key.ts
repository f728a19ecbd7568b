import { digestOfText } from '../text/digest.ts';
import type { ApplicationEvent } from '../sync/events/application-event.ts';
import type { FollowUpRule } from './follow-up.ts';

/** Characters of an event's id in a key; a longer id is replaced by its start and a digest. */
const longestId = 600;

/**
 * Identifies an action: the event and the rule, plus the attempt if the rule counts attempts. It is the
 * same however often the event is seen. `prefix` tells apart the events of two Argo CD servers whose
 * applications share a `uid`.
 */
export function actionKeyOf(
  { id, operation }: Pick<ApplicationEvent, 'id' | 'operation'>,
  { name, each }: Pick<FollowUpRule, 'name' | 'each'>,
  prefix = '',
): string {
  const event = id.length <= longestId ? id : `${id.slice(0, 100)}#${digestOfText(id)}`;
  const attempt = each === 'attempt' ? [String(operation?.attempt ?? 0)] : [];
  // No rule name contains a bar or a line break, so keys cannot collide.
  return prefix + [event, ...attempt, name].join('|');
}

/**
 * The key as used in a run's name, parameter or variable: 15 digits, the first not zero. A pipeline can
 * declare it as a number, which needs fewer permissions to set (azure-devops.md §13.6). Among a million
 * keys the probability of a collision is 1 in 2,000.
 */
export function eventKeyOf(actionKey: string): string {
  const least = 10n ** 14n;
  return String(least + (BigInt(`0x${digestOfText(actionKey)}`) % (9n * least)));
}
