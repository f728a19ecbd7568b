import type { Build } from './pipeline-schema.ts';
import type { RunMark } from './pipelines.ts';

/** The parameter or variable that identifies the event of a run. */
export const eventInput = 'event';

/** The number, tag or word in a description that identifies the event of a run. */
export function markOf(eventKey: string): string {
  return `argocd-${eventKey}`;
}

/** Whether a run number belongs to the event: the mark, plus whatever the pipeline appends. */
export function isNumberOf(eventKey: string, number: string): boolean {
  const mark = markOf(eventKey);
  return number.startsWith(mark) && !/^\w/.test(number.slice(mark.length));
}

/**
 * Whether a description identifies the event, by its last mark. The text before it is the rule's, and may
 * contain the mark of another event that somebody wrote into an application.
 */
export function isDescriptionOf(eventKey: string, description: string): boolean {
  const words = description.split(/[\s()[\],;]+/);
  return words.findLast((word) => /^argocd-\d{1,15}$/.test(word)) === markOf(eventKey);
}

/**
 * The run number of an expanded pipeline. It is at the top level, so at the start of a line, where
 * multi-line text never starts.
 */
export function runNumberOf(finalYaml: string): string | undefined {
  const value = /^name:[ \t]*(.+?)[ \t]*$/m.exec(finalYaml)?.[1];
  return value?.replace(/^(['"])(.*)\1$/, '$2');
}

/**
 * Whether a build belongs to the event. Undefined if the build does not contain the field that says so,
 * which a list may omit.
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

/** Numbers may be returned as numbers. */
export function isEvent(eventKey: string, value: unknown): boolean {
  return value === eventKey || (typeof value === 'number' && String(value) === eventKey);
}

/** Builds contain their variables as JSON text. */
function variablesOf(parameters: string | undefined): Readonly<Record<string, unknown>> {
  if (parameters === undefined) return {};
  try {
    const json: unknown = JSON.parse(parameters);
    return typeof json === 'object' && json !== null ? (json as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
