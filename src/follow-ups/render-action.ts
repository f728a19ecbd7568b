import type { FollowUpRule, RenderedAction } from './follow-up.ts';
import { completeAddress } from './pipeline-address.ts';
import { renderTemplate, type Template, type TemplateValues } from './template.ts';

/** The defaults for references that a rule abbreviates. */
export interface AddressDefaults {
  readonly organization: string;
  /** Absent if no run started the operation: rules must then name the project. */
  readonly project: string | undefined;
}

/** The action of a rule for one event. Undefined if the project is unknown. */
export function renderAction(
  { name, do: action }: Pick<FollowUpRule, 'name' | 'do'>,
  values: TemplateValues,
  defaults: AddressDefaults,
): RenderedAction | undefined {
  if (action.kind === 'postWebHook') return { kind: action.kind, url: action.url, rule: name };
  const address = completeAddress(action, defaults);
  if (address === undefined) return undefined;
  const text = (template: Template) => renderTemplate(template, values);
  const texts = (templates: Readonly<Record<string, Template>>) =>
    Object.fromEntries(Object.entries(templates).map(([key, each]) => [key, text(each)]));
  const variables = texts(action.variables);
  if (action.kind === 'createRelease') {
    const { kind, description, artifacts, stage } = action;
    return {
      ...{ kind, ...address, variables },
      ...(description && { description: text(description) }),
      artifacts: artifacts.map(({ alias, version }) => ({ alias, version: text(version) })),
      ...(stage !== undefined && { stage }),
    };
  }
  const { kind, branch, tag, commit, parameters, pipelineResources, stagesToSkip } = action;
  const ref = branch ? refOf('heads', text(branch)) : tag ? refOf('tags', text(tag)) : undefined;
  return {
    ...{ kind, ...address, variables, stagesToSkip },
    parameters: texts(parameters),
    pipelineResources: texts(pipelineResources),
    ...(ref !== undefined && { ref }),
    ...(commit && { commit: text(commit) }),
  };
}

/** The full ref of a branch or tag, which may already be written in full. */
export function refOf(folder: 'heads' | 'tags', name: string): string {
  return name.startsWith('refs/') ? name : `refs/${folder}/${name}`;
}
