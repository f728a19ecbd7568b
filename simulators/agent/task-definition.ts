import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The part of a `task.json` that the agent uses. */
export interface TaskDefinition {
  readonly id: string;
  readonly name: string;
  readonly inputs: readonly InputDefinition[];
  readonly outputVariables?: readonly { readonly name: string }[];
  /** By handler name, such as `Node24`. */
  readonly execution: Readonly<Record<string, { readonly target: string }>>;
  readonly restrictions?: {
    readonly commands?: { readonly mode?: 'any' | 'restricted' };
    readonly settableVariables?: { readonly allowed?: readonly string[] };
  };
}

export interface InputDefinition {
  readonly name: string;
  readonly type: string;
  readonly defaultValue?: string | boolean;
  readonly required?: boolean;
}

/** Reads the `task.json` of a task's folder. Throws if there is none. */
export function readTaskDefinition(folder: string): TaskDefinition {
  return JSON.parse(readFileSync(join(folder, 'task.json'), 'utf8')) as TaskDefinition;
}
