import type { ApplicationEvent, EventKind } from '../sync/events/application-event.ts';
import { GlobSet } from '../text/glob.ts';
import { hasLabels, type Labels } from '../text/label-selector.ts';
import type { FollowUpRule } from './follow-up.ts';

/** What an event does not contain about its application. */
export interface EventSource {
  /** The name of its Argo CD instance. */
  readonly argocd: string;
  /** The namespace of that Argo CD: applications in it also match by their name alone. */
  readonly ownNamespace: string;
  readonly labels: Labels;
}

/** The longest name in Kubernetes; longer names match no pattern. */
const longestName = 253;

/** Finds the rules for each of many events: by the kind of the event first, by patterns last. */
export class RuleSet {
  readonly #byKind = new Map<EventKind, PatternedRules>();
  readonly #all: PatternedRules;

  constructor(rules: readonly FollowUpRule[]) {
    this.#all = new PatternedRules(rules);
    for (const kind of new Set(rules.flatMap(({ when }) => when.events))) {
      const ofKind = rules.filter(({ when }) => when.events.includes(kind));
      this.#byKind.set(kind, new PatternedRules(ofKind));
    }
  }

  /** The rules that an event starts, in their order. A dry run changes nothing, so it starts none. */
  matching(event: ApplicationEvent, source: EventSource): readonly FollowUpRule[] {
    if (event.operation?.dryRun) return [];
    const rules = this.#byKind.get(event.kind);
    if (rules === undefined) return [];
    return fitting(rules, event.application, source).filter(
      (rule) => isOf(rule, source) && obstacleOf(rule, event, source) === undefined,
    );
  }

  /** The rules that some event of an application could start, regardless of its labels. */
  about(
    application: EventApplication,
    source: Omit<EventSource, 'labels'>,
  ): readonly FollowUpRule[] {
    return fitting(this.#all, application, source).filter((rule) => isOf(rule, source));
  }
}

type EventApplication = Pick<ApplicationEvent['application'], 'name' | 'namespace' | 'project'>;

function fitting(
  rules: PatternedRules,
  { name, namespace, project }: EventApplication,
  { ownNamespace }: Pick<EventSource, 'ownNamespace'>,
): readonly FollowUpRule[] {
  if ([name, namespace, project].some(({ length }) => length > longestName)) return [];
  const names = [`${namespace}/${name}`, ...(namespace === ownNamespace ? [name] : [])];
  return rules.fitting(names, project);
}

function isOf({ for: { argocd } }: FollowUpRule, source: Pick<EventSource, 'argocd'>): boolean {
  return argocd === undefined || argocd.includes(source.argocd);
}

/** Rules indexed by the start of their patterns, so that few patterns are tested per name. */
class PatternedRules {
  readonly #rules: readonly FollowUpRule[];
  readonly #applications: GlobSet<FollowUpRule>;
  readonly #appProjects: GlobSet<FollowUpRule>;

  constructor(rules: readonly FollowUpRule[]) {
    this.#rules = rules;
    this.#applications = globsOf(rules, ({ applications = [] }) => applications);
    this.#appProjects = globsOf(rules, ({ appProjects = [] }) => appProjects);
  }

  fitting(names: readonly string[], appProject: string): readonly FollowUpRule[] {
    const named = this.#applications.ownersOf(names);
    const inProject = this.#appProjects.ownersOf([appProject]);
    return this.#rules.filter(
      (rule) =>
        (rule.for.applications === undefined || named.has(rule)) &&
        (rule.for.appProjects === undefined || inProject.has(rule)),
    );
  }
}

function globsOf(
  rules: readonly FollowUpRule[],
  patternsOf: (filter: FollowUpRule['for']) => readonly string[],
): GlobSet<FollowUpRule> {
  return new GlobSet(
    rules.flatMap((rule) => patternsOf(rule.for).map((pattern) => [pattern, rule] as const)),
  );
}

/** The condition of a rule that an event does not meet. */
export type Obstacle = 'phases' | 'startedBy' | 'revisionChanged' | 'labels';

/** Why an event of its kind does not start a rule for its application; undefined if it does. */
export function obstacleOf(
  rule: FollowUpRule,
  { operation, phase }: ApplicationEvent,
  source: Pick<EventSource, 'labels'>,
): Obstacle | undefined {
  const { phases, startedBy, revisionChanged } = rule.when;
  const { labels } = rule.for;
  if (phases !== undefined && (phase === undefined || !phases.includes(phase))) return 'phases';
  if (startedBy !== undefined) {
    if (operation === undefined || !startedBy.includes(operation.origin.kind)) return 'startedBy';
  }
  if (revisionChanged !== undefined) {
    // Unknown counts as changed: a superfluous follow-up is noticed, a missing one is not.
    const hasChanged = operation && (operation.revisionChanged ?? true);
    if (hasChanged !== revisionChanged) return 'revisionChanged';
  }
  if (labels !== undefined && !hasLabels(source.labels, labels)) return 'labels';
  return undefined;
}
