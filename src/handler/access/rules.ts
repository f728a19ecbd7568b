import { foldProjectName } from '../../text/project-name.ts';
import { printName, type ApplicationName } from '../../sync/model/application.ts';
import type { Action, Config, Rule } from '../config/config.ts';
import { printDenial } from './denial.ts';
import { fits, GlobSet } from '../../text/glob.ts';

/** Who wants to do what, and where. What is not known yet is absent, and must be checked later. */
export interface AccessRequest {
  readonly client: string;
  /** The claimed or proven name; `id` is the GUID. */
  readonly azureProject: { readonly name: string; readonly id: string };
  /** Name of the Argo CD instance, as given. */
  readonly argocd: string;
  /** Absent: whatever a label selector finds. */
  readonly application: ApplicationName | undefined;
  /** Absent: not looked up yet. */
  readonly appProject: string | undefined;
  readonly actions: readonly Action[];
}

/** Who asks, and for which Argo CD. */
export type Claim = Pick<AccessRequest, 'client' | 'azureProject' | 'argocd'>;

/**
 * Says which rule is missing, in words of the request only. Even the AppProject is left out, since it may
 * have been looked up: callers must not learn what exists.
 */
export interface Denial {
  readonly message: string;
  readonly advice: string;
}

/** The parts of the configuration that decide who may do what. */
export type Rights = Pick<Config, 'rules' | 'argocd'>;

const guid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * The denial, unless rules allow all actions. Different rules may allow different actions. What no rule
 * allows is denied.
 */
export function denialOf(rights: Rights, question: AccessRequest): Denial | undefined {
  return new Allowance(rights, question).denialOf(question);
}

/** AppProjects whose rules are cached. */
const mostAppProjects = 1_000;

/** What rules allow one caller. Reads the rules once for a thousand applications. */
export class Allowance {
  readonly #claim: Claim;
  readonly #own: string | undefined;
  readonly #rules: readonly Rule[];
  readonly #applications: GlobSet<Rule>;
  readonly #appProjects = new Map<string, ReadonlySet<Rule>>();
  readonly #projects: GlobSet<Rule>;

  constructor({ rules, argocd }: Rights, claim: Claim) {
    this.#claim = claim;
    this.#own = argocd.find(({ name }) => name === claim.argocd)?.namespace;
    this.#rules = rules.filter((rule) => concerns(rule, claim));
    this.#applications = globsOf(this.#rules, ({ applications }) => applications);
    this.#projects = globsOf(this.#rules, ({ appProjects }) => appProjects);
  }

  denialOf(
    about: Pick<AccessRequest, 'application' | 'appProject' | 'actions'>,
  ): Denial | undefined {
    const { application, appProject, actions } = about;
    const fitting = this.#fitting(application, appProject);
    const missing = actions.filter(
      (action) => !fitting.some((rule) => rule.actions.includes(action)),
    );
    if (missing.length === 0) return undefined;
    const question = { ...this.#claim, ...about };
    return printDenial(question, application && printName(application), missing);
  }

  #fitting(
    application: ApplicationName | undefined,
    appProject: string | undefined,
  ): readonly Rule[] {
    const named =
      application === undefined
        ? this.#rules
        : [...this.#applications.ownersOf(namesOf(application, this.#own))];
    if (appProject === undefined) return named;
    const inProject = this.#rulesOf(appProject);
    return named.filter((rule) => inProject.has(rule));
  }

  /** Many applications are in one AppProject. */
  #rulesOf(appProject: string): ReadonlySet<Rule> {
    const known = this.#appProjects.get(appProject);
    if (known !== undefined) return known;
    // Callers may name any number of AppProjects.
    if (this.#appProjects.size >= mostAppProjects) this.#appProjects.clear();
    const rules = this.#projects.ownersOf([appProject]);
    this.#appProjects.set(appProject, rules);
    return rules;
  }
}

/** The rights as if a request may come from any Azure DevOps project. */
export function forAnyProject({ rules, argocd }: Rights): Rights {
  return { argocd, rules: rules.map((rule) => ({ ...rule, azureProjects: ['*'] })) };
}

function globsOf(
  rules: readonly Rule[],
  patternsOf: (rule: Rule) => readonly string[],
): GlobSet<Rule> {
  return new GlobSet(
    rules.flatMap((rule) => patternsOf(rule).map((pattern) => [pattern, rule] as const)),
  );
}

function concerns(rule: Rule, { client, azureProject, argocd }: Claim): boolean {
  return (
    rule.client === client &&
    rule.argocd === argocd &&
    rule.azureProjects.some((pattern) => isProject(pattern, azureProject))
  );
}

/** Azure DevOps ignores case in names. An id is not a name: `a*` must not match one. */
function isProject(pattern: string, { name, id }: AccessRequest['azureProject']): boolean {
  if (guid.test(pattern)) return pattern.toLowerCase() === id.toLowerCase();
  return fits(foldProjectName(pattern), foldProjectName(name));
}

/** In Argo CD's own namespace, an application has two names; elsewhere, only the long one. */
export function namesOf(
  { name, namespace }: ApplicationName,
  own: string | undefined,
): readonly string[] {
  if (namespace !== undefined && namespace !== own) return [`${namespace}/${name}`];
  return own === undefined ? [name] : [name, `${own}/${name}`];
}
