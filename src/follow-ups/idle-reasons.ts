import type { ApplicationEvent } from '../sync/events/application-event.ts';
import { plainLine } from '../text/foreign-text.ts';
import { printAnnotation } from './annotations.ts';
import type { FollowUpRule } from './follow-up.ts';
import { obstacleOf, type EventSource, type Obstacle, type RuleSet } from './rule-set.ts';

/** Rules that are named: an application may have hundreds. */
const mostRules = 5;
const longestName = 100;

/** Rules of one place, which an event could have started. */
export interface UnmetRules {
  readonly rules: RuleSet;
  /** Whether a rule existed when the event happened. */
  readonly isMeant: (rule: FollowUpRule) => boolean;
}

/**
 * Why an event starts none of the rules: sentences for people. Empty if none of them is for its
 * application.
 */
export function idleReasons(
  { rules, isMeant }: UnmetRules,
  event: ApplicationEvent,
  source: EventSource,
): readonly string[] {
  const about = rules.about(event.application, source);
  if (about.length === 0) return [];
  if (event.operation?.dryRun) return ['A dry run starts nothing.'];
  const named = about.filter(({ when }) => when.events.includes(event.kind));
  if (named.length === 0) return [`Only for other events: ${listOf(about)}.`];
  const reasons = named.flatMap((rule) => {
    const obstacle = isMeant(rule) ? obstacleOf(rule, event, source) : 'later';
    return obstacle === undefined ? [] : [`${printRule(rule)}: ${words[obstacle](rule)}.`];
  });
  return cut(reasons, (left) => `The same goes for ${left} more rules.`);
}

const words: Readonly<Record<Obstacle | 'later', (rule: FollowUpRule) => string>> = {
  phases: ({ when }) => `only in ${(when.phases ?? []).join(' or ')}`,
  startedBy: ({ when }) => `only if started by ${(when.startedBy ?? []).join(' or ')}`,
  revisionChanged: ({ when }) =>
    when.revisionChanged === true
      ? 'only if the revision changes'
      : 'only if the revision stays the same',
  labels: () => "the application's labels do not match",
  later: () => 'it was configured after this had happened',
};

/** `Rule smoke`, or the annotation as people wrote it. */
function printRule(rule: FollowUpRule): string {
  return `${isAnnotation(rule) ? 'Annotation' : 'Rule'} ${nameOf(rule)}`;
}

function nameOf(rule: FollowUpRule): string {
  const { name } = rule;
  return isAnnotation(rule)
    ? `\`${plainLine(printAnnotation(name), longestName)}\``
    : plainLine(name, longestName);
}

function isAnnotation({ name }: FollowUpRule): boolean {
  return name.startsWith('annotation/');
}

/** `smoke (succeeded), rollback (failed)`. */
function listOf(rules: readonly FollowUpRule[]): string {
  const names = rules.map((rule) => `${nameOf(rule)} (${rule.when.events.join(', ')})`);
  return cut(names, (left) => `and ${left} more`).join(', ');
}

function cut(lines: readonly string[], rest: (left: number) => string): readonly string[] {
  const left = lines.length - mostRules;
  return left > 0 ? [...lines.slice(0, mostRules), rest(left)] : lines;
}
