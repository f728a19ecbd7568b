import { plainLine } from '../../text/foreign-text.ts';
import type { Action } from '../config/config.ts';
import type { Denial, AccessRequest } from './rules.ts';

/** The denial of actions on an application, or on any application if none is given. */
export function printDenial(
  { client, azureProject, argocd, actions }: AccessRequest,
  application: string | undefined,
  missing: readonly Action[],
): Denial {
  const project = quote(azureProject.name || azureProject.id);
  const rule = [
    `client: ${quote(client)}`,
    `azureProjects: [${project}]`,
    `argocd: ${quote(argocd)}`,
    'appProjects: ["<its AppProject>"]',
    `applications: [${quote(application ?? '<names or patterns>')}]`,
    `actions: [${actions.join(', ')}]`,
  ];
  const target =
    application === undefined ? 'any application' : `application ${quote(application)}`;
  return {
    message: `No rule of the handler allows client ${quote(client)} to use ${list(missing)} on ${target} at Argo CD ${quote(argocd)} for Azure project ${project}`,
    advice: `To allow it, add this to the rules in its configuration: { ${rule.join(', ')} }.`,
  };
}

/** As JSON, which is also YAML: these words come from the request. */
function quote(text: string): string {
  return JSON.stringify(plainLine(text, 100));
}

function list(words: readonly string[]): string {
  const last = words.at(-1) ?? '';
  return words.length < 2 ? last : `${words.slice(0, -1).join(', ')} and ${last}`;
}
