import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tokenHash } from '../../../src/handler/access/token-digest.ts';
import { checkConfiguration } from '../../../src/handler/cli/create-check/check-configuration.ts';
import { root } from '../../../scripts/bundle.ts';
import { ArgoCDSimulator } from '../../../simulators/argo-cd/simulator.ts';
import type { CheckEvaluation } from '../../../simulators/azure-devops/check.ts';
import type { Connection } from '../../../simulators/azure-devops/connection.ts';
import type { ServerTaskOptions } from '../../../simulators/azure-devops/orchestrator.ts';
import type { ServerJob } from '../../../simulators/azure-devops/server-job.ts';
import { AzureDevOpsSimulator } from '../../../simulators/azure-devops/simulator.ts';
import { freePort } from '../../../simulators/free-port.ts';
import { HandlerProcess, type StartOptions } from './handler-process.ts';

/** A request of the handler to one of the other two, and its stage. */
export interface Effect {
  readonly on: 'Azure DevOps' | 'Argo CD';
  /** Method and path, or the operation's name: the same for every run. */
  readonly what: string;
  /**
   * `arrived`: it has not taken effect yet. `applied`: it has taken effect, without a response so
   * far.
   */
  readonly stage: 'arrived' | 'applied';
  /** Of the run that it belongs to, in Azure DevOps. */
  readonly planId: string | undefined;
}

export type EffectHook = (effect: Effect) => Promise<'drop' | undefined> | 'drop' | undefined;

export interface AcceptedSync {
  readonly application: string;
  /** The marker by which the handler recognizes its own operation. */
  readonly marker: string;
}

/** Real milliseconds per simulated one. */
export const timeScale = 0.2;

/** The token in the service connection. */
export const clientToken = 'token-of-the-connection-of-fabrikam';

export interface InstallationOptions {
  /** Keeps the requests to both simulators, for tests that check them. */
  readonly keepsRequests?: boolean;
  /** False, for speed: requests are not checked against Microsoft's description. */
  readonly validate?: boolean;
}

/** A handler in its own process, between an Argo CD and an Azure DevOps in this one. */
export class Installation {
  readonly folder = mkdtempSync(join(tmpdir(), 'handler-process-'));
  readonly argocd: ArgoCDSimulator;
  readonly azure: AzureDevOpsSimulator;
  readonly handler: HandlerProcess;
  readonly ports: { readonly public: number; readonly admin: number };
  /** The syncs that Argo CD has accepted. */
  readonly syncs: AcceptedSync[] = [];
  /** Called at every request of the handler; `drop` cuts the connection. */
  onEffect: EffectHook | undefined;

  /** `start` is how the handler starts; false leaves that to the test. */
  static async open(
    { keepsRequests = true, validate = true }: InstallationOptions = {},
    start: StartOptions | false = {},
  ): Promise<Installation> {
    const argocd = await ArgoCDSimulator.start({ timeScale, startTime: Date.now() });
    const azure = await AzureDevOpsSimulator.start({
      timeScale,
      keepsRequests,
      validate,
      extension: join(root, 'vss-extension.json'),
    });
    const ports = { public: await freePort(), admin: await freePort() };
    const installation = new Installation(argocd, azure, ports, keepsRequests);
    installation.configure();
    if (start !== false) await installation.handler.start(start);
    return installation;
  }

  private constructor(
    argocd: ArgoCDSimulator,
    azure: AzureDevOpsSimulator,
    ports: Installation['ports'],
    keepsRequests: boolean,
  ) {
    this.argocd = argocd;
    this.azure = azure;
    this.ports = ports;
    this.handler = new HandlerProcess({ folder: this.folder, config: this.config });
    azure.onRequest = ({ operation = 'unknown', planId, json }, stage) => {
      const { name = '' } = (json ?? {}) as { readonly name?: string };
      const what = operation === 'postEvent' ? `${operation} ${name}` : operation;
      return this.onEffect?.({ on: 'Azure DevOps', what, stage, planId });
    };
    argocd.onRequest = ({ method, path, body }, stage) => {
      if (!keepsRequests) argocd.requests.length = 0;
      const application = /^\/api\/v1\/applications\/([^/]+)\/sync$/.exec(path)?.[1];
      if (method === 'POST' && stage === 'applied' && application !== undefined) {
        this.syncs.push({ application, marker: markerOf(body) });
      }
      const what = `${method} ${path.replace(/(\/applications\/)[^/]+/, '$1{name}')}`;
      return this.onEffect?.({ on: 'Argo CD', what, stage, planId: undefined });
    };
  }

