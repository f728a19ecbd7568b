import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { holdsRule } from './visible-rule.ts';

/** One request of a server task, as in `task.json` (azure-devops.md §1.3). */
export interface RequestSection {
  readonly EndpointId?: string;
  readonly EndpointUrl: string;
  readonly Method?: string;
  readonly Body?: string;
  readonly Headers?: string;
  readonly WaitForCompletion?: string | boolean;
  readonly Expression?: string;
}

export interface InputDefinition {
  readonly name: string;
  readonly aliases?: readonly string[];
  readonly type: string;
  readonly defaultValue?: string | boolean | number;
  readonly required?: boolean | string;
  readonly visibleRule?: string;
}

/** The part of a server task's `task.json` that Azure DevOps uses. */
export interface ServerTask {
  readonly id: string;
  readonly name: string;
  readonly friendlyName?: string;
  readonly version: {
    readonly Major: number | string;
    readonly Minor: number | string;
    readonly Patch: number | string;
  };
  readonly runsOn?: readonly string[];
  readonly inputs: readonly InputDefinition[];
  readonly execution: {
    readonly HttpRequest: {
      readonly Execute: RequestSection;
      readonly Cancel?: RequestSection;
      readonly Events?: Readonly<Record<string, { readonly Timeout?: string }>>;
    };
  };
}

/** Reads the `task.json` of a task's folder. Throws if there is none. */
export function readServerTask(folder: string): ServerTask {
  return JSON.parse(readFileSync(join(folder, 'task.json'), 'utf8')) as ServerTask;
}

/** By declared name. */
export type InputValues = Readonly<Record<string, string>>;

/**
 * The values of all inputs: given by name or alias in any case, or the default. Throws with all unknown
 * inputs and all required ones without a value.
 */
export function resolveInputs(task: ServerTask, given: InputValues): InputValues {
  const faults: string[] = [];
  const values: Record<string, string> = {};
  for (const { name, defaultValue = '' } of task.inputs) values[name] = String(defaultValue);
  for (const [name, value] of Object.entries(given)) {
    const input = task.inputs.find((one) => isNamed(one, name));
    if (input) values[input.name] = value;
    else faults.push(`${task.name} has no input ${name}.`);
  }
  for (const { name, required, visibleRule } of task.inputs) {
    const demanded = String(required ?? false).toLowerCase() === 'true';
    const visible = visibleRule === undefined || holdsRule(visibleRule, values);
    if (demanded && visible && values[name]?.trim() === '') {
      faults.push(`Input required: ${name}`);
    }
  }
  if (faults.length > 0) throw new Error(faults.join('\n'));
  return values;
}

function isNamed({ name, aliases = [] }: InputDefinition, wanted: string): boolean {
  return [name, ...aliases].some((one) => one.toLowerCase() === wanted.toLowerCase());
}
