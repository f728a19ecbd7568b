import type { Setting } from '../settings/setting.ts';
import { foldProjectName } from '../text/project-name.ts';

/**
 * A reference to a pipeline or release definition, as written. Without organization or project, the
 * default applies: the only configured organization, the run's own project.
 */
export interface PipelineAddress {
  /** Name of the organization, or of the collection on Azure DevOps Server; never a URL. */
  readonly organization: string | undefined;
  /** Name or id. */
  readonly project: string | undefined;
  /** Its id, its name, or folder and name as in `\smoke\shop`. */
  readonly pipeline: string | number;
}

/** A reference with all defaults filled in. */
export interface CompleteAddress extends PipelineAddress {
  readonly organization: string;
  readonly project: string;
}

/** The defaults for references that a rule abbreviates. */
export interface AddressDefaults {
  readonly organization: string;
  /** Absent if no run started the operation: rules must then name the project. */
  readonly project: string | undefined;
}

const advice =
  'Use `pipeline`, `project/pipeline` or `organization/project/pipeline`, each by name or id, and the folder as in `shop/\\smoke\\web`.';

/** Valid names; none can change the path of a URL. */
const shapes = {
  organization: /^[A-Za-z0-9](?:[A-Za-z0-9_. -]{0,62}[A-Za-z0-9])?$/,
  project: /^(?![._])[^\p{C}/\\:*?"'<>;#${},+=[\]|]{1,64}(?<!\.)$/u,
  pipeline: /^\\?(?:[^\p{C}/\\*?"<>|;]{1,260}\\){0,20}[^\p{C}/\\*?"<>|;]{1,260}$/u,
} as const;
const id = /^[1-9]\d{0,8}$/;
/** Characters; longer texts are refused without a look at their parts. */
const longest = 800;

/**
 * Reads a reference such as `smoke-tests`, `shop/smoke-tests`, `shop/42` or `fabrikam/shop/\smoke\web`.
 * Slashes separate organization, project and pipeline, whose names contain none; digits alone are an id.
 */
export function parsePipelineAddress(text: string): Setting<PipelineAddress> {
  const parts = text.length > longest ? [] : text.trim().split('/').reverse();
  const [pipeline, project, organization] = parts;
  const problem = problemOf(text, parts);
  if (pipeline === undefined || problem !== undefined) {
    return { problem: problem ?? 'it is too long', advice };
  }
  const isId = id.test(pipeline);
  return { value: { organization, project, pipeline: isId ? Number(pipeline) : pipeline } };
}

function problemOf(text: string, parts: readonly string[]): string | undefined {
  const [pipeline = '', project, organization, ...more] = parts;
  if (text.includes('://')) return 'it is a URL';
  if (more.length > 0) return 'it has more parts than organization, project and pipeline';
  if (!shapes.pipeline.test(pipeline) || pipeline.split('\\').some(isRelative)) {
    return 'the pipeline name is invalid';
  }
  if (project !== undefined && !shapes.project.test(project)) return 'the project name is invalid';
  if (organization !== undefined && !isOrganizationName(organization)) {
    return 'the organization name is invalid';
  }
  return undefined;
}

/** `.` and `..`, which a URL would resolve. */
function isRelative(part: string): boolean {
  return /^\.{1,2}$/.test(part.trim());
}

/** Whether this is a valid name of an organization or collection. */
export function isOrganizationName(text: string): boolean {
  return shapes.organization.test(text) && !text.includes('..');
}

/** Equal for references that are certain to mean the same pipeline; a name and an id never are equal. */
export function addressKey({ organization, project, pipeline }: CompleteAddress): string {
  const path = typeof pipeline === 'number' ? pipeline : foldProjectName(pipeline);
  return [foldProjectName(organization), foldProjectName(project), path].join('/');
}

/** The reference as text: `fabrikam/shop/smoke-tests`. */
export function printPipelineAddress(address: PipelineAddress): string {
  const { organization, project, pipeline } = address;
  return [organization, project, pipeline].filter((part) => part !== undefined).join('/');
}

/** Fills in the defaults. Undefined if no project is known. */
export function completeAddress(
  { organization, project, pipeline }: PipelineAddress,
  otherwise: AddressDefaults,
): CompleteAddress | undefined {
  const known = project ?? otherwise.project;
  if (known === undefined) return undefined;
  return { organization: organization ?? otherwise.organization, project: known, pipeline };
}
