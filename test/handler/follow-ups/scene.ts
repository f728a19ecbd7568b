import assert from 'node:assert/strict';
import { readActionBody } from '../../../src/actions/action-body.ts';
import type { ActionTarget } from '../../../src/actions/action-target.ts';
import type { StoredAction } from '../../../src/actions/stored-action.ts';
import type { ActionTargets } from '../../../src/actions/targets-by-kind.ts';
import type { ArgoCD, SummaryEvent } from '../../../src/argocd/port.ts';
import { actionKinds } from '../../../src/follow-ups/action-kinds/action-kinds.ts';
import { systemClock } from '../../../src/async/clock.ts';
import {
  FollowUps,
  type FollowUpsPorts,
  type FollowUpsSettings,
} from '../../../src/handler/follow-ups/follow-ups.ts';
import { SqliteStore } from '../../../src/handler/store/sqlite/sqlite-store.ts';
import { markerOf } from '../../../src/sync/model/operation.ts';
import { printName, type Application } from '../../../src/sync/model/application.ts';
import type { ApplicationSummary } from '../../../src/sync/model/application-summary.ts';
import { failed } from '../../follow/fake-argo-cd.ts';
import { ManualClock } from '../../follow/manual-clock.ts';
import { rule } from '../../follow-ups/rules.ts';
import { listingOf, summary } from '../../sync/sample-summary.ts';
import { storeFolder } from '../store/sample.ts';

/** Settings with a rule, `smoke`, that queues a pipeline at each success. */
export function settings(change: Partial<FollowUpsSettings> = {}): FollowUpsSettings {
  const hour = 3_600_000;
  return {
    ...{
      followUps: [rule()],
      grants: [],
      organization: 'fabrikam',
      retention: 24 * hour,
      takesInputs: true,
    },
    followUpLimits: {
      ...{ catchUp: 24 * hour, keepTrying: 72 * hour, chainDepth: 5, actionsPerHour: 600 },
    },
    ...change,
  };
}

/** What the stream reports about an application. */
export function summaryOf(application: Application): ApplicationSummary {
  const { operation, operationState: state, health, ...rest } = application;
  const marker = markerOf(state?.operation);
  return summary({
    ...rest,
    isPending: operation !== undefined,
    health: { status: health.status, since: undefined },
    last: state && {
      ...{ phase: state.phase, message: state.message, startedAt: state.startedAt },
      ...{ finishedAt: state.finishedAt, revisions: state.revisions, isFull: true },
      ...(marker !== undefined && { marker }),
    },
  });
}

/** Follow-ups with a store on disk, and an Argo CD and a target that the test controls. */
export class Scene {
  readonly clock = new ManualClock();
  readonly folder = storeFolder();
  readonly applications = new Map<string, Application>();
  /** Applications that were read completely, from a message or from Argo CD. */
  readonly reads: string[] = [];
  /** The keys of actions that were done. */
  readonly done: string[] = [];
  readonly seen: string[] = [];
  readonly said: string[] = [];
  /** Messages of the stream cannot be parsed completely. */
  isOdd = false;
  /** The URL of Argo CD. */
  url = 'https://argocd.example';
  /** The instances of the configuration, with their addresses; `url` where there is none. */
  instances = new Map<string, string | undefined>([['prod', undefined]]);
  store!: SqliteStore;
  followUps!: FollowUps;
  #life = new AbortController();

  constructor(now: number) {
    this.clock.jump(now - this.clock.now());
  }

