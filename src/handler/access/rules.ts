import { foldProjectName } from '../../azure/project-name.ts';
import { printName, type ApplicationName } from '../../sync/application.ts';
import type { Action, Config, Rule } from '../config/config.ts';
import { printDenial } from './denial.ts';
import { fits } from './glob.ts';

/** Who wants to do what, and where. What is not known yet is absent, and is to be asked again. */
export interface Question {
  readonly client: string;
  /** The name as a request claims it, or as it was proven; `id` is the GUID. */
  readonly azureProject: { readonly name: string; readonly id: string };
  /** Name of the instance, as it was given. */
  readonly argocd: string;
  /** Absent: whatever a label selector will find. */
  readonly application: ApplicationName | undefined;
  /** Absent: not looked up yet. */
  readonly appProject: string | undefined;
  readonly actions: readonly Action[];
}

/**
 * Says which rule is missing, in words of the request alone. Not even the AppProject is named, since
 * it may be one that was looked up: so nobody learns what there is.
 */
export interface Denial {
  readonly message: string;
  readonly advice: string;
}

/** The parts of the configuration that decide. */
export type Rights = Pick<Config, 'rules' | 'argocd'>;

const guid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * The denial, unless rules allow all of it: one rule may allow one action, and another the next.
 * Nothing is allowed that no rule allows.
 */
export function denialOf({ rules, argocd }: Rights, question: Question): Denial | undefined {
  const own = argocd.find(({ name }) => name === question.argocd)?.namespace;
  const names = question.application && namesOf(question.application, own);
  const fitting = rules.filter((rule) => concerns(rule, question, names));
  const missing = question.actions.filter(
    (action) => !fitting.some((rule) => rule.actions.includes(action)),
  );
  if (missing.length === 0) return undefined;
  return printDenial(question, question.application && printName(question.application), missing);
}

function concerns(rule: Rule, question: Question, names: readonly string[] | undefined): boolean {
  const { client, azureProject, argocd, appProject } = question;
  return (
    rule.client === client &&
    rule.argocd === argocd &&
    rule.azureProjects.some((pattern) => isProject(pattern, azureProject)) &&
    (appProject === undefined || fitsAny(rule.appProjects, [appProject])) &&
    (names === undefined || fitsAny(rule.applications, names))
  );
}

function fitsAny(patterns: readonly string[], names: readonly string[]): boolean {
  return patterns.some((pattern) => names.some((name) => fits(pattern, name)));
}

/** Azure DevOps does not tell names apart by case. An id is no name: `a*` must not fit one. */
function isProject(pattern: string, { name, id }: Question['azureProject']): boolean {
  if (guid.test(pattern)) return pattern.toLowerCase() === id.toLowerCase();
  return fits(foldProjectName(pattern), foldProjectName(name));
}

/** In Argo CD's own namespace an application goes by two names, elsewhere by the long one only. */
function namesOf({ name, namespace }: ApplicationName, own: string | undefined): readonly string[] {
  if (namespace !== undefined && namespace !== own) return [`${namespace}/${name}`];
  return own === undefined ? [name] : [name, `${own}/${name}`];
}