  get config(): string {
    return join(this.folder, 'handler.yaml');
  }

  get database(): string {
    return join(this.folder, 'data/handler.db');
  }

  /** Writes the configuration file. */
  configure(text = this.configText): void {
    writeFileSync(this.config, text);
  }

  /** A configuration that allows everything to everybody with the token. */
  get configText(): string {
    return `listen: { public: '127.0.0.1:${this.ports.public}', admin: '127.0.0.1:${this.ports.admin}' }
store: { sqlite: ./data/handler.db }
azureDevOps:
  organizations: [{ url: '${this.azure.collectionUrl}', private: true }]
argocd:
  - { name: prod, url: '${this.argocd.url}', token: '${this.argocd.token}' }
clients:
  - { name: fabrikam, tokens: ['sha256:${tokenHash(clientToken).toString('hex')}'] }
rules:
  - client: fabrikam
    azureProjects: [shop]
    argocd: prod
    appProjects: ['*']
    applications: ['*']
    actions: [sync, prune, force, terminate, rollback, gate, skipHooks, override]
limits: { requestsPerSecond: 100000, burst: 1000000, pendingRuns: 1000000 }
`;
  }

  /** As configured in the project; the same for all tasks. */
  get connection(): Connection {
    return {
      url: `http://127.0.0.1:${this.ports.public}`,
      scheme: 'Token',
      parameters: { apitoken: clientToken },
    };
  }

  /** Runs a job whose one task syncs, like `ArgoCDSyncServer@1`. */
  sync(
    inputs: Readonly<Record<string, string>>,
    options: Omit<ServerTaskOptions, 'task' | 'inputs'> = {},
  ): ServerJob {
    return this.azure.runServerTask({
      task: join(root, 'tasks/ArgoCDSyncServer/V1'),
      inputs: { argocd: 'prod', project: 'default', ...inputs },
      connections: { handlerConnection: this.connection },
      ...options,
    });
  }

  /** Runs a job whose one task is a gate, like `ArgoCDGate@1`. */
  gate(inputs: Readonly<Record<string, string>>): ServerJob {
    return this.azure.runServerTask({
      task: join(root, 'tasks/ArgoCDGate/V1'),
      inputs: { argocd: 'prod', project: 'default', ...inputs },
      connections: { handlerConnection: this.connection },
    });
  }

  /** Evaluates a check of an environment, as created by `npm run check:create`. */
  check(applications: string): CheckEvaluation {
    const { settings } = checkConfiguration({
      environmentId: '12',
      connectionId: '',
      displayName: 'Live',
      argocd: 'prod',
      applications,
      appProject: 'default',
      revision: '',
      stableSeconds: 0,
      acceptSuspended: false,
      timeoutMinutes: 60,
    }) as { readonly settings: { readonly inputs: Readonly<Record<string, string>> } };
    const { method = '', headers = '', body = '' } = settings.inputs;
    const { urlSuffix = '', waitForCompletion = '' } = settings.inputs;
    return this.azure.runCheck({
      inputs: { method, headers, body, urlSuffix, waitForCompletion },
      connection: {
        url: this.connection.url,
        scheme: 'UsernamePassword',
        parameters: { username: '', password: clientToken },
      },
    });
  }

  /** The content of a page of the admin listener. */
  async admin(path: string): Promise<{ readonly status: number; readonly text: string }> {
    const response = await fetch(`http://127.0.0.1:${this.ports.admin}${path}`);
    return { status: response.status, text: await response.text() };
  }

  /** Every file that the handler wrote, by name, with one character per byte. */
  files(): ReadonlyMap<string, string> {
    const folder = join(this.folder, 'data');
    const names = readdirSync(folder);
    return new Map(names.map((name) => [name, readFileSync(join(folder, name), 'latin1')]));
  }

  async close(): Promise<void> {
    await this.handler.kill();
    await Promise.all([this.argocd.stop(), this.azure.stop()]);
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function markerOf(body: string): string {
  const { infos = [] } = JSON.parse(body) as {
    readonly infos?: readonly { readonly name: string; readonly value: string }[];
  };
  return infos.find(({ name }) => name === 'azure-pipelines/run')?.value ?? '';
}

/**
 * Milliseconds until a test stops waiting: slightly less than the limit in `.mocharc.process.json`.
 */
const grace = 590_000;

/**
 * Resolves when the condition holds; rejects, with its text, shortly before the test's time limit.
 */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const began = performance.now();
  while (!(await condition())) {
    if (performance.now() - began > grace) throw new Error(`Never came true: ${String(condition)}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