  /** Starts the handler with this configuration. */
  async start(
    configured = settings(),
    more: Partial<Pick<FollowUpsPorts, 'rulesOfRun'>> = {},
  ): Promise<void> {
    this.store = SqliteStore.open(this.folder.path, systemClock);
    this.#life = new AbortController();
    const target: ActionTarget = {
      prepare: ({ key }) => Promise.resolve(key),
      send: (key) => {
        this.done.push(key);
        return Promise.resolve({ id: this.done.length, name: key, page: '' });
      },
      lookUp: () => Promise.resolve(undefined),
    };
    this.followUps = new FollowUps({
      ...{ store: this.store.events, clock: this.clock, random: () => 0.5, ...more },
      ...{ signal: this.#life.signal },
      targets: Object.fromEntries(actionKinds.map(({ kind }) => [kind, target])) as ActionTargets,
      server: (argocd) =>
        this.instances.has(argocd)
          ? this.#server(this.instances.get(argocd) ?? this.url)
          : undefined,
      telemetry: {
        eventSeen: (kind, late) => this.seen.push(late ? `${kind} late` : kind),
        eventTooOld: (kind) => this.seen.push(`${kind} too old`),
        actionsMade: () => undefined,
        chainRefused: (why) => this.said.push(`refused: ${why}`),
        flooded: () => this.seen.push('flooded'),
        seenAgain: () => this.said.push('seen again'),
        annotationFault: (reason) => this.said.push(reason),
      },
      onFault: (error) => assert.fail(error as Error),
      onDelay: (name) => this.said.push(`${name} waits`),
      onFlood: (name) => this.said.push(`${name} is flooded`),
    });
    await this.followUps.start();
    this.followUps.configure(configured);
  }

  /** Stops the handler. The store keeps its content. */
  async stop(): Promise<void> {
    this.#life.abort();
    await this.followUps.close();
    await this.store.close();
  }

  async end(): Promise<void> {
    await this.stop();
    this.folder.remove();
  }

  /** Changes an application silently. */
  put(application: Application): void {
    this.applications.set(printName(application), application);
  }

  /** Changes an application, and reports it on the stream; waits until everything is stored. */
  async tell(
    application: Application,
    type: SummaryEvent['type'] = 'MODIFIED',
    argocd = 'prod',
  ): Promise<void> {
    this.put(application);
    if (type === 'DELETED') this.applications.delete(printName(application));
    await this.followUps.watch(argocd).heard({
      ...{ type, summary: summaryOf(application) },
      read: () => {
        this.reads.push(`message ${application.name}`);
        if (this.isOdd) return Promise.reject(failed('not-argocd'));
        return Promise.resolve(application);
      },
    });
    await this.rest();
  }

  /** A list as Argo CD returns it now. */
  async list(argocd = 'prod'): Promise<void> {
    const all = [...this.applications.values()].map((one) => listingOf(summaryOf(one)));
    await this.followUps.watch(argocd).listed(all, this.clock.now());
    await this.rest();
  }

  /** Advances the clock by so many milliseconds. */
  async pass(ms: number): Promise<void> {
    await this.clock.pass(ms);
    await this.rest();
  }

  /** Waits until nothing happens any more that needs no time: the store writes in its own turns. */
  async rest(): Promise<void> {
    let before = '';
    for (let calm = 0; calm < 10;) {
      // A separate write, after those in progress.
      await this.store.events.forgetEvents({ argocd: 'prod', uid: 'nobody' });
      await this.clock.pass(0);
      const { events } = this.store;
      const due = await events.dueActions(this.clock.now(), 1);
      const now = JSON.stringify([await events.actionFigures(), this.reads, this.done, this.seen]);
      calm = due.length === 0 && now === before ? calm + 1 : 0;
      before = now;
    }
  }

  async actions(): Promise<readonly StoredAction[]> {
    return [...(await this.store.events.actions({ limit: 1_000 }))].reverse();
  }

  /** `succeeded smoke done`, one per action, oldest first. */
  async brief(): Promise<readonly string[]> {
    return (await this.actions()).map((action) => {
      const { event, late } = readActionBody(action);
      return [event.kind, action.rule, action.state, ...(late ? ['late'] : [])].join(' ');
    });
  }

  #server(url: string) {
    const get: ArgoCD['get'] = (address) => {
      this.reads.push(`get ${address.name}`);
      const found = this.applications.get(printName(address));
      return found === undefined ? Promise.reject(failed('not-found')) : Promise.resolve(found);
    };
    return {
      argocd: { get },
      ...{ namespace: 'argocd', url },
      pageOf: ({ name }: { readonly name: string }) => `${url}/applications/${name}`,
    };
  }
}
