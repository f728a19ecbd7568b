import { randomBytes } from 'node:crypto';
import type { Logger } from 'pino';
import { AzureHttp } from '../azure/http/azure-http.ts';
import { Collections } from '../azure/http/collection.ts';
import { locatePlan } from '../azure/task-hub/plan-location.ts';
import { RestTaskHub } from '../azure/task-hub/rest-task-hub.ts';
import type { RunAddress } from '../azure/task-hub/run-address.ts';
import type { Clock } from '../async/clock.ts';
import { Detachment } from '../follow/detachment.ts';
import type { Config, ConfigFault } from './config/config.ts';
import { encryptionKeysOf } from './config/key-file.ts';
import { isLoopback } from './config/listener.ts';
import { newKey } from './config/encryption-key.ts';
import { Access } from './http/access.ts';
import { adminApp } from './http/admin-app.ts';
import { openapi } from './http/openapi.ts';
import { publicApp, type RefusedCall } from './http/public-app.ts';
import { startServer, type RunningServer } from './http/server.ts';
import type { ServiceStatus } from './status.ts';
import { annotationNotes } from './follow-ups/annotation-notes.ts';
import { EventClaims } from './follow-ups/event-claims.ts';
import { OperatorActs } from './follow-ups/operator-acts.ts';
import { refuseLostKeys } from './secrets/lost-keys.ts';
import { Metrics } from './telemetry/metrics.ts';
import { guardedArgoCD } from './guarded-run.ts';
import { denialOf, goesByName } from './rights.ts';
import { Availability } from './runs/outbox/availability.ts';
import { yieldToEventLoop } from './runs/scheduler/yield-to-event-loop.ts';
import type { RunToken } from './runs/run-ports.ts';
import type { AnnouncedRuns } from './runs/intake/announced-runs.ts';
import type { RunRegistry } from './runs/intake/run-registry.ts';
import { startRuns } from './runs/start-runs.ts';
import { printStore } from './config/store-config.ts';
import { openStore, type OpenedStore } from './open-store.ts';
import { rulesOfRun } from './run-rules.ts';
import {
  announcementWatchOf,
  makeAnnouncedRuns,
  ownTokenSource,
  type AnnouncedRunsParts,
} from './start-announced-runs.ts';
import { makeFollowUps, type StartedFollowUps } from './start-follow-ups.ts';
import { sweepEndlessly, type Sweep } from './store/sweeper.ts';
import { TokenCipher } from './secrets/token-cipher.ts';
import { observedBy } from './watch/announcement-watch.ts';
import { Contacts } from './watch/contacts.ts';
import { InformerGateEvaluator } from './watch/gate-evaluator.ts';
import { Instances } from './watch/instances.ts';
import { TagCache } from './watch/tag-cache.ts';

/** What the service needs of its process. `random` returns 0 to 1. */
export interface ServicePorts {
  readonly version: string;
  readonly clock: Clock;
  readonly random: () => number;
  readonly logger: Logger;
}

/** The handler as a whole. */
export class Service {
  readonly #ports: ServicePorts;
  readonly #life = new AbortController();
  readonly #startedAt: number;
  readonly #store: OpenedStore;
  readonly #metrics: Metrics;
  readonly #access: Access;
  readonly #contacts: Contacts;
  readonly #instances: Instances;
  readonly #azure: AzureHttp;
  readonly #runs: RunRegistry;
  readonly #followUps: StartedFollowUps;
  readonly #announcing: Pick<AnnouncedRunsParts, 'clock' | 'config' | 'isReady' | 'logger'>;
  readonly #announced: AnnouncedRuns;
  readonly #cipher: TokenCipher;
  readonly #servers: RunningServer[] = [];
  #config: Config;
  #collections: Collections;
  #notes: readonly string[];
  #isResumed = false;

  /**
   * Opens everything and resumes open runs. Rejects with a `UserError` or `StoreError` that says what to do.
   * `notes`: warnings about the configuration.
   */
  static async start(
    config: Config,
    notes: readonly string[],
    ports: ServicePorts,
  ): Promise<Service> {
    const service = new Service(config, notes, ports);
    try {
      await service.#open();
      return service;
    } catch (error) {
      await service.stop();
      throw error;
    }
  }

