import type { Build } from './pipeline-schema.ts';
import type { RunMark } from './pipelines.ts';

/** The parameter, or variable, that says which event a run is for. */
export const eventInput = 'event';

/** The number, tag or word in a description that says which event a run is for. */
export function markOf(eventKey: string): string {
  return `argocd-${eventKey}`;
}

/** Whether a number is that of the event's run: the mark, and whatever a pipeline puts after it. */
export function isNumberOf(eventKey: string, number: string): boolean {
  const mark = markOf(eventKey);
  return number.startsWith(mark) && !/^\w/.test(number.slice(mark.length));
}

/** Whether a description names the event. */
export function isDescriptionOf(eventKey: string, description: string): boolean {
  return description.split(/[\s()[\],;]+/).includes(markOf(eventKey));
}

/**
 * The run number of an expanded pipeline. It stands at the top level, so at the start of a line, and
 * text of several lines never begins there.
 */
export function runNumberOf(finalYaml: string): string | undefined {
  const value = /^name:[ \t]*(.+?)[ \t]*$/m.exec(finalYaml)?.[1];
  return value?.replace(/^(['"])(.*)\1$/, '$2');
}

/**
 * Whether what a build shows of itself says that it is the event's. Undefined where it shows nothing
 * of what would say it: a list may leave that out.
 */
export function isBuildOf(eventKey: string, mark: RunMark, build: Build): boolean | undefined {
  const { buildNumber, tags, templateParameters = {}, parameters } = build;
  const variables = variablesOf(parameters);
  if (isNumberOf(eventKey, buildNumber)) return true;
  if (tags?.includes(markOf(eventKey)) === true) return true;
  if (isEvent(eventKey, templateParameters[eventInput])) return true;
  if (isEvent(eventKey, variables[eventInput])) return true;
  switch (mark) {
    case 'parameter':
      return Object.keys(templateParameters).length > 0 ? false : undefined;
    case 'variable':
      return Object.keys(variables).length > 0 ? false : undefined;
    case 'buildNumber':
    case 'description':
    case 'tag':
      return false;
  }
}

/** A number may come back as one. */
export function isEvent(eventKey: string, value: unknown): boolean {
  return value === eventKey || (typeof value === 'number' && String(value) === eventKey);
}

/** A build has its variables as a text of JSON. */
function variablesOf(parameters: string | undefined): Readonly<Record<string, unknown>> {
  if (parameters === undefined) return {};
  try {
    const json: unknown = JSON.parse(parameters);
    return typeof json === 'object' && json !== null ? (json as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
