import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from '../../async/clock.ts';
import type { FollowUpRule } from '../../follow-ups/follow-up.ts';
import type { ApplicationEvent } from '../../sync/events/application-event.ts';
import type { Application, ApplicationName } from '../../sync/model/application.ts';
import type { EventStore, MemoryKey, StoredAction } from '../store/event-store.ts';
import { sweepEndlessly } from '../store/sweeper.ts';
import { findActionBody } from '../../actions/action-body.ts';
import { ActionWorker } from '../../actions/action-worker.ts';
import { AnnotationWatch } from './annotation-watch.ts';
import { asksNothing, FollowPolicy, followedNames } from './follow-policy.ts';
import { EventActions, type ActionSettings, type EventActionsPorts } from './event-actions.ts';
import { EventRecorder } from './event-recorder.ts';
import { EventWatch } from './event-watch.ts';
import type {
  AnnotationFaults,
  FollowUpFigures,
  FollowUpTelemetry,
  RulesOfRun,
  Standing,
  WatchedArgoCD,
} from './follow-up-ports.ts';
import { IdleEvents, type IdleEvent } from './idle-events.ts';
import { isKeyOf } from './known-application.ts';
import { RulePace } from './rule-pace.ts';
import { TargetsByKind, type ActionTargets } from '../../actions/targets-by-kind.ts';

/** What the follow-ups need. */
export interface FollowUpsPorts {
  readonly store: EventStore;
  /** An Argo CD by its name; undefined if it is not configured. */
  readonly server: (argocd: string) => WatchedArgoCD | undefined;
  readonly targets: ActionTargets;
  readonly rulesOfRun?: RulesOfRun;
  readonly telemetry: FollowUpTelemetry;
  readonly clock: Clock;
  readonly random: () => number;
  /** Called with what an operator should know: store errors and bugs. */
  readonly onFault: (error: unknown) => void;
  /** Called once when a rule has reached its hourly limit and its actions have to wait. */
  readonly onDelay: (rule: string, until: number) => void;
  /** Called at most once an hour per rule when its actions are dropped, since too many wait before them. */
  readonly onFlood: (rule: string) => void;
  /** Aborts when the process ends. */
  readonly signal: AbortSignal;
}

/** The configuration of follow-ups, and how long finished actions are kept. */
export interface FollowUpsSettings extends ActionSettings {
  /** Milliseconds. */
  readonly retention: number;
  /** Whether runs may bring rules of their own. */
  readonly takesInputs: boolean;
}

const hour = 3_600_000;
/** How many actions of an application are searched. */
const mostActions = 500;
/** Milliseconds before a failed store is asked again. */
const pauseOfStore = 2_000;

const nothing: FollowUpsSettings = {
  ...{
    followUps: [],
    grants: [],
    organization: undefined,
    retention: 7 * 24 * hour,
    takesInputs: false,
  },
  followUpLimits: {
    ...{ catchUp: 24 * hour, keepTrying: 72 * hour, chainDepth: 5, actionsPerHour: 600 },
  },
};

/** From looks at applications to finished actions. Nothing is followed before `configure`. */
export class FollowUps {
  readonly #ports: FollowUpsPorts;
  readonly #annotations: AnnotationWatch;
  readonly #pace = new RulePace();
  readonly #idle = new IdleEvents();
  readonly #watches = new Map<string, EventWatch>();
  readonly #recorder: EventRecorder;
  readonly #worker: ActionWorker;
  readonly #running: Promise<void>[] = [];
  /** Rules whose delay was reported, and until when it lasts. */
  readonly #delayed = new Map<string, number>();
  /** Rules whose flood was reported, and until when it is not reported again. */
  readonly #flooded = new Map<string, number>();
  #settings = nothing;
  #actions: EventActions;
  #policy: Promise<FollowPolicy> = Promise.resolve(new FollowPolicy(nothing, new Map()));
  #currentPolicy = new FollowPolicy(nothing, new Map());

