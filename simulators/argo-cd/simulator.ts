import type { Account } from './access.ts';
import { Access, ciPolicies } from './access.ts';
import { AccountApi } from './account-api.ts';
import { Api } from './api.ts';
import type { Application, ApplicationSpec, Source } from './application.ts';
import type { ApplicationEvent } from './applications.ts';
import { Applications } from './applications.ts';
import { SimulatedClock } from './clock.ts';
import { Cluster } from './cluster.ts';
import { Controller } from './controller.ts';
import type { Behavior, Environment } from './environment.ts';
import { EventLog } from './event-log.ts';
import { Faults } from './faults.ts';
import type { RequestHook, SeenRequest } from './http-server.ts';
import { HttpServer } from './http-server.ts';
import { Identifiers } from './identifiers.ts';
import { Hydrator } from './hydrator.ts';
import type { KubernetesObject, ObjectKey } from './kubernetes-object.ts';
import { groupOf, keyOf } from './kubernetes-object.ts';
import { mergePatch } from './merge-patch.ts';
import { trackedObjects } from './comparison.ts';
import { Projects } from './projects.ts';
import type { Files } from './repository.ts';
import { Repository } from './repository.ts';
import { heartbeatInterval } from './stream.ts';
import type { SyncRequest } from './sync-request.ts';
import { operationOf } from './sync-request.ts';
import type { SyncWindow } from './windows.ts';
import type { PodRunner } from './workloads.ts';
import { Workloads } from './workloads.ts';

export interface SimulatorOptions {
  /**
   * Real milliseconds per simulated one; default: 0.02, so a two-second wave delay takes 40 ms. `Infinity`
   * stops time, which then moves only by `advance`.
   */
  readonly timeScale?: number;
  /** A shared clock, instead of `timeScale` and `startTime`. */
  readonly clock?: SimulatedClock;
  /** Where simulated time starts, in milliseconds since the epoch; default: 2026-11-21T01:00:00Z. */
  readonly startTime?: number;
  /** `/argocd` puts the API under `/argocd/api/…`. */
  readonly rootPath?: string;
  readonly tls?: { readonly key: string; readonly cert: string };
  /** Default: a free one. */
  readonly port?: number;
  /** What `/api/version` returns; default: `v3.5.1`. */
  readonly version?: string;
  /** Between two heartbeats of a stream, in simulated milliseconds; default: 15,000. */
  readonly heartbeat?: number;
  /** In addition to `ci`, whose token is `token`, and `admin` with the password `admin-password`. */
  readonly accounts?: Readonly<Record<string, Account>>;
  /** Namespaces other than `argocd` that may contain Applications. */
  readonly applicationNamespaces?: readonly string[];
  /** How long a token from a login is valid, in simulated milliseconds; default: a day. */
  readonly sessionLifetime?: number;
  readonly behavior?: Partial<Behavior>;
  /** As in the flag `--api-content-types`, separated by semicolons; empty: any. Default: `application/json`. */
  readonly contentTypes?: string;
  /** What the uids of applications are derived from: several servers in one test need a name each. */
  readonly name?: string;
}

/** The spec used in the recordings: one folder of the repository, deployed to `ns-<folder>`. */
export function defaultSpec(folder: string): ApplicationSpec {
  return {
    project: 'default',
    source: {
      repoURL: 'https://git.example.com/shop/gitops.git',
      path: folder,
      targetRevision: 'main',
    },
    destination: { server: 'https://kubernetes.default.svc', namespace: `ns-${folder}` },
    syncPolicy: { syncOptions: ['CreateNamespace=true'] },
  };
}

/** The same, hydrated: dry on `main`, rendered onto another branch. */
export function hydratedSpec(folder: string, hydrateTo?: string): ApplicationSpec {
  const { source, ...spec } = defaultSpec(folder);
  return {
    ...spec,
    sourceHydrator: {
      drySource: source ?? { repoURL: '' },
      syncSource: { targetBranch: `env/${folder}`, path: folder },
      ...(hydrateTo === undefined ? {} : { hydrateTo: { targetBranch: hydrateTo } }),
    },
  };
}

/**
 * An Argo CD 3.5.1 in this process: a real HTTP server with the API, controller, repo server and
 * cluster behind it, as the recordings of a real one show them.
 *
 * ```ts
 * const argocd = await ArgoCDSimulator.start();
 * argocd.commit('shop', { 'all.yaml': text });
 * argocd.createApplication('shop');
 * // … requests to argocd.url with argocd.token …
 * await argocd.stop();
 * ```
 *
 * Time is simulated and runs fast: all timestamps of the API follow `now`. Annotations `lab/…` control what
 * pods do (see `Workloads`); `lab/invalid` on an object makes its apply fail with that message, `lab/dry-run`
 * its dry run; `lab/health` sets its health.
 */
