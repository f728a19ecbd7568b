import * as z from 'zod/mini';
import { parseAppProject, parseAzureProject, parseName } from '../settings/names.ts';
import { patternSettings } from '../settings/name-settings.ts';
import type { Setting } from '../settings/setting.ts';
import { described, textSetting } from '../settings/text-setting.ts';
import { fits } from '../text/glob.ts';
import { foldProjectName } from '../text/project-name.ts';
import { pipelineOf } from './action-kinds/action-kinds.ts';
import type { FollowUpRule } from './follow-up.ts';
import {
  isOrganizationName,
  printPipelineAddress,
  type CompleteAddress,
} from './pipeline-address.ts';

/**
 * Which pipelines the annotations of applications may queue; what no grant allows is refused. In
 * patterns, `*` and `?` match neither slash nor backslash.
 */
export interface Grant extends PipelinePatterns {
  /** Name of the Argo CD instance. */
  readonly argocd: string;
  /** Patterns of the applications' AppProjects. */
  readonly appProjects: readonly string[];
}

/** Pipelines of one organization. */
export interface PipelinePatterns {
  readonly organization: string;
  /** Patterns of names of Azure projects, or their ids if annotations use ids. */
  readonly azureProjects: readonly string[];
  /**
   * Patterns. One with a backslash matches folder and name; one without matches the name in any folder.
   * Digits are an id: a pipeline named by its id needs a grant for the id, or for `*`.
   */
  readonly pipelines: readonly string[];
}

/** What an annotation wants to queue, and for which application. */
export interface GrantQuestion {
  readonly argocd: string;
  readonly appProject: string;
  readonly address: CompleteAddress;
}

const guid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const pipelinePatterns = {
  organization: textSetting(parseOrganization, {
    description: 'Name of the organization, or of the collection on Azure DevOps Server.',
  }),
  azureProjects: patternSettings(
    parseAzureProject,
    'Name with `*` and `?`, or id.',
    'Azure DevOps projects of the pipelines.',
  ),
  pipelines: patternSettings(
    parsePipelinePattern,
    'Name with `*` and `?`, with its folder as in `\\smoke\\*`, or id.',
    'Pipelines that may be queued.',
  ),
};

/** Pipelines of one organization, as all kinds of grants write them. */
export const pipelinePatternsSchema = z.strictObject(pipelinePatterns);

/** The setting `grants` of the handler's configuration. */
export const grantsSchema = described(
  z._default(
    z
      .array(
        z.strictObject({
          argocd: textSetting(parseName, { description: 'Name of the Argo CD instance.' }),
          appProjects: patternSettings(
            parseAppProject,
            'Name with `*` and `?`.',
            'AppProjects whose applications may queue pipelines by annotations.',
          ),
          ...pipelinePatterns,
        }),
      )
      .check(z.maxLength(1_000)),
    [],
  ),
  'Which pipelines the annotations of an application may queue. What no grant allows is refused.',
);

/** Whether the annotations of an application of this AppProject may queue this pipeline. */
export function isGranted(
  grants: readonly Grant[],
  { argocd, appProject, address }: GrantQuestion,
): boolean {
  return grants.some(
    (grant) =>
      grant.argocd === argocd &&
      grant.appProjects.some((pattern) => fits(pattern, appProject)) &&
      fitsAddress(grant, address),
  );
}

/** Whether a pipeline is one of these. */
export function fitsAddress(
  { organization, azureProjects, pipelines }: PipelinePatterns,
  address: CompleteAddress,
): boolean {
  return (
    isSameName(organization, address.organization) &&
    azureProjects.some((pattern) => fitsProject(pattern, address.project)) &&
    pipelines.some((pattern) => fitsPipeline(pattern, address.pipeline))
  );
}

/** The rules that the grants allow, and those that they refuse, with reasons. */
export interface Granted {
  readonly rules: readonly FollowUpRule[];
  readonly refused: readonly {
    readonly rule: string;
    readonly problem: string;
    readonly advice: string;
  }[];
}

/**
 * Splits an annotation's rules by what the grants allow. `organization` is the default for rules that
 * name none; empty: there is none.
 */
export function grantedRules(
  rules: readonly FollowUpRule[],
  grants: readonly Grant[],
  about: { readonly argocd: string; readonly appProject: string; readonly organization: string },
): Granted {
  const granted: FollowUpRule[] = [];
  const refused: Granted['refused'][number][] = [];
  for (const rule of rules) {
    const address = addressOf(rule, about.organization);
    if (address !== undefined && isGranted(grants, { ...about, address })) {
      granted.push(rule);
      continue;
    }
    if (address?.organization === '') {
      refused.push({ rule: rule.name, ...noOrganization });
      continue;
    }
    const name = address === undefined ? rule.name : printPipelineAddress(address);
    refused.push({
      rule: rule.name,
      problem: `applications of AppProject ${about.appProject} may not queue ${name}`,
      advice: 'Ask the administrator of the handler for an entry in `grants`.',
    });
  }
  return { rules: granted, refused };
}

const noOrganization = {
  problem:
    'it does not name the organization of the pipeline, and the handler has none, or several',
  advice: 'Use `organization/project/pipeline`.',
};

function addressOf({ do: action }: FollowUpRule, otherwise: string): CompleteAddress | undefined {
  const queued = pipelineOf(action);
  if (queued?.project === undefined) return undefined;
  const { organization = otherwise, project, pipeline } = queued;
  return { organization, project, pipeline };
}

/** An id is not a name: `a*` must not match one. */
function fitsProject(pattern: string, project: string): boolean {
  if (guid.test(project)) return pattern === '*' || isSameName(pattern, project);
  return !guid.test(pattern) && fitsName(pattern, project);
}

/** Likewise. A name without a folder matches a pipeline in any folder. */
function fitsPipeline(pattern: string, pipeline: string | number): boolean {
  if (typeof pipeline === 'number') return pattern === '*' || pattern === String(pipeline);
  if (/^\d+$/.test(pattern)) return false;
  const asked = pathOf(pipeline);
  if (!pattern.includes('\\')) return fitsName(pattern, asked.at(-1) ?? '');
  return pipeline.includes('\\') && fitsName(pathOf(pattern).join('/'), asked.join('/'));
}

function pathOf(pipeline: string): readonly string[] {
  return pipeline.replace(/^\\/, '').split('\\');
}

/** Names in Azure DevOps are case-insensitive. */
function fitsName(pattern: string, name: string): boolean {
  return fits(foldProjectName(pattern), foldProjectName(name));
}

function isSameName(one: string, other: string): boolean {
  return foldProjectName(one) === foldProjectName(other);
}

function parseOrganization(text: string): Setting<string> {
  if (isOrganizationName(text)) return { value: text };
  const advice = 'Use its name, as in `https://dev.azure.com/<name>`.';
  return { problem: 'it is not a valid organization name', advice };
}

function parsePipelinePattern(text: string): Setting<string> {
  if (/^[^\p{C}/]{1,1040}$/u.test(text)) return { value: text };
  const advice = 'Use its name with `*` and `?`, the folder as in `\\smoke\\*`, or its id.';
  return { problem: 'it is not a valid pipeline name', advice };
}
