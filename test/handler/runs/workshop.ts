import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { RestArgoCD } from '../../../src/argocd/rest/rest-argocd.ts';
import { AzureHttp } from '../../../src/azure/http/azure-http.ts';
import { Collections } from '../../../src/azure/http/collection.ts';
import { locatePlan } from '../../../src/azure/task-hub/plan-location.ts';
import { RestTaskHub } from '../../../src/azure/task-hub/rest-task-hub.ts';
import type { RunAddress } from '../../../src/azure/task-hub/run-address.ts';
import { Detachment } from '../../../src/follow/detachment.ts';
import { Feed } from '../../../src/follow/feed.ts';
import type { ChangeSource } from '../../../src/follow/change-source.ts';
import { Metrics } from '../../../src/handler/telemetry/metrics.ts';
import { EventClaims, type ClaimResult } from '../../../src/handler/follow-ups/event-claims.ts';
import type { FollowSpec, RunSpec } from '../../../src/handler/run.ts';
import { Availability } from '../../../src/handler/runs/outbox/availability.ts';
import type { RunPorts, RunToken } from '../../../src/handler/runs/run-ports.ts';
import { startRuns } from '../../../src/handler/runs/start-runs.ts';
import {
  AnnouncedRuns,
  type AnnouncementResult,
} from '../../../src/handler/runs/intake/announced-runs.ts';
import type { RunRegistry } from '../../../src/handler/runs/intake/run-registry.ts';
import { SqliteStore } from '../../../src/handler/store/sqlite/sqlite-store.ts';
import { TokenCipher } from '../../../src/handler/secrets/token-cipher.ts';
import { Secret } from '../../../src/secret.ts';
import { ArgoCDSimulator } from '../../../simulators/argo-cd/simulator.ts';
import type { Job } from '../../../simulators/azure-devops/job.ts';
import { AzureDevOpsSimulator } from '../../../simulators/azure-devops/simulator.ts';
import { syncGoal } from '../../follow/following.ts';
import { VirtualTime } from '../../virtual-time.ts';

const day = 24 * 3_600_000;

/** Time stands still while the store works: it groups its commits by a real timer. */
function inTime<T extends object>(store: T, time: VirtualTime): T {
  return new Proxy(store, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]): unknown => {
        const result: unknown = Reflect.apply(value, target, args);
        return result instanceof Promise ? time.during(result) : result;
      };
    },
  });
}

/** Runs, with a real store, between the two simulators: the whole service without its routes. */
export class Workshop {
  readonly folder = mkdtempSync(join(tmpdir(), 'handler-'));
  readonly time: VirtualTime;
  readonly argocd: ArgoCDSimulator;
  readonly azure: AzureDevOpsSimulator;
  readonly #key = new Secret('11'.repeat(32));
  store!: SqliteStore;
  runs!: RunRegistry;
  /** The results of the claims so far. */
  readonly claimed: ClaimResult[] = [];
  #http!: AzureHttp;
  #adapter!: RestArgoCD;
  #life!: AbortController;
  tokenLifetime = day;
  announced!: AnnouncedRuns;
  /** The results of the operations that named a run. */
  readonly announcements: AnnouncementResult[] = [];
  /** Of the handler's own identity; empty for none. */
  ownToken = '';
  /** Whether the rules allow anything for an announced run, before and after it is proven. */
  isOpen = true;
  denial: (spec: RunSpec) => string | undefined = () => undefined;
  quotaProblem: string | undefined;

  static async open(): Promise<Workshop> {
    const time = new VirtualTime();
    const { clock } = time;
    const argocd = await ArgoCDSimulator.start({ clock });
    const extension = join(import.meta.dirname, '../../../vss-extension.json');
    const azure = await AzureDevOpsSimulator.start({ clock, extension });
    const workshop = new Workshop(time, argocd, azure);
    await workshop.start();
    return workshop;
  }

  private constructor(time: VirtualTime, argocd: ArgoCDSimulator, azure: AzureDevOpsSimulator) {
    this.time = time;
    this.argocd = argocd;
    this.azure = azure;
  }