  private constructor(config: Config, notes: readonly string[], ports: ServicePorts) {
    const { clock, random, logger, version } = ports;
    this.#ports = ports;
    this.#config = config;
    this.#notes = notes;
    this.#startedAt = clock.now();
    this.#metrics = new Metrics(version);
    const metrics = this.#metrics;
    this.#collections = new Collections(config.azureDevOps.organizations);
    this.#access = new Access(config, clock);
    const cipher = new TokenCipher(encryptionKeysOf(config, () => newKey(randomBytes)));
    this.#cipher = cipher;
    this.#store = openStore(config.store, clock, (seconds) => metrics.committed(seconds));
    this.#announcing = {
      ...{ clock, logger, config: () => this.#config, isReady: () => this.#isResumed },
    };
    const availability = new Availability(clock);
    this.#azure = new AzureHttp({
      reachOf: (collection) => this.#collections.reachOf(collection),
      userAgent: userAgent(version),
      observe: (ended) => {
        metrics.azureRequest(ended.name, String(ended.code), ended.seconds);
        availability.note(ended);
      },
    });
    this.#contacts = new Contacts({
      ...{ store: this.#store, clock },
      onFault: (error) => logger.warn({ err: error }, 'first contact not stored'),
    });
    this.#instances = new Instances({
      ...{ clock, random, contacts: this.#contacts },
      observe: (argocd, { route, status, milliseconds }) =>
        metrics.argocdRequest(argocd, route, status, milliseconds / 1_000),
      observer: (argocd) =>
        observedBy([
          announcementWatchOf(argocd, () => this.#announced, this.#announcing),
          this.#followUps.followUps.watch(argocd),
        ]),
      onFault: (argocd, error) => logger.fatal({ argocd, err: error }, 'watch crashed'),
    });
    this.#followUps = makeFollowUps(config, {
      ...{ store: this.#store.events, azure: this.#azure, clock, random, metrics, logger },
      instances: () => this.#instances,
      announced: { runOf: (...asked) => this.#announced.runOf(...asked) },
      rulesOfRun: (marker) =>
        rulesOfRun(marker, {
          ...{ store: this.#store, access: this.#access },
          grants: () => this.#config.grants,
          namespaceOf: (argocd) => this.#instances.find(argocd)?.namespace,
        }),
      userAgent: userAgent(version),
      signal: this.#life.signal,
    });
    const hub = (address: RunAddress, token: RunToken) =>
      new RestTaskHub(address, token, this.#azure);
    const guarding = { instances: this.#instances, access: this.#access, logger };
    this.#runs = startRuns(
      {
        ...{ store: this.#store, cipher, clock, random, metrics, logger },
        azure: {
          hub,
          locate: (address, token, signal) => locatePlan(address, (at) => hub(at, token), signal),
          onReturn: (collection, listener) => availability.onReturn(collection, listener),
        },
        ownToken: ownTokenSource(this.#followUps.tokens),
        argocd: (spec, current) => guardedArgoCD(spec, current, guarding),
        claims: new EventClaims({
          ...{ store: this.#store.events, clock },
          onClaim: (result) => metrics.eventClaimed(result),
        }),
        followUps: this.#followUps.runFollowUps,
        annotationFaults: (argocd, application) =>
          this.#followUps.followUps.faultsOf(argocd, application),
        isNamed: (spec) => spec.kind !== 'claim' && goesByName(spec, this.#access),
        denial: (spec) => (spec.kind === 'claim' ? undefined : denialOf(spec, this.#access)),
        yieldToEventLoop,
        signal: this.#life.signal,
      },
      { tokenLifetime: () => this.#access.tokenLifetime },
    );
    this.#announced = makeAnnouncedRuns({
      ...{ runs: this.#runs, store: this.#store, access: this.#access, instances: this.#instances },
      ...{ ...this.#announcing, metrics, signal: this.#life.signal },
    });
  }

  get publicPort(): number {
    return this.#servers[1]?.port ?? 0;
  }

  get adminPort(): number {
    return this.#servers[0]?.port ?? 0;
  }

  /** Applies a changed configuration without losing runs. */
  configure(config: Config, notes: readonly string[]): void {
    this.#config = config;
    this.#notes = notes;
    this.#collections = new Collections(config.azureDevOps.organizations);
    this.#access.configure(config);
    // First, so that new rules apply from the first message.
    this.#followUps.configure(config);
    this.#instances.configure(config.argocd);
    this.#announced.reconsider();
    this.#ports.logger.level = config.logLevel;
    this.#metrics.reloaded('applied');
  }

  /** A changed configuration was invalid, and the previous one stays in effect. */
  keepConfig(): void {
    this.#metrics.reloaded('refused');
  }

  /** Stops working. Open runs are resumed by the next process. */
  async stop(): Promise<void> {
    await Promise.all(this.#servers.map((server) => server.close()));
    this.#life.abort(new Detachment());
    await Promise.all([this.#instances.close(), this.#azure.close(), this.#followUps.close()]);
    await this.#store.close();
  }

  async #open(): Promise<void> {
    const { clock, logger } = this.#ports;
    const { listen, argocd } = this.#config;
    this.#metrics.read({
      figures: () => this.#store.figures(),
      actions: () => this.#store.events.actionFigures(),
      followUps: () => this.#followUps.followUps.figures,
      instances: () => this.#instances.figures(),
      runs: () => ({ active: this.#runs.figures.active, queued: this.#runs.queued }),
      isStoreUp: () => this.#store.fault === undefined,
      now: () => clock.now(),
    });
    // First, so that observers see why the service is not ready.
    const admin = { name: 'listen.admin', listener: listen.admin, clock };
    this.#servers.push(await startServer(this.#adminApp(), admin));
    await refuseLostKeys(this.#store, this.#cipher);
    await this.#contacts.recall();
    this.#followUps.configure(this.#config);
    await this.#followUps.followUps.start();
    this.#instances.configure(argocd);
    const resumed = await this.#runs.resume();
    if (resumed > 0) logger.info({ runs: resumed }, 'resuming open runs');
    const { signal } = this.#life;
    const sweep: Sweep = (before, now, most) => this.#store.sweep(before, now, most);
    void sweepEndlessly(sweep, () => this.#config.retention, clock, signal).catch(
      (error: unknown) => logger.fatal({ err: error }, 'retention sweeper stopped'),
    );
    this.#isResumed = true;
    void this.#announced.run();
    const settings = { name: 'listen.public', listener: listen.public, clock };
    this.#servers.push(await startServer(this.#publicApp(), settings));
  }

  #publicApp() {
    const { version, clock, logger } = this.#ports;
    const watches = (argocd: string) => this.#instances.find(argocd)?.watch;
    const tags = new TagCache((argocd) => this.#instances.find(argocd)?.argocd, clock);
    return publicApp({
      version,
      access: this.#access,
      intake: this.#runs,
      gates: new InformerGateEvaluator(watches, clock, tags),
      hooks: this.#followUps.hooks,
      onAnswer: (route, code, seconds) => this.#metrics.answered(route, code, seconds),
      onRefusal: (call) => this.#refused(call),
      onError: (error) => logger.error({ err: error }, 'request failed'),
    });
  }

  #refused({ reason, ...call }: RefusedCall): void {
    this.#metrics.refused(reason);
    this.#ports.logger.warn({ reason, ...call }, 'request refused');
  }

  #adminApp() {
    const { version, clock, logger } = this.#ports;
    return adminApp({
      records: this.#store,
      followUps: {
        store: this.#store.events,
        seen: this.#followUps.followUps,
        acts: new OperatorActs({
          ...{ store: this.#store.events, clock },
          keepTrying: () => this.#config.followUpLimits.keepTrying,
          onAct: (record) => logger.warn(record, 'follow-up changed by an operator'),
          wake: () => this.#followUps.followUps.wake(),
        }),
      },
      formKey: randomBytes(32),
      status: () => this.#status(),
      metrics: async () => ({
        contentType: this.#metrics.contentType,
        text: await this.#metrics.text(),
      }),
      token: () => this.#config.adminToken,
      isLoopback: isLoopback(this.#config.listen.admin.host),
      openapi: openapi(),
      version,
      clock,
      onError: (error) => logger.error({ err: error }, 'admin request failed'),
    });
  }

  #status(): ServiceStatus {
    const { fault } = this.#store;
    return {
      unready: [
        ...(this.#isResumed ? [] : ['open runs are being resumed']),
        ...(fault === undefined ? [] : [`nothing can be stored: ${fault}`]),
      ],
      startedAt: this.#startedAt,
      notes: [...this.#notes, ...annotationNotes(this.#followUps.followUps.faults())],
      instances: this.#instances.status(),
      store: { path: printStore(this.#config.store), fault },
    };
  }
}

/** Warnings about a configuration, one or two sentences each. */
export function notesOf(faults: readonly ConfigFault[]): readonly string[] {
  return faults.map(({ path, problem, advice }) =>
    [[path, problem].filter(Boolean).join(': '), advice].filter(Boolean).join('. '),
  );
}

/** The `User-Agent` of the handler. */
function userAgent(version: string): string {
  return `argocd-for-azure-pipelines/${version}`;
}
