import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export const root = join(import.meta.dirname, '../..');

/** The parts of `task.json` that people and pipelines see. */
export interface Task {
  readonly id: string;
  readonly name: string;
  readonly friendlyName: string;
  readonly helpUrl: string;
  readonly helpMarkDown: string;
  readonly runsOn: readonly string[];
  readonly version: { readonly Major: number; readonly Minor: number; readonly Patch: number };
  readonly groups: readonly { readonly name: string; readonly visibleRule?: string }[];
  readonly inputs: readonly TaskInput[];
  readonly dataSourceBindings?: readonly DataSourceBinding[];
  readonly outputVariables?: readonly { readonly name: string; readonly description?: string }[];
}

/** A task that runs on an agent. */
export interface AgentTask extends Task {
  readonly dataSourceBindings: readonly DataSourceBinding[];
  readonly outputVariables: readonly { readonly name: string; readonly description?: string }[];
  readonly restrictions: { readonly settableVariables: { readonly allowed: readonly string[] } };
  readonly execution: Readonly<Record<string, { readonly target: string }>>;
}

/** A task that Azure DevOps executes itself: a request and, for some, the wait for a callback. */
export interface HttpTask extends Task {
  readonly execution: {
    readonly HttpRequest: {
      readonly Execute: HttpSection;
      readonly Cancel?: HttpSection;
      readonly Events?: Readonly<Record<string, { readonly Timeout: string }>>;
    };
  };
}

export interface HttpSection {
  readonly EndpointId: string;
  readonly EndpointUrl: string;
  readonly Method: string;
  readonly Headers: string;
  readonly Body: string;
  readonly WaitForCompletion?: string;
  readonly Expression?: string;
}

export interface DataSourceBinding {
  readonly target: string;
  readonly endpointId: string;
  readonly dataSourceName: string;
  readonly resultTemplate: string;
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
  readonly dataSources: readonly {
    readonly name: string;
    readonly endpointUrl: string;
    readonly resultSelector: string;
  }[];
}

export interface InputDescriptor {
  readonly id: string;
  readonly description: string;
  readonly isConfidential: boolean;
}

export interface Manifest {
  readonly id: string;
  readonly description: string;
  readonly version: string;
  readonly scopes: readonly string[];
  readonly icons: Readonly<Record<string, string>>;
  readonly targets: readonly { readonly id: string; readonly version?: string }[];
  readonly public: boolean;
  readonly galleryFlags: readonly string[];
  readonly content: Readonly<Record<string, { readonly path: string }>>;
  readonly screenshots: readonly { readonly path: string }[];
  readonly links: Readonly<Record<string, { readonly uri: string }>>;
  readonly repository: { readonly type: string; readonly uri: string };
  readonly contributions: readonly Contribution[];
  readonly files: readonly { readonly path: string; readonly addressable?: boolean }[];
}

export function readJson(path: string): unknown {
  return JSON.parse(readFileSync(join(root, path), 'utf8'));
}

export const manifest = readJson('vss-extension.json') as Manifest;
export const task = readJson('tasks/ArgoCDSync/V1/task.json') as AgentTask;
export const serverTask = readJson('tasks/ArgoCDSyncServer/V1/task.json') as HttpTask;
/** Calls Argo CD directly, so no header block and no handler address applies. */
export const directTask = readJson('tasks/ArgoCDSyncDirect/V1/task.json') as HttpTask;
export const gate = readJson('tasks/ArgoCDGate/V1/task.json') as HttpTask;
export const healthGate = readJson('tasks/ArgoCDHealthGate/V1/task.json') as HttpTask;
export const eventTask = readJson('tasks/ArgoCDEvent/V1/task.json') as HttpTask;

/** Tasks that Azure DevOps executes itself. */
export const httpTasks: readonly HttpTask[] = [serverTask, directTask, gate, healthGate, eventTask];
export const allTasks: readonly Task[] = [task, ...httpTasks];

/** The folder of a task's `task.json`. */
export function folderOf({ name, version }: Task): string {
  return join(root, 'tasks', name, `V${version.Major}`);
}

/** The contributions of one type, such as `ms.vss-distributed-task.task`. */
export function contributionsOf(type: string): readonly Contribution[] {
  return manifest.contributions.filter((contribution) => contribution.type === type);
}

/** The service connection types, by name. */
export const connectionTypes: ReadonlyMap<string, ConnectionType> = new Map(
  contributionsOf('ms.vss-endpoint.service-endpoint-type').map(({ properties }) => [
    properties.name,
    properties as unknown as ConnectionType,
  ]),
);

/** The type for Argo CD itself. */
export const connectionType = connectionTypeOf('argocd-for-azure-pipelines');
/** The type for our handler. */
export const handlerConnectionType = connectionTypeOf('argocd-handler-for-azure-pipelines');

function connectionTypeOf(name: string): ConnectionType {
  const type = connectionTypes.get(name);
  if (!type) throw new Error(`vss-extension.json has no service connection type ${name}.`);
  return type;
}
