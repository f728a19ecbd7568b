import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hookBundle, root } from '../../../../scripts/bundle.ts';
import { runTask } from '../../../../simulators/agent/agent.ts';
import { findNode } from '../../../../simulators/agent/node-runtime.ts';
import { ArgoCDSimulator } from '../../../../simulators/argo-cd/simulator.ts';
import type { PodRunner } from '../../../../simulators/argo-cd/workloads.ts';
import type { Build, QueuedBuild } from '../../../../simulators/azure-devops/collection.ts';
import type { RunResult } from '../../../../simulators/azure-devops/pipeline-definition.ts';
import { rights } from '../../../../simulators/azure-devops/principal.ts';
import type { ServerJob } from '../../../../simulators/azure-devops/server-job.ts';
import { AzureDevOpsSimulator } from '../../../../simulators/azure-devops/simulator.ts';
import { readPipeline, type YamlStep } from '../../../../simulators/azure-devops/yaml-pipeline.ts';
import {
  runPipeline,
  type StepEnd,
  type StepJob,
} from '../../../../simulators/azure-devops/yaml-run.ts';
import { freePort } from '../../../../simulators/free-port.ts';
import { KubernetesSimulator } from '../../../../simulators/kubernetes/api-server.ts';
import { PodProcesses } from '../../../../simulators/kubernetes/pod-process.ts';
import { tokenHash } from '../../../../src/handler/access/token-digest.ts';
import { localhostTls } from '../../../simulators/kubernetes/tls.ts';
import { HandlerProcess } from '../handler-process.ts';
import { linesOf } from '../plan-lines.ts';
import { until } from '../installation.ts';
import { ExampleFiles } from './example-files.ts';
import { EventLog } from './event-log.ts';

export interface ExampleSiteOptions {
  /** Real milliseconds per simulated one. */
  readonly timeScale?: number;
  /** Simulated milliseconds between two waves of Argo CD. */
  readonly waveDelay?: number;
  /** The result of a pipeline's script; by default, it succeeds. */
  readonly script?: (pipeline: string, step: YamlStep, job: StepJob) => StepEnd['result'];
  /** Changes the inputs of a step. */
  readonly inputs?: (inputs: YamlStep['inputs']) => YamlStep['inputs'];
  /** Runs the pods that are not our hooks. */
  readonly pods?: PodRunner;
  /** Called with each line of the event log. */
  readonly onEvent?: (line: string) => void;
  /** Called with each agentless job that starts. */
  readonly onServerJob?: (pipeline: string, step: YamlStep, run: ServerJob) => void;
}

/** A run of a pipeline of the example. */
export interface ExampleRun {
  readonly build: Build;
  readonly result: RunResult;
}

/**
 * How long Argo CD takes to compare, in simulated milliseconds: longer than its cluster cache lags
 * behind a change, or self-heal would revert what a sync has just applied (a real one does not).
 */
const refresh = 150;
/** In the service connections. */
const clientToken = 'token-of-the-connection-of-the-example';
/** In the manifests of the hooks. */
const handlerService = 'http://argocd-handler.argocd-handler.svc:8080';

/**
 * A running example of `examples/gitops`: its handler configuration in the built handler, its
 * pipelines in the simulated Azure DevOps and agent, its manifests in the simulated Argo CD, and
 * the pods of its hooks as processes of the built command.
 */
export class ExampleSite {
  readonly files: ExampleFiles;
  readonly azure: AzureDevOpsSimulator;
  /** By its name in the handler's configuration. */
  readonly servers: ReadonlyMap<string, ArgoCDSimulator>;
  readonly handler: HandlerProcess;
  readonly events: EventLog;
  /** The agentless jobs so far. */
  readonly serverJobs: ServerJob[] = [];
  readonly #cluster: KubernetesSimulator;
  readonly #pods: PodProcesses;
  readonly #folder: string;
  readonly #port: number;
  readonly #options: ExampleSiteOptions;

  /** `pipelines`: the files of queued pipelines, which have the same names. */
  static async open(
    name: string,
    pipelines: readonly string[],
    options: ExampleSiteOptions = {},
  ): Promise<ExampleSite> {
    const files = new ExampleFiles(name);
    const { timeScale = 0.2, waveDelay } = options;
    const startTime = Date.now();
    const behavior = { refresh, ...(waveDelay !== undefined && { waveDelay }) };
    const names = instancesOf(files);
    const servers = await Promise.all(
      names.map(async (each) => {
        const server = await ArgoCDSimulator.start({ timeScale, startTime, behavior, name: each });
        return [each, server] as const;
      }),
    );
    const azure = await AzureDevOpsSimulator.start({
      ...{ timeScale, startTime },
      extension: join(root, 'vss-extension.json'),
    });
    const cluster = await KubernetesSimulator.start(localhostTls);
    const ports = [await freePort(), await freePort()] as const;
    const site = new ExampleSite(files, azure, new Map(servers), cluster, ports, options);
    for (const pipeline of pipelines) site.#addPipeline(pipeline);
    return site;
  }

