import { hostname } from 'node:os';
import type { TaskDefinition } from './task-definition.ts';
import { needsWine, pathFor } from './windows-node.ts';

/** The service connection of a step, as filled in on its form in the project settings. */
export interface Connection {
  readonly url: string;
  readonly token?: string;
  readonly username?: string;
  readonly password?: string;
  /** PEM. */
  readonly ca?: string;
  readonly skipVerify?: boolean;
  /** One `Name: value` each. */
  readonly headers?: readonly string[];
}

export interface EnvironmentOptions {
  /** The program that the task runs on. The Windows build gets Windows paths. */
  readonly node: string;
  readonly task: TaskDefinition;
  readonly inputs: Readonly<Record<string, string | number | boolean>>;
  readonly connection?: Connection | undefined;
  /** Pipeline variables by their dotted names, such as `Agent.ProxyUrl`. They override the usual ones. */
  readonly variables?: Readonly<Record<string, string>> | undefined;
  readonly secretVariables?: Readonly<Record<string, string>> | undefined;
  /** Environment variables of the agent itself and of the step's `env:`. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** The token of the job's own connection, if there is an Azure DevOps to accept it. */
  readonly jobToken?: string | undefined;
  readonly temporaryFolder: string;
  readonly workingFolder: string;
}

export interface TaskEnvironment {
  readonly variables: Readonly<Record<string, string>>;
  /** What the agent masks in the log from the start. */
  readonly secrets: readonly string[];
}

const connectionId = '6f1d6a2e-52c4-4b11-a7a3-1f0a9f0c7d55';
const usualToken = 'job-access-token-of-the-simulated-agent';

/** What a task process inherits from the machine. NODE_OPTIONS and the like are not passed on. */
const inherited = ['PATH', 'HOME', 'LANG', 'TZ', 'SystemRoot', 'windir', 'ComSpec', 'PATHEXT'];

/**
 * The environment that the agent gives a Node task: inputs with their defaults, the connection, pipeline
 * variables, the job's own connection (azure-pipelines-agent `Handler.cs`).
 */
export function buildEnvironment(options: EnvironmentOptions): TaskEnvironment {
  const environment: Record<string, string> = { TF_BUILD: 'True' };
  for (const name of inherited) {
    const value = process.env[name];
    if (value !== undefined) environment[name] = value;
  }
  Object.assign(environment, options.env);
  addInputs(environment, options);
  addVariables(environment, options);
  const { jobToken = usualToken } = options;
  addSystemConnection(environment, jobToken);
  const secrets = [jobToken, ...Object.values(options.secretVariables ?? {})];
  if (options.connection) secrets.push(...addConnection(environment, options.connection));
  return { variables: environment, secrets };
}

/** Every input of task.json is present, even if empty. The agent trims values and ignores the case of names. */
function addInputs(environment: Record<string, string>, options: EnvironmentOptions): void {
  for (const { name, defaultValue } of options.task.inputs) {
    environment[variableName(`INPUT_${name}`)] = String(defaultValue ?? '').trim();
  }
  for (const [name, value] of Object.entries(options.inputs)) {
    environment[variableName(`INPUT_${name}`)] = String(value).trim();
  }
  if (!options.connection) return;
  for (const { name, type } of options.task.inputs) {
    if (type.startsWith('connectedService:')) {
      environment[variableName(`INPUT_${name}`)] = connectionId;
    }
  }
}

function addVariables(environment: Record<string, string>, options: EnvironmentOptions): void {
  const variables = { ...usualVariables(options), ...options.variables };
  for (const [name, value] of Object.entries(variables)) environment[variableName(name)] = value;
  environment['VSTS_PUBLIC_VARIABLES'] = JSON.stringify(Object.keys(variables));
  const secrets = options.secretVariables ?? {};
  for (const [name, value] of Object.entries(secrets)) {
    environment[variableName(`SECRET_${name}`)] = value;
  }
  environment['VSTS_SECRET_VARIABLES'] = JSON.stringify(Object.keys(secrets));
}

function addSystemConnection(environment: Record<string, string>, jobToken: string): void {
  addEndpoint(environment, 'SYSTEMVSSCONNECTION', 'https://dev.azure.com/example/', 'OAuth', {
    AccessToken: jobToken,
  });
}

