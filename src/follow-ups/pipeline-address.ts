import type { Setting } from '../settings/setting.ts';
import { foldProjectName } from '../text/project-name.ts';

/**
 * Which pipeline or release definition is meant, as it was written. Organization and project are
 * absent where the default is meant: the only organization that is configured, the run's own project.
 */
export interface PipelineAddress {
  /** The organization's, or on premises the collection's, name; never an address. */
  readonly organization: string | undefined;
  /** Name or id. */
  readonly project: string | undefined;
  /** Its id, its name, or folder and name as in `\smoke\shop`. */
  readonly pipeline: string | number;
}

/** The same with nothing left open. */
export interface CompleteAddress extends PipelineAddress {
  readonly organization: string;
  readonly project: string;
}

const advice =
  'Write `pipeline`, `project/pipeline` or `organization/project/pipeline`, each by its name or id; with the folder as in `shop/\\smoke\\web`.';

/** Shapes of names that there can be; none leads elsewhere in the path of an address. */
const shapes = {
  organization: /^[A-Za-z0-9](?:[A-Za-z0-9_. -]{0,62}[A-Za-z0-9])?$/,
  project: /^(?![._])[^\p{C}/\\:*?"'<>;#${},+=[\]|]{1,64}(?<!\.)$/u,
  pipeline: /^\\?(?:[^\p{C}/\\*?"<>|;]{1,260}\\){0,20}[^\p{C}/\\*?"<>|;]{1,260}$/u,
} as const;
const id = /^[1-9]\d{0,8}$/;
/** Longer than any reference; what is longer is not looked at. */
const longest = 800;

/**
 * Reads a reference such as `smoke-tests`, `shop/smoke-tests`, `shop/42` or
 * `fabrikam/shop/\smoke\web`. A slash parts organization, project and pipeline, whose names hold none;
 * digits alone are an id.
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
  if (text.includes('://')) return 'it is an address';
  if (more.length > 0) return 'it has more than organization, project and pipeline';
  if (!shapes.pipeline.test(pipeline) || pipeline.split('\\').some(isRelative)) {
    return 'no pipeline has such a name';
  }
  if (project !== undefined && !shapes.project.test(project)) return 'no project has such a name';
  if (organization !== undefined && !isOrganizationName(organization)) {
    return 'no organization has such a name';
  }
  return undefined;
}

/** `.` and `..`, which an address would not keep. */
function isRelative(part: string): boolean {
  return /^\.{1,2}$/.test(part.trim());
}

/** Whether an organization or collection may be called so. */
export function isOrganizationName(text: string): boolean {
  return shapes.organization.test(text) && !text.includes('..');
}

/** Equal for addresses that are the same whatever Azure DevOps holds; a name and an id never are. */
export function addressKey({ organization, project, pipeline }: CompleteAddress): string {
  const path = typeof pipeline === 'number' ? pipeline : foldProjectName(pipeline);
  return [foldProjectName(organization), foldProjectName(project), path].join('/');
}

/** As it is written: `fabrikam/shop/smoke-tests`. */
export function printPipelineAddress(address: PipelineAddress): string {
  const { organization, project, pipeline } = address;
  return [organization, project, pipeline].filter((part) => part !== undefined).join('/');
}

/** Fills in what was left out. Undefined: there is no project to take. */
export function completeAddress(
  { organization, project, pipeline }: PipelineAddress,
  otherwise: { readonly organization: string; readonly project: string | undefined },
): CompleteAddress | undefined {
  const known = project ?? otherwise.project;
  if (known === undefined) return undefined;
  return { organization: organization ?? otherwise.organization, project: known, pipeline };
}
