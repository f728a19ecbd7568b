import type { ApplicationEvent, EventKind } from '../sync/events/application-event.ts';
import { GlobSet } from '../text/glob.ts';
import { hasLabels, type Labels } from '../text/label-selector.ts';
import type { FollowUpRule } from './follow-up.ts';

/** What an event does not say of its application. */
export interface EventSource {
  /** The name of its Argo CD instance. */
  readonly argocd: string;
  /** Where that Argo CD runs: its applications there go by their mere name as well. */
  readonly ownNamespace: string;
  readonly labels: Labels;
}

/** Longer than any name in Kubernetes; what is longer fits no pattern. */
const longestName = 253;

/** Rules that are asked for each of many events: by the kind of the event first, by patterns last. */
export class RuleSet {
  readonly #byKind = new Map<EventKind, PatternedRules>();

  constructor(rules: readonly FollowUpRule[]) {
    for (const kind of new Set(rules.flatMap(({ when }) => when.events))) {
      const ofKind = rules.filter(({ when }) => when.events.includes(kind));
      this.#byKind.set(kind, new PatternedRules(ofKind));
    }
  }

  /** The rules that an event starts, in their order. A dry run changes nothing, and starts none. */
  matching(event: ApplicationEvent, source: EventSource): readonly FollowUpRule[] {
    if (event.operation?.dryRun) return [];
    const { name, namespace, project } = event.application;
    if ([name, namespace, project].some(({ length }) => length > longestName)) return [];
    const names = [`${namespace}/${name}`, ...(namespace === source.ownNamespace ? [name] : [])];
    const rules = this.#byKind.get(event.kind)?.fitting(names, project) ?? [];
    return rules.filter((rule) => isMeant(rule, event, source));
  }
}

/** Rules with their patterns, each asked only where a name begins like it. */
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

function isMeant(rule: FollowUpRule, event: ApplicationEvent, source: EventSource): boolean {
  const { phases, startedBy, revisionChanged } = rule.when;
  const { argocd, labels } = rule.for;
  const { operation, phase } = event;
  return (
    (argocd === undefined || argocd.includes(source.argocd)) &&
    (phases === undefined || (phase !== undefined && phases.includes(phase))) &&
    (startedBy === undefined ||
      (operation !== undefined && startedBy.includes(operation.origin.kind))) &&
    // A follow-up too many is seen; one too few is not.
    (revisionChanged === undefined ||
      (operation !== undefined && (operation.revisionChanged ?? true) === revisionChanged)) &&
    (labels === undefined || hasLabels(source.labels, labels))
  );
}