  /** Starts a process, with whatever the previous one stored. */
  async start(): Promise<void> {
    const life = new AbortController();
    this.#life = life;
    const store = SqliteStore.open(join(this.folder, 'handler.db'), this.time);
    this.store = inTime(store, this.time);
    const availability = new Availability(this.time);
    this.#http = new AzureHttp({
      reachOf: () => 'private',
      userAgent: 'test',
      observe: (ended) => availability.note(ended),
    });
    this.#adapter = new RestArgoCD({
      url: this.argocd.url,
      credential: { kind: 'token', token: new Secret(this.argocd.token) },
      ca: undefined,
      skipTlsVerify: false,
      headers: [],
      proxy: undefined,
    });
    const feed = new Feed(this.#adapter, this.time, Math.random);
    void feed.run({ project: '' }, life.signal);
    const hub = (address: RunAddress, token: RunToken) =>
      new RestTaskHub(address, token, this.#http);
    const changes: ChangeSource = {
      get aliveSince() {
        return feed.aliveSince;
      },
      // Like a watch that also lists: followers need not poll themselves.
      polling: { alive: 300_000, dead: 60_000, deadLater: 300_000 },
      listen: (name, listener) => feed.listen(name, listener),
    };
    const access = { argocd: this.#adapter, changes, server: this.argocd.url };
    const ports: RunPorts = {
      store: this.store,
      claims: new EventClaims({
        ...{ store: inTime(store.events, this.time), clock: this.time },
        onClaim: (result) => this.claimed.push(result),
      }),
      cipher: new TokenCipher([this.#key]),
      azure: {
        hub,
        locate: (address, token, signal) => locatePlan(address, (at) => hub(at, token), signal),
        onReturn: (collection, listener) => availability.onReturn(collection, listener),
      },
      ownToken: () => Promise.resolve(new Secret(this.ownToken)),
      argocd: ({ argocd }) => (argocd === 'prod' ? access : undefined),
      isNamed: () => true,
      denial: (spec) => this.denial(spec),
      yieldToEventLoop: () => Promise.resolve(),
      clock: this.time,
      random: Math.random,
      metrics: new Metrics('0'),
      logger: pino({ level: process.env['LOG_LEVEL'] ?? 'silent' }),
      signal: life.signal,
    };
    this.runs = startRuns(ports, { tokenLifetime: () => this.tokenLifetime });
    await this.runs.resume();
    this.announced = this.#announced(ports);
    void this.announced.run();
  }

  get #collections(): Collections {
    const url = this.azure.collectionUrl.replace(/\/$/, '');
    return new Collections([{ url, isPrivate: true }]);
  }

  #announced({ store, logger, clock, signal }: RunPorts): AnnouncedRuns {
    return new AnnouncedRuns({
      ...{ runs: this.runs, store, logger, clock, signal },
      access: {
        collectionOf: (url) => this.#collections.match(url),
        quotaProblem: () => this.quotaProblem,
        denyFromAnywhere: () => (this.isOpen ? undefined : { message: 'No rule', advice: '' }),
      },
      settingsOf: (argocd) =>
        argocd === 'prod' ? { client: 'direct', namespace: 'argocd' } : undefined,
      hasIdentity: () => this.ownToken !== '',
      read: (_, name, inner) => this.#adapter.get({ ...name, project: '' }, { signal: inner }),
      onResult: (_, result) => this.announcements.push(result),
    });
  }

  /** Ends the process like a kill: what is not stored is gone. */
  async kill(): Promise<void> {
    this.#life.abort(new Detachment());
    await Promise.all([this.#http.close(), this.#adapter.close(), this.store.close()]);
  }

  async close(): Promise<void> {
    await this.kill();
    await Promise.all([this.argocd.stop(), this.azure.stop()]);
    rmSync(this.folder, { recursive: true });
  }

  addressOf(job: Job): RunAddress {
    const { projectId, hub, planId, jobId, timelineId, taskInstanceId } = job;
    const collection = this.azure.collectionUrl.replace(/\/$/, '');
    return { collection, projectId, hub, planId, jobId, timelineId, taskInstanceId };
  }

  spec(
    job: Job,
    change: Partial<FollowSpec> = {},
    request: Partial<FollowSpec['request']> = {},
  ): FollowSpec {
    return {
      kind: 'sync',
      address: this.addressOf(job),
      client: 'fabrikam',
      azureProject: this.azure.projectName,
      argocd: 'prod',
      info: [{ name: 'Run', value: '7' }],
      page: '',
      buildId: undefined,
      request: {
        subject: { names: [{ name: 'shop' }] },
        project: 'default',
        goal: syncGoal(),
        timeout: 600_000,
        onTimeout: 'leave',
        onCancel: 'leave',
        hookLogLines: 20,
        publishSummary: true,
        warnings: [],
        ...request,
      },
      ...change,
    };
  }

  /** Resolves when the run has ended. */
  async ended(runId: string) {
    for (;;) {
      const run = await this.store.run(runId);
      if (run?.state === 'ended') return run;
      await this.time.clock.sleep(100);
    }
  }

  /** Passes the application, in its current state, to the intake of announced runs. */
  async look(name = 'shop'): Promise<void> {
    const address = { name, namespace: 'argocd', project: '' };
    const { signal } = this.#life;
    await this.announced.look('prod', await this.#adapter.get(address, { signal }));
  }

  /** The response to a hook about the task that waits for its operation. */
  async runOf(name = 'shop') {
    const address = { name, namespace: 'argocd', project: '' };
    const shown = await this.#adapter.get(address, { signal: this.#life.signal });
    return this.announced.runOf('prod', shown, shown.operationState?.startedAt ?? Number.NaN);
  }

  /** The syncs that were requested of Argo CD. */
  get syncs(): number {
    return this.argocd.requests.filter(
      ({ method, path }) => method === 'POST' && path.endsWith('/sync'),
    ).length;
  }
}