  private constructor(
    files: ExampleFiles,
    azure: AzureDevOpsSimulator,
    servers: ReadonlyMap<string, ArgoCDSimulator>,
    cluster: KubernetesSimulator,
    [port, adminPort]: readonly [number, number],
    options: ExampleSiteOptions,
  ) {
    this.files = files;
    this.azure = azure;
    this.servers = servers;
    this.#cluster = cluster;
    this.#port = port;
    this.#options = options;
    this.#folder = mkdtempSync(join(tmpdir(), 'example-'));
    this.events = new EventLog(options.onEvent);
    const node = findNode(24) ?? process.execPath;
    this.#pods = new PodProcesses({
      programs: { 'node /app/hook.js': [node, hookBundle.outfile] },
      services: { [handlerService]: this.handlerUrl },
      mounted: (folderOf) => [
        '--token-file',
        join(folderOf('/var/run/secrets/argocd-handler'), 'token'),
      ],
      issueToken: (request) => cluster.issuer.issue(request),
    });
    for (const [name, server] of servers) {
      server.podRunner = (pod, write) => this.#pods.run(pod, write) ?? options.pods?.(pod, write);
      this.events.watch(server, servers.size > 1 ? `${name}: ` : '');
    }
    const config = join(this.#folder, 'handler.yaml');
    writeFileSync(config, this.#configText(adminPort));
    this.handler = new HandlerProcess({ folder: this.#folder, config });
  }

  /** The Argo CD of an example with only one. */
  get argocd(): ArgoCDSimulator {
    const [server, ...more] = this.servers.values();
    if (server === undefined || more.length > 0) throw new Error('There is not one Argo CD.');
    return server;
  }

  get handlerUrl(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Pushes the example's manifests, changed by `edit`; returns the commit. */
  push(argocd: ArgoCDSimulator, path: string, edit = (text: string) => text): string {
    const files = Object.entries(this.files.manifests());
    return argocd.commit(path, Object.fromEntries(files.map(([name, text]) => [name, edit(text)])));
  }

  /** Pushes to start a pipeline of the example; resolves when its run has ended. */
  async trigger(file: string, sourceVersion: string): Promise<ExampleRun> {
    const build = this.azure.addBuild(nameOf(file), sourceVersion);
    const result = await this.#run(file, build);
    this.azure.endBuild(build, result);
    return { build, result };
  }

  /** Resolves when a run of a queued pipeline has ended. */
  ended(pipeline: string): Promise<void> {
    return until(() =>
      this.azure.queuedBuilds.some(
        ({ queued, status }) => queued.pipeline.name === pipeline && status === 'completed',
      ),
    );
  }

  /** The lines that the handler wrote into the agentless jobs of a pipeline's runs. */
  logs(pipeline: string): readonly string[] {
    const runs = this.serverJobs.filter(({ job }) => job.build.definitionName === pipeline);
    return runs.flatMap(({ job }) => linesOf(job.plan));
  }

  async close(): Promise<void> {
    this.#pods.close();
    await this.handler.kill();
    const servers = [...this.servers.values()].map((server) => server.stop());
    await Promise.all([...servers, this.azure.stop(), this.#cluster.close()]);
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #addPipeline(file: string): void {
    const { name, parameters } = readPipeline(this.files.text(file));
    this.azure.addPipeline({
      name: nameOf(file),
      parameters,
      ...(name !== undefined && { runNumber: name }),
      run: (build) => this.#run(file, build, build.queued),
    });
  }

  async #run(file: string, build: Build, queued?: QueuedBuild): Promise<RunResult> {
    const pipeline = nameOf(file);
    this.events.add(`pipeline ${pipeline} runs`);
    const values = queued?.templateParameters ?? {};
    const result = await runPipeline(readPipeline(this.files.text(file), values), {
      variables: { 'Build.SourceVersion': build.sourceVersion },
      runStep: (step, job) => this.#runStep(pipeline, build, step, job),
    });
    this.events.add(`pipeline ${pipeline} ${result}`);
    return result === 'skipped' ? 'succeeded' : result;
  }

  async #runStep(pipeline: string, build: Build, step: YamlStep, job: StepJob): Promise<StepEnd> {
    const end = await this.#endOf(pipeline, build, step, job);
    this.events.add(`pipeline ${pipeline}: ${step.displayName} ${end.result}`);
    return end;
  }

  async #endOf(pipeline: string, build: Build, step: YamlStep, job: StepJob): Promise<StepEnd> {
    const [task = '', version = ''] = step.task?.split('@') ?? [];
    const folder = join(root, 'tasks', task, `V${version}`);
    // A script, or another publisher's task.
    if (!existsSync(join(folder, 'task.json'))) {
      const result = this.#options.script?.(pipeline, step, job) ?? 'succeeded';
      return { result, outputs: {} };
    }
    const { inputs: change = (inputs) => inputs } = this.#options;
    const { handlerConnection, argocdConnection, ...inputs } = change(step.inputs);
    if (!job.isAgentless) {
      const { url, token } = this.#serverOf(argocdConnection ?? '');
      const run = await runTask({ folder, inputs, connection: { url, token } });
      const result = run.result === 'Succeeded' ? 'succeeded' : 'failed';
      return { result, outputs: run.outputs };
    }
    const run = this.azure.runServerTask({
      ...{ task: folder, inputs, build, jobName: job.name },
      variables: job.variables,
      connections: {
        ...(handlerConnection !== undefined && {
          handlerConnection: {
            url: this.handlerUrl,
            scheme: 'Token',
            parameters: { apitoken: clientToken },
          },
        }),
        ...(argocdConnection !== undefined && {
          argocdConnection: {
            url: `${this.#serverOf(argocdConnection).url}/`,
            scheme: 'Token',
            parameters: { apitoken: this.#serverOf(argocdConnection).token },
          },
        }),
      },
    });
    this.serverJobs.push(run);
    this.#options.onServerJob?.(pipeline, step, run);
    const { result } = await run.done;
    const variables = run.job.plan.record(run.job.taskInstanceId)?.variables ?? {};
    return {
      result: result === 'succeeded' || result === 'canceled' ? result : 'failed',
      outputs: Object.fromEntries(
        Object.entries(variables).map(([name, { value }]) => [name, value]),
      ),
    };
  }

  /** The Argo CD of a service connection: `argocd-prod` is `prod` in the configuration. */
  #serverOf(connection: string): ArgoCDSimulator {
    const server = this.servers.get(connection.replace(/^argocd-/, ''));
    if (server === undefined) throw new Error(`There is no connection ${connection}.`);
    return server;
  }

  /** The example's own, except for addresses and the proof of callers. */
  #configText(adminPort: number): string {
    const { azureDevOps, argocd, clients, hooks, ...rest } = this.files
      .handler as unknown as Configured;
    const { token: pat } = this.azure.addIdentity('argocd handler', rights);
    writeFileSync(join(this.#folder, 'kubeconfig'), this.#cluster.kubeconfig);
    const callers = hooks?.callers.map(({ name }) => ({
      name,
      tokenReview: { kubeconfig: join(this.#folder, 'kubeconfig') },
    }));
    return JSON.stringify({
      ...rest,
      listen: { public: `127.0.0.1:${this.#port}`, admin: `127.0.0.1:${adminPort}` },
      store: { sqlite: './handler.db' },
      azureDevOps: {
        ...azureDevOps,
        organizations: [{ url: this.azure.collectionUrl, private: true }],
        identity: { pat },
      },
      argocd: argocd.map((each) => {
        const { url, token } = this.servers.get(each.name) ?? this.argocd;
        return { ...each, url, token };
      }),
      clients: clients.map(({ name, tokens }) => ({
        name,
        tokens: tokens.map(() => `sha256:${tokenHash(clientToken).toString('hex')}`),
      })),
      ...(hooks !== undefined && { hooks: { ...hooks, callers } }),
    });
  }
}

interface Configured {
  readonly azureDevOps: object;
  readonly argocd: readonly { readonly name: string }[];
  readonly clients: readonly { readonly name: string; readonly tokens: readonly string[] }[];
  readonly hooks?: { readonly callers: readonly { readonly name: string }[] };
}

function instancesOf(files: ExampleFiles): readonly string[] {
  return (files.handler as unknown as Configured).argocd.map(({ name }) => name);
}

/** `smoke-tests.yml` is the pipeline `smoke-tests`; the first file of a repository is `deploy`. */
function nameOf(file: string): string {
  return file === 'azure-pipelines.yml' ? 'deploy' : file.replace(/\.ya?ml$/, '');
}
