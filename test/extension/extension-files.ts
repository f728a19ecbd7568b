import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export const root = join(import.meta.dirname, '../..');

/** The parts of `task.json` that people and pipelines see. */
export interface Task {
  readonly id: string;
  readonly name: string;
  readonly friendlyName: string;
  readonly version: { readonly Major: number; readonly Minor: number; readonly Patch: number };
  readonly groups: readonly { readonly name: string; readonly visibleRule?: string }[];
  readonly inputs: readonly TaskInput[];
  readonly dataSourceBindings: readonly {
    readonly target: string;
    readonly endpointId: string;
    readonly dataSourceName: string;
    readonly resultTemplate: string;
  }[];
  readonly outputVariables: readonly { readonly name: string; readonly description?: string }[];
  readonly restrictions: { readonly settableVariables: { readonly allowed: readonly string[] } };
  readonly execution: Readonly<Record<string, { readonly target: string }>>;
}

export interface TaskInput {
  readonly name: string;
  readonly type: string;
  readonly label: string;
  readonly defaultValue?: string | boolean;
  readonly required?: boolean;
  readonly options?: Readonly<Record<string, string>>;
  readonly properties?: Readonly<Record<string, unknown>>;
  readonly groupName?: string;
  readonly visibleRule?: string;
  readonly helpMarkDown?: string;
}

export interface Contribution {
  readonly id: string;
  readonly type: string;
  readonly properties: Readonly<Record<string, unknown>> & { readonly name: string };
}

export interface ConnectionType {
  readonly name: string;
  readonly url: { readonly helpText: string };
  readonly helpMarkDown: string;
  readonly inputDescriptors: readonly InputDescriptor[];
  readonly authenticationSchemes: readonly {
    readonly type: string;
    readonly headers?: readonly { readonly name: string; readonly value: string }[];
    readonly inputDescriptors: readonly InputDescriptor[];
  }[];
  readonly dataSources: readonly { readonly name: string; readonly endpointUrl: string }[];
}

export interface InputDescriptor {
  readonly id: string;
  readonly description: string;
  readonly isConfidential: boolean;
}

export interface Manifest {
  readonly id: string;
  readonly description: string;
  readonly scopes: readonly string[];
  readonly icons: Readonly<Record<string, string>>;
  readonly contributions: readonly Contribution[];
  readonly files: readonly { readonly path: string }[];
}

export function readJson(path: string): unknown {
  return JSON.parse(readFileSync(join(root, path), 'utf8'));
}

export const manifest = readJson('vss-extension.json') as Manifest;
export const task = readJson('tasks/ArgoCDSync/V1/task.json') as Task;

/** The contributions of one type, such as `ms.vss-distributed-task.task`. */
export function contributionsOf(type: string): readonly Contribution[] {
  return manifest.contributions.filter((contribution) => contribution.type === type);
}

const [connection] = contributionsOf('ms.vss-endpoint.service-endpoint-type');
if (!connection) throw new Error('vss-extension.json has no service connection type.');
export const connectionType = connection.properties as unknown as ConnectionType;