/** Adds the Argo CD connection and returns its secrets. */
function addConnection(environment: Record<string, string>, connection: Connection): string[] {
  const parameters: Record<string, string> =
    connection.token === undefined
      ? { username: connection.username ?? '', password: connection.password ?? '' }
      : { apitoken: connection.token };
  if (connection.headers?.length) parameters['extraHeaders'] = connection.headers.join('\n');
  const data: Record<string, string> = {
    caCertificate: connection.ca ?? '',
    skipTlsVerify: String(connection.skipVerify ?? false),
  };
  const scheme = connection.token === undefined ? 'UsernamePassword' : 'Token';
  addEndpoint(environment, connectionId, connection.url, scheme, parameters);
  environment[`ENDPOINT_DATA_${connectionId}`] = JSON.stringify(data);
  for (const [name, value] of Object.entries(data)) {
    environment[`ENDPOINT_DATA_${connectionId}_${variableName(name)}`] = value;
  }
  return Object.values(parameters);
}

function addEndpoint(
  environment: Record<string, string>,
  id: string,
  url: string,
  scheme: string,
  parameters: Readonly<Record<string, string>>,
): void {
  environment[`ENDPOINT_URL_${id}`] = url;
  environment[`ENDPOINT_AUTH_${id}`] = JSON.stringify({ parameters, scheme });
  environment[`ENDPOINT_AUTH_SCHEME_${id}`] = scheme;
  for (const [name, value] of Object.entries(parameters)) {
    environment[`ENDPOINT_AUTH_PARAMETER_${id}_${variableName(name)}`] = value;
  }
}

/** The variables that every job of a build has, as far as tasks may read them. */
function usualVariables(options: EnvironmentOptions): Record<string, string> {
  const workingFolder = pathFor(options.node, options.workingFolder);
  return {
    'Agent.Id': '1',
    'Agent.JobName': 'Deploy',
    'Agent.JobStatus': 'Succeeded',
    'Agent.MachineName': hostname(),
    'Agent.Name': 'simulated agent',
    'Agent.OS': needsWine(options.node) ? 'Windows_NT' : 'Linux',
    'Agent.OSArchitecture': 'X64',
    'Agent.TempDirectory': pathFor(options.node, options.temporaryFolder),
    'Agent.Version': '4.265.1',
    'Agent.WorkFolder': workingFolder,
    'Build.BuildId': '4711',
    'Build.BuildNumber': '20261121.1',
    'Build.DefinitionName': 'shop',
    'Build.Reason': 'IndividualCI',
    'Build.RequestedFor': 'Robin Example',
    'Build.SourceBranch': 'refs/heads/main',
    'Build.SourceVersion': '4a1d1f0d0f2d5f0b6f5d7e7c2b9a8f6e5d4c3b2a',
    'DistributedTask.Tasks.Node.SkipDebugLogsWhenDebugModeOff': 'true',
    'System.CollectionId': '1f0d5f3c-60d8-4d3c-8fd4-3a6c4c8e9b10',
    'System.CollectionUri': 'https://dev.azure.com/example/',
    'System.Culture': 'en-US',
    'System.DefaultWorkingDirectory': workingFolder,
    'System.DefinitionId': '12',
    'System.HostType': 'build',
    'System.JobAttempt': '1',
    'System.JobDisplayName': 'Deploy',
    'System.JobId': '12f1170f-54f2-53f3-20dd-22fc7dff55f9',
    'System.JobName': 'Deploy',
    'System.PhaseName': 'Deploy',
    'System.PlanId': '7d6cf5c2-5f1c-4f43-9d0d-6a3b7ad3c0d1',
    'System.StageAttempt': '1',
    'System.StageName': 'production',
    'System.TaskDefinitionsUri': 'https://dev.azure.com/example/',
    'System.TaskDisplayName': options.task.name,
    'System.TaskInstanceId': '3b9e2c1f-7a55-5c1e-8a0b-6f1d2e3c4b5a',
    'System.TaskInstanceName': options.task.name,
    'System.TeamFoundationCollectionUri': 'https://dev.azure.com/example/',
    'System.TeamProject': 'shop',
    'System.TeamProjectId': '0e9f6c1a-2b3c-4d5e-8f70-1a2b3c4d5e6f',
    'System.TimelineId': '7d6cf5c2-5f1c-4f43-9d0d-6a3b7ad3c0d1',
  };
}

/** The environment variable for `Agent.ProxyUrl`: `AGENT_PROXYURL`. */
function variableName(name: string): string {
  return name.replaceAll('.', '_').replaceAll(' ', '_').toUpperCase();
}