export class ArgoCDSimulator {
  readonly #environment: Environment;
  readonly #controller: Controller;
  readonly #access: Access;
  readonly #workloads: Workloads;
  readonly #server: HttpServer;
  readonly #scheme: string;
  readonly #rootPath: string;

  /** The token of the account `ci`, which has all rights on applications. */
  readonly token: string;
  /** Faults to play, in the order in which they were added. */
  readonly faults = new Faults();
  /** How the controller behaves. May be changed at any time. */
  readonly behavior: Behavior;

  static async start(options: SimulatorOptions = {}): Promise<ArgoCDSimulator> {
    const simulator = new ArgoCDSimulator(options);
    await simulator.#server.listen(options.port ?? 0);
    return simulator;
  }

  private constructor(options: SimulatorOptions) {
    const start = options.startTime ?? Date.UTC(2026, 10, 21, 1);
    const clock = options.clock ?? new SimulatedClock(options.timeScale ?? 0.02, start);
    const identifiers = new Identifiers('argo-cd');
    const uids = options.name === undefined ? identifiers : new Identifiers(options.name);
    const applications = new Applications(clock, uids);
    const cluster = new Cluster(clock, identifiers, applications.nextVersion);
    const workloads = new Workloads(clock, cluster, identifiers);
    const repository = new Repository(identifiers, () => clock.now);
    const projects = new Projects();
    const events = new EventLog(clock, identifiers);
    this.behavior = {
      pickUp: 12,
      refresh: 20,
      hydration: 700,
      waveDelay: 2000,
      reconciliation: 0,
      ...options.behavior,
    };
    const environment = {
      clock,
      applications,
      cluster,
      repository,
      projects,
      events,
      behavior: this.behavior,
    };
    this.#environment = environment;
    this.#workloads = workloads;
    this.#controller = new Controller(environment);
    new Hydrator(environment);
    cluster.listen((change, object) => this.#childApplication(change, object));
    const accounts: Record<string, Account> = {
      ci: { policies: ciPolicies },
      admin: { password: 'admin-password', policies: ['*, *, *'] },
      ...options.accounts,
    };
    this.#access = new Access(accounts, () => clock.now);
    this.token = this.#access.issue('ci');
    this.#rootPath = options.rootPath ?? '';
    this.#scheme = options.tls ? 'https' : 'http';
    const api = new Api({
      environment,
      access: this.#access,
      workloads,
      applicationNamespaces: options.applicationNamespaces ?? [],
      create: (name, namespace, spec, metadata) => this.#create(name, namespace, spec, metadata),
      remove: (application, cascade) => this.#remove(application, cascade),
    });
    const account = new AccountApi({
      access: this.#access,
      projects,
      version: options.version ?? 'v3.5.1',
      sessionLifetime: options.sessionLifetime ?? 24 * 3_600_000,
    });
    this.#server = new HttpServer({
      routes: [...account.routes(), ...api.routes()],
      api,
      applications,
      clock,
      faults: this.faults,
      rootPath: this.#rootPath,
      tls: options.tls,
      heartbeat: options.heartbeat ?? heartbeatInterval,
      contentTypes: (options.contentTypes ?? 'application/json').split(';').filter(Boolean),
    });
  }

  /** The URL, with the root path and without a trailing slash. */
  get url(): string {
    return `${this.#scheme}://127.0.0.1:${this.#server.port}${this.#rootPath}`;
  }

  /** Simulated milliseconds since the epoch. */
  get now(): number {
    return this.#environment.clock.arrive();
  }

  /** Advances stopped time (`timeScale: Infinity`) by so many simulated milliseconds. */
  advance(milliseconds: number): void {
    this.#environment.clock.advance(milliseconds);
  }

  /** Waits for so many simulated milliseconds. */
  sleep(milliseconds: number): Promise<void> {
    this.#environment.clock.arrive();
    return this.#environment.clock.sleep(milliseconds);
  }

  /** All requests so far, in order of arrival. Tests may clear it. */
  get requests(): SeenRequest[] {
    return this.#server.requests;
  }

  /** Called at every request; see `RequestHook`. */
  set onRequest(hook: RequestHook | undefined) {
    this.#server.onRequest = hook;
  }

  /** Runs the pods of Jobs; see `PodRunner`. */
  set podRunner(runner: PodRunner | undefined) {
    this.#workloads.runner = runner;
  }

  get openStreams(): number {
    return this.#server.openStreams;
  }

  /** How long lists and streams lag behind GET, in simulated milliseconds. */
  set informerLag(milliseconds: number) {
    this.#environment.applications.informerLag = milliseconds;
  }

  async stop(): Promise<void> {
    await this.#server.close();
    this.#environment.clock.stop();
  }

  /** argocd-server is down for so many simulated milliseconds; the controller continues. */
  async restart(milliseconds: number): Promise<void> {
    await this.#server.close();
    await this.sleep(milliseconds);
    await this.#server.listen();
  }

  /** Ends the open streams, like a proxy's idle timeout. */
  closeStreams(): void {
    this.#server.closeStreams();
  }

  /** A token for an account; valid forever without `lifetime` (simulated milliseconds). */
  issueToken(account: string, lifetime?: number): string {
    return this.#access.issue(account, lifetime);
  }

  revokeToken(token: string): void {
    this.#access.revoke(token);
  }

  /** Replaces a folder of the repository by `files`. Returns the commit's SHA. */
  commit(folder: string, files: Files, branch = 'main'): string {
    this.#environment.clock.arrive();
    return this.#environment.repository.commit(folder, files, branch);
  }

  /** Moves a branch to a commit. */
  pointBranch(branch: string, sha: string): void {
    this.#environment.repository.point(branch, sha);
  }

  /** Moves a tag to a commit. */
  pointTag(tag: string, sha: string): void {
    this.#environment.repository.tag(tag, sha);
  }

  /**
   * Publishes a version of a chart (a source with `chart`) or a tag of an OCI artifact (`oci://`). Returns
   * its name in Argo CD: the version, or the digest.
   */
  publish(source: Source, tag: string, files: Files): string {
    return this.#environment.repository.artifacts.publish(source, tag, files);
  }

  /** The repository's webhook arrives: all applications are refreshed. */
  deliverPush(): void {
    this.#environment.clock.arrive();
    this.#controller.refreshAll();
  }

  /** Creates an application; by default, with the recordings' spec for the folder of its name. */
  createApplication(
    name: string,
    {
      spec = defaultSpec(name),
      metadata = {},
    }: { spec?: ApplicationSpec; metadata?: Partial<Application['metadata']> } = {},
  ): Application {
    this.#environment.clock.arrive();
    const namespace = metadata.namespace ?? 'argocd';
    if (this.#environment.applications.get(name, namespace)) {
      throw new Error(`The application ${namespace}/${name} already exists; delete it first.`);
    }
    return structuredClone(this.#create(name, namespace, spec, metadata));
  }

  /** The application as `GET` shows it now. */
  application(name: string, namespace = 'argocd'): Application | undefined {
    const { applications, clock } = this.#environment;
    clock.arrive();
    const found = applications.get(name, namespace);
    return found && applications.withHealth(found);
  }

  /**
   * Resolves with the application as soon as `test` accepts it; undefined stands for a missing one. Sees
   * every state, however short.
   */
  until(
    name: string,
    test: (application: Application | undefined) => boolean,
  ): Promise<Application | undefined> {
    const { applications } = this.#environment;
    const now = this.application(name);
    if (test(now)) return Promise.resolve(now);
    return new Promise((resolve) => {
      const stop = applications.onChange(({ metadata }) => {
        if (metadata.name !== name) return;
        const found = applications.get(name, metadata.namespace);
        const shown = found && applications.withHealth(found);
        if (!test(shown)) return;
        stop();
        resolve(shown);
      });
    });
  }

  /** Calls the watcher with every change as the informer receives it. Returns a function that ends this. */
  watch(watcher: (event: ApplicationEvent) => void): () => void {
    return this.#environment.applications.watch(watcher);
  }

  /** Deletes an application immediately, like `kubectl delete` without its finalizer. */
  deleteApplication(name: string, { cascade = false }: { cascade?: boolean } = {}): void {
    this.#environment.clock.arrive();
    const found = this.#environment.applications.get(name);
    if (found) this.#remove(found, cascade);
  }

  /** `kubectl annotate application`: null removes an annotation. */
  annotate(name: string, annotations: Readonly<Record<string, string | null>>): void {
    this.patchApplication(name, { metadata: { annotations } });
  }

  /** `kubectl patch application --type merge`, which may change anything, including status. */
  patchApplication(name: string, patch: Readonly<Record<string, unknown>>): void {
    const { applications, clock } = this.#environment;
    clock.arrive();
    const found = applications.get(name);
    if (!found) throw new Error(`There is no application ${name} to patch.`);
    applications.update(found.metadata.uid, (application) => {
      const patched = mergePatch(application, patch) as Application;
      if (Object.keys(patched.metadata.annotations ?? {}).length === 0) {
        delete patched.metadata.annotations;
      }
      Object.assign(application, patched);
    });
  }

  /** `kubectl patch` of a live object, which makes it drift. `group` is empty for core kinds. */
  patchObject(
    key: Omit<ObjectKey, 'group'> & { group?: string },
    patch: Readonly<Record<string, unknown>>,
  ): void {
    this.#environment.clock.arrive();
    const changed = this.#environment.cluster.change({ group: '', ...key }, (object) => {
      Object.assign(object, mergePatch(object, patch));
    });
    if (!changed) throw new Error(`There is no ${key.kind} ${key.namespace}/${key.name} to patch.`);
  }

  /** `kubectl delete` of a live object. */
  deleteObject(key: Omit<ObjectKey, 'group'> & { group?: string }): void {
    this.#environment.clock.arrive();
    this.#environment.cluster.delete({ group: '', ...key });
  }

  /** A live object in its current state. */
  object(key: Omit<ObjectKey, 'group'> & { group?: string }): KubernetesObject | undefined {
    this.#environment.clock.arrive();
    return structuredClone(this.#environment.cluster.get({ group: '', ...key }));
  }

  /** `kubectl create namespace`. */
  addNamespace(name: string): void {
    this.#environment.cluster.addNamespace(name);
  }

  /** Replaces the sync windows of an AppProject, which is created if it does not exist. */
  setSyncWindows(windows: readonly SyncWindow[], project = 'default'): void {
    this.#environment.clock.arrive();
    this.#environment.projects.setWindows(project, windows);
  }

  /** Another actor syncs. False: an operation was in progress. */
  syncAs(username: string, name: string, request: SyncRequest = {}): boolean {
    const { applications, repository, clock } = this.#environment;
    clock.arrive();
    const found = applications.get(name);
    if (!found || found.operation) return false;
    const operation = operationOf(found, request, repository, username);
    return applications.update(found.metadata.uid, (application) => {
      application.operation = operation;
      delete application.status.operationState;
    });
  }

  /** Another actor syncs as soon as the running (or next) operation has ended. */
  syncAfter(username: string, name: string, request: SyncRequest = {}): void {
    const { applications, clock } = this.#environment;
    let running = applications.get(name)?.operation !== undefined;
    const stop = applications.onChange(({ metadata, operation }) => {
      if (metadata.name !== name) return;
      const was = running;
      running = operation !== undefined;
      if (!was || running) return;
      stop();
      clock.after(1, () => this.syncAs(username, name, request));
    });
  }

  /** Another actor terminates the running operation. */
  terminate(name: string): void {
    const { applications, clock } = this.#environment;
    clock.arrive();
    const found = applications.get(name);
    if (!found?.operation || !found.status.operationState) {
      throw new Error(`Application ${name} has no operation to terminate.`);
    }
    applications.update(found.metadata.uid, ({ status }) => {
      if (status.operationState) status.operationState.phase = 'Terminating';
    });
  }

  #create(
    name: string,
    namespace: string,
    spec: ApplicationSpec,
    metadata: Partial<Application['metadata']>,
  ): Application {
    const created = this.#environment.applications.create(name, namespace, spec, metadata);
    this.#controller.manage(created);
    return created;
  }

  #remove({ metadata }: Application, cascade: boolean): void {
    const { applications, cluster, clock } = this.#environment;
    if (!cascade) {
      applications.remove(metadata.uid);
      return;
    }
    applications.update(metadata.uid, (application) => {
      application.metadata.deletionTimestamp = new Date(clock.now)
        .toISOString()
        .replace(/\.\d+/, '');
    });
    for (const object of trackedObjects(metadata.name, cluster.objects())) {
      cluster.delete(keyOf(object));
    }
    clock.after(200, () => applications.remove(metadata.uid));
  }

  /** An Application among the manifests is a child application (app of apps). */
  #childApplication(change: 'added' | 'changed' | 'deleted', object: KubernetesObject): void {
    if (object.kind !== 'Application' || groupOf(object) !== 'argoproj.io') return;
    const { applications } = this.#environment;
    const name = object.metadata.name ?? '';
    const namespace = object.metadata.namespace ?? 'argocd';
    const spec = object.spec as unknown as ApplicationSpec;
    const existing = applications.get(name, namespace);
    if (change === 'deleted') {
      if (existing) this.#remove(existing, true);
    } else if (existing) {
      applications.update(existing.metadata.uid, (application) => {
        application.spec = structuredClone(spec);
      });
    } else {
      const { labels, annotations } = object.metadata;
      this.#create(name, namespace, spec, {
        ...(labels && { labels }),
        ...(annotations && { annotations }),
      });
    }
  }
}
