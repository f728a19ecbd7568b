import type { FollowUpRule } from '../../follow-ups/follow-up.ts';
import type { Grant } from '../../follow-ups/grants.ts';
import { RuleSet } from '../../follow-ups/rule-set.ts';
import type { Application } from '../../sync/model/application.ts';
import { digestOfText } from '../../text/digest.ts';
import { GlobSet } from '../../text/glob.ts';

/** An application as it is asked whether anybody cares for it. */
export interface CareQuestion extends Pick<Application, 'name' | 'namespace' | 'project'> {
  readonly argocd: string;
  /** Where that Argo CD runs. */
  readonly ownNamespace: string;
}

/** That somebody cares for an application. */
export interface Cared {
  /** Since when, local milliseconds: what ended before is not told at the first look. */
  readonly since: number;
  /** Whether hooks and phases of an operation that goes on matter. */
  readonly followsHooks: boolean;
}

/** What the configuration asks to be followed. */
export interface CareSettings {
  readonly followUps: readonly FollowUpRule[];
  readonly grants: readonly Grant[];
  /** Runs may bring rules of their own. */
  readonly takesInputs?: boolean;
}

const ofHooks: readonly string[] = ['hookEnded', 'phaseReached'];

/**
 * Which applications are followed: those that a rule may be for, whatever their labels, and those whose
 * annotations some grant allows to queue something. Labels and annotations may change without an
 * event: so what happened before such a change is known by then, and starts nothing.
 */
export class Care {
  readonly #rules: RuleSet;
  readonly #grants: ReadonlyMap<string, GlobSet<Grant>>;
  readonly #since: (what: FollowUpRule | Grant) => number;
  /** Nobody asks for anything. */
  readonly isEmpty: boolean;
  /** Runs may bring rules of their own, so that any application may come to be cared for. */
  readonly takesInputs: boolean;

  /** `since`: since when each name of `caredNames` is cared for, as the store says. */
  constructor(
    { followUps, grants, takesInputs = false }: CareSettings,
    since: ReadonlyMap<string, number>,
  ) {
    this.#rules = new RuleSet(followUps);
    this.takesInputs = takesInputs;
    this.isEmpty = followUps.length === 0 && grants.length === 0 && !takesInputs;
    const names = new Map<unknown, string>([
      ...followUps.map((rule) => [rule, nameOfRule(rule)] as const),
      ...grants.map((grant) => [grant, nameOfGrant(grant)] as const),
    ]);
    // What is not known is new.
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

  /** Undefined: nobody cares for it. */
  of(question: CareQuestion): Cared | undefined {
    const rules = this.#rules.about(question, question);
    const grants = [...(this.#grants.get(question.argocd)?.ownersOf([question.project]) ?? [])];
    if (rules.length === 0 && grants.length === 0) return undefined;
    return {
      since: Math.min(...rules.map(this.#since), ...grants.map(this.#since)),
      followsHooks: rules.some(isOfHooks),
    };
  }

  /** Since when a rule of the configuration is cared for; what is of no configuration: ever since. */
  sinceOf(rule: FollowUpRule): number {
    const since = this.#since(rule);
    return since === Infinity ? -Infinity : since;
  }
}

/** Whether a rule is about hooks or phases, which are told while an operation goes on. */
export function isOfHooks({ when }: Pick<FollowUpRule, 'when'>): boolean {
  return when.events.some((event) => ofHooks.includes(event));
}

/** By these the store knows since when all of it is cared for. Another target makes no other rule. */
export function caredNames({ followUps, grants }: CareSettings): readonly string[] {
  return [...followUps.map(nameOfRule), ...grants.map(nameOfGrant)];
}

function nameOfRule({ name, when, for: filter }: FollowUpRule): string {
  return `rule/${digestOfText(JSON.stringify([name, when, filter]))}`;
}

function nameOfGrant({ argocd, appProjects }: Grant): string {
  return `grant/${digestOfText(JSON.stringify([argocd, appProjects]))}`;
}
