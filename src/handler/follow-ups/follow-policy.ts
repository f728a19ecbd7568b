import type { FollowUpRule } from '../../follow-ups/follow-up.ts';
import type { Grant } from '../../follow-ups/grants.ts';
import { RuleSet } from '../../follow-ups/rule-set.ts';
import type { Application } from '../../sync/model/application.ts';
import { digestOfText } from '../../text/digest.ts';
import { GlobSet } from '../../text/glob.ts';

/** What decides whether an application is followed. */
export interface FollowQuestion extends Pick<Application, 'name' | 'namespace' | 'project'> {
  readonly argocd: string;
  /** The namespace that its Argo CD runs in. */
  readonly ownNamespace: string;
}

/** An application is followed. */
export interface Followed {
  /** Since when, in local milliseconds. What ended before then is not an event at the first look. */
  readonly since: number;
  /** Whether hooks and phases of a running operation matter. */
  readonly followsHooks: boolean;
}

/** What the configuration asks to follow. */
export interface FollowPolicySettings {
  readonly followUps: readonly FollowUpRule[];
  readonly grants: readonly Grant[];
  /** Runs may bring their own rules. */
  readonly takesInputs?: boolean;
}

const ofHooks: readonly string[] = ['hookEnded', 'phaseReached'];

/**
 * Decides which applications are followed: those that a rule may apply to, whatever their labels, and those
 * whose annotations a grant allows to queue something. Labels and annotations can change without an event, so
 * an application is followed before it matches: what happened before the change is then known already and
 * starts nothing.
 */
export class FollowPolicy {
  readonly #rules: RuleSet;
  readonly #grants: ReadonlyMap<string, GlobSet<Grant>>;
  readonly #since: (what: FollowUpRule | Grant) => number;
  /** Nothing is to be followed. */
  readonly isEmpty: boolean;
  /** Runs may bring their own rules, so any application may have to be followed. */
  readonly takesInputs: boolean;

  /** `since`: since when each name of `followedNames` is followed, from the store. */
  constructor(
    { followUps, grants, takesInputs = false }: FollowPolicySettings,
    since: ReadonlyMap<string, number>,
  ) {
    this.#rules = new RuleSet(followUps);
    this.takesInputs = takesInputs;
    this.isEmpty = asksNothing({ followUps, grants, takesInputs });
    const names = new Map<unknown, string>([
      ...followUps.map((rule) => [rule, nameOfRule(rule)] as const),
      ...grants.map((grant) => [grant, nameOfGrant(grant)] as const),
    ]);
    // A name that the store does not know is new.
    this.#since = (what) => since.get(names.get(what) ?? '') ?? Infinity;
    const instances = new Set(grants.map(({ argocd }) => argocd));
    this.#grants = new Map(
      [...instances].map((argocd) => [
        argocd,
        new GlobSet(
          grants
            .filter((grant) => grant.argocd === argocd)
            .flatMap((grant) => grant.appProjects.map((pattern) => [pattern, grant] as const)),
        ),
      ]),
    );
  }

  /** Undefined: the application is not followed. */
  of(question: FollowQuestion): Followed | undefined {
    const rules = this.#rules.about(question, question);
    const grants = [...(this.#grants.get(question.argocd)?.ownersOf([question.project]) ?? [])];
    if (rules.length === 0 && grants.length === 0) return undefined;
    return {
      since: Math.min(...rules.map(this.#since), ...grants.map(this.#since)),
      followsHooks: rules.some(isOfHooks),
    };
  }

  /** Since when a rule is followed; `-Infinity` for a rule that is not in the configuration. */
  sinceOf(rule: FollowUpRule): number {
    const since = this.#since(rule);
    return since === Infinity ? -Infinity : since;
  }
}

/** Whether a rule is about hooks or phases, whose events come while the operation runs. */
export function isOfHooks({ when }: Pick<FollowUpRule, 'when'>): boolean {
  return when.events.some((event) => ofHooks.includes(event));
}

/** Whether nothing is to be followed. */
export function asksNothing({
  followUps,
  grants,
  takesInputs = false,
}: FollowPolicySettings): boolean {
  return followUps.length === 0 && grants.length === 0 && !takesInputs;
}

/**
 * The names under which the store keeps since when each rule and grant is followed. A changed target keeps
 * the name.
 */
export function followedNames({ followUps, grants }: FollowPolicySettings): readonly string[] {
  return [...followUps.map(nameOfRule), ...grants.map(nameOfGrant)];
}

function nameOfRule({ name, when, for: filter }: FollowUpRule): string {
  return `rule/${digestOfText(JSON.stringify([name, when, filter]))}`;
}

function nameOfGrant({ argocd, appProjects }: Grant): string {
  return `grant/${digestOfText(JSON.stringify([argocd, appProjects]))}`;
}