  constructor(ports: FollowUpsPorts) {
    this.#ports = ports;
    this.#annotations = new AnnotationWatch(ports.telemetry);
    const { store, clock, random, telemetry, onFault } = ports;
    const target = new TargetsByKind(ports.targets);
    this.#worker = new ActionWorker({ store, target, clock, random, onFault });
    this.#actions = this.#actionsBy(nothing);
    this.#recorder = new EventRecorder({
      ...{ store, telemetry },
      actions: () => this.#actions,
      limits: () => this.#settings.followUpLimits,
      sinceOf: (rule) => this.#currentPolicy.sinceOf(rule),
      isConfigured: this.#isConfigured,
      now: () => clock.now(),
      startedAt: clock.now(),
      onActions: () => this.#worker.wake(),
      onIdle: this.#keepIdle,
    });
  }

  /** Starts: counts what earlier processes stored, and executes actions that are due. */
  async start(): Promise<void> {
    const { store, clock, signal, onFault } = this.#ports;
    this.#pace.recall(await store.pacedActions(clock.now() - hour));
    const sweep = (before: number, now: number, most: number) => {
      this.#pace.sweep(now);
      return store.sweepActions(before, most);
    };
    const retention = () => this.#settings.retention;
    this.#running.push(
      this.#worker.run(signal),
      sweepEndlessly(sweep, retention, clock, signal).catch(onFault),
    );
  }

  /** Applies a configuration. What is new in it is followed from now on. */
  configure(settings: FollowUpsSettings): void {
    this.#settings = settings;
    this.#actions = this.#actionsBy(settings);
    this.#annotations.configure(settings);
    this.#policy = this.#policyFor(settings);
  }

  /** Receives the messages and lists of all applications of an Argo CD. */
  watch(argocd: string): Pick<EventWatch, 'heard' | 'listed'> {
    return this.#watchOf(argocd);
  }

  /** Requests a look at an application now, for example because a hook reported something. */
  hint(argocd: string, name: ApplicationName): void {
    if (this.#ports.server(argocd) !== undefined) this.#watchOf(argocd).hint(name);
  }

  /**
   * Stores what an application shows, and the action of one more rule, from a hook, for one of its events.
   * Returns that action, or the one that queues the same pipeline for the same event. Undefined: too many
   * wait before it.
   */
  async addRule(
    argocd: string,
    application: Application,
    event: ApplicationEvent,
    rule: FollowUpRule,
  ): Promise<StoredAction | undefined> {
    const server = this.#ports.server(argocd);
    if (server === undefined) throw new Error(`Argo CD ${argocd} is no longer configured`);
    return this.#recorder.addRule(application, { argocd, server }, event, rule);
  }

  /**
   * Records what an application shows of a run's operation, as the watch would. Once this resolves, memory and
   * actions are stored: everything that the operation has started by then is in the store.
   */
  async recordOperation(argocd: string, application: Application): Promise<void> {
    const { server: serverOf, clock } = this.#ports;
    const server = serverOf(argocd);
    if (server === undefined) return;
    const isFirst = !this.#watchOf(argocd).follows(application);
    const since = application.operationState?.startedAt ?? clock.now();
    await this.#recorder.recordOperation(application, { argocd, server, since, isFirst });
  }

  /** Call after storing actions elsewhere, or making one due earlier. */
  wake(): void {
    this.#worker.wake();
  }

  /** The actions for an application, newest first; with a key, only those of that operation. */
  async actionsOf(which: MemoryKey, operationKey?: string): Promise<readonly StoredAction[]> {
    const isWanted = (operation: ApplicationEvent['operation']) =>
      operationKey === undefined || operation?.key === operationKey;
    return this.#actionsWith(which, isWanted);
  }

  /** Those of the operation with the marker of a run. */
  actionsOfRun(which: MemoryKey, marker: string): Promise<readonly StoredAction[]> {
    return this.#actionsWith(which, (operation) => {
      const origin = operation?.origin;
      return origin?.kind === 'run' && origin.marker === marker;
    });
  }

  /** Applications whose annotations are invalid or not granted. */
  faults(): readonly AnnotationFaults[] {
    return this.#annotations.faults();
  }

  /** What is wrong with the annotations of an application, for the run that syncs it. */
  faultsOf(argocd: string, application: Application): readonly string[] {
    return this.#annotations.faultsOf(argocd, application);
  }

  /** The newest events that started nothing, and why; of applications with this name, if one is given. */
  idleEvents(limit: number, application?: string): readonly IdleEvent[] {
    return this.#idle.newest(limit, application);
  }

  /** Whether the configuration has nothing followed. */
  get followsNothing(): boolean {
    return asksNothing(this.#settings);
  }

  /** What is known of applications with this name, without their namespace: whether they are followed. */
  standing(application: string): readonly Standing[] {
    return [...this.#watches.values()].flatMap((watch) => watch.standing(application));
  }

  get figures(): FollowUpFigures {
    let [followed, unread] = [0, 0];
    for (const { figures } of this.#watches.values()) {
      followed += figures.followed;
      unread += figures.unread;
    }
    return { followed, unread, faulty: this.#annotations.faulty };
  }

  /** Resolves when nothing is running. The signal of the ports must have aborted. */
  async close(): Promise<void> {
    await Promise.all(this.#running);
  }

  async #actionsWith(
    which: MemoryKey,
    isWanted: (operation: ApplicationEvent['operation']) => boolean,
  ): Promise<readonly StoredAction[]> {
    const { store } = this.#ports;
    const memory = await store.eventMemory(which);
    const all = await store.actions({ uid: which.uid, limit: mostActions });
    const found: StoredAction[] = [];
    for (const action of all) {
      if (memory !== undefined && !isKeyOf(memory, action.key)) continue;
      const body = findActionBody(action);
      if (body !== undefined && isWanted(body.event.operation)) found.push(action);
      await nextTurn();
    }
    return found;
  }

  #watchOf(argocd: string): EventWatch {
    const known = this.#watches.get(argocd);
    if (known !== undefined) return known;
    const { store, clock, random, onFault, rulesOfRun, signal, server } = this.#ports;
    const watch = new EventWatch({
      ...{ argocd, store, clock, random, onFault, rulesOfRun },
      isConfigured: this.#isConfigured,
      server: () => server(argocd),
      policy: () => this.#policy,
      recorder: this.#recorder,
      annotations: this.#annotations,
    });
    this.#watches.set(argocd, watch);
    this.#running.push(watch.run(signal).catch(onFault));
    return watch;
  }

  #actionsBy(settings: ActionSettings): EventActions {
    const { store, rulesOfRun, telemetry } = this.#ports;
    return new EventActions(settings, {
      ...{ store, rulesOfRun, telemetry, pace: this.#pace },
      onDelay: (rule, until) => {
        if (!this.#isSaid(this.#delayed, rule, until)) this.#ports.onDelay(rule, until);
      },
      onFlood: (rule) => {
        const until = this.#flooded.get(rule) ?? this.#ports.clock.now() + hour;
        if (!this.#isSaid(this.#flooded, rule, until)) this.#ports.onFlood(rule);
      },
      onIdle: this.#keepIdle,
    });
  }

  readonly #isConfigured = (argocd: string): boolean => this.#ports.server(argocd) !== undefined;

  readonly #keepIdle: EventActionsPorts['onIdle'] = (event, source, reasons) =>
    this.#idle.add(event, source, reasons, this.#ports.clock.now());

  /** Whether something was reported of a rule. Marks it as reported until then. */
  #isSaid(said: Map<string, number>, rule: string, until: number): boolean {
    const now = this.#ports.clock.now();
    for (const [name, at] of said) if (at <= now) said.delete(name);
    const isSaid = said.has(rule);
    said.set(rule, until);
    return isSaid;
  }

  /** Resolves when the store has returned since when everything is followed; never rejects. */
  async #policyFor(settings: FollowUpsSettings): Promise<FollowPolicy> {
    const { store, clock, signal, onFault } = this.#ports;
    while (!signal.aborted) {
      try {
        const since = await store.followedSince(followedNames(settings), clock.now());
        const policy = new FollowPolicy(settings, since);
        if (this.#settings === settings) this.#currentPolicy = policy;
        return policy;
      } catch (error) {
        onFault(error);
        await clock.sleep(pauseOfStore, signal);
      }
    }
    return new FollowPolicy(nothing, new Map());
  }
}
