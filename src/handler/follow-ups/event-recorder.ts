import { readActionBody } from '../../actions/action-body.ts';
import type { StoredAction } from '../../actions/stored-action.ts';
import { actionKeyOf } from '../../follow-ups/action-key.ts';
import type { FollowUpRule } from '../../follow-ups/follow-up.ts';
import { targetKey } from '../../follow-ups/target-key.ts';
import type { ApplicationEvent } from '../../sync/events/application-event.ts';
import { deletionOf, deriveEvents } from '../../sync/events/derive-events.ts';
import type { EventMemory } from '../../sync/events/event-memory.ts';
import { levelHealth } from '../../sync/events/health-count.ts';
import { lookOf } from '../../sync/events/look.ts';
import type { Application } from '../../sync/model/application.ts';
import { isOlder, type Versioned } from '../../sync/model/resource-version.ts';
import type {
  ApplicationMemory,
  EventStep,
  EventStore,
  MemoryKey,
  MemorySubject,
} from '../store/event-store.ts';
import type {
  ActionSettings,
  ActionSubject,
  EventActions,
  EventActionsPorts,
  SeenAt,
  SeenEvent,
} from './event-actions.ts';
import type { FollowUpTelemetry, WatchedArgoCD } from './follow-up-ports.ts';
import { isKeyOf, knownApplication, placeOf, type KnownApplication } from './known-application.ts';

/** How many actions of an application are searched for a similar one, newest first. */
const mostAlike = 100;
/** More applications than are deleted while a read of one of them is in progress. */
const mostGone = 10_000;

/** A look at an application, and its circumstances. */
export interface Look {
  readonly argocd: string;
  readonly server: WatchedArgoCD;
  /** Since when the application is followed, in local milliseconds. */
  readonly since: number;
  /** It is the first look of this process: what it shows may have happened earlier. */
  readonly isFirst: boolean;
}

/** What the recorder needs. */
export interface EventRecorderPorts {
  readonly store: Pick<
    EventStore,
    'eventMemoriesOf' | 'recordEvents' | 'forgetEvents' | 'action' | 'actions'
  >;
  /** Whether there is an Argo CD instance of that name. */
  readonly isConfigured: (argocd: string) => boolean;
  /** For the current configuration. */
  readonly actions: () => EventActions;
  readonly limits: () => Pick<ActionSettings['followUpLimits'], 'catchUp'>;
  /** Since when a rule of the configuration is followed, in local milliseconds. */
  readonly sinceOf: (rule: FollowUpRule) => number;
  readonly now: () => number;
  /** When this process started to watch, in local milliseconds. */
  readonly startedAt: number;
  readonly telemetry: Pick<FollowUpTelemetry, 'eventSeen' | 'eventTooOld' | 'actionsMade'>;
  /** Told of an event that starts nothing because it is too old. */
  readonly onIdle: EventActionsPorts['onIdle'];
  /** New actions were stored. */
  readonly onActions: () => void;
}

/**
 * Turns looks at applications into events and stores them. Memory and actions are stored in one step, so that
 * they cannot diverge. Looks at one application are recorded in order, and one that is older than the last
 * is dropped: the stream may deliver later what was already read for a hook.
 */
export class EventRecorder {
  readonly #ports: EventRecorderPorts;
  /** The latest recording of each application that is running or queued, by `uid`. */
  readonly #turns = new Map<string, Promise<void>>();
  /** The newest of each application that was recorded, by `placeOf`. */
  readonly #newest = new Map<string, Versioned>();
  /** Deleted applications, by `placeOf`: reads that started before the deletion are ignored. */
  readonly #gone = new Set<string>();

  constructor(ports: EventRecorderPorts) {
    this.#ports = ports;
  }

  /** Resolves when everything that the look shows is stored. Rejects only with errors of the store. */
  record(application: Application, look: Look): Promise<void> {
    return this.#inTurn(application.uid, () => this.#record(application, look));
  }

  /**
   * Records what a run has seen of its own operation. That look may be older than the watch's newest, so
   * only the watch reports the health.
   */
  recordOperation(application: Application, look: Look): Promise<void> {
    return this.#inTurn(application.uid, async () => {
      const { memory } = await this.#knownOf(application.uid, look);
      if (memory === undefined) return this.#record(application, look);
      await this.#record({ ...application, health: untold }, look, memory.about);
    });
  }

  /**
   * Records the look, then adds the action of one more rule for an event that the look shows. Returns that
   * action, or the one by which another rule queues the same pipeline for the same event. Undefined: too
   * many wait before it.
   */
  async addRule(
    application: Application,
    look: Omit<Look, 'isFirst' | 'since'>,
    event: ApplicationEvent,
    rule: FollowUpRule,
  ): Promise<StoredAction | undefined> {
    const made: { action?: StoredAction | undefined } = {};
    await this.#inTurn(application.uid, async () => {
      made.action = await this.#addRule(application, look, event, rule);
    });
    return made.action;
  }

  /** Records that the application was deleted. Then it is forgotten. */
  recordDeletion(application: Application, look: Look): Promise<void> {
    return this.#inTurn(application.uid, async () => {
      // The last changes before the deletion.
      await this.#record(application, look);
      await this.#delete(application, look);
    });
  }

  /** Records that the application was deleted while nobody watched. Only what was stored is known of it. */
  recordAbsence(memory: ApplicationMemory, look: Look): Promise<void> {
    const { uid, about } = memory;
    if (about === undefined) return this.forget(memory);
    return this.#inTurn(uid, () =>
      this.#delete({ ...about, uid, images: [], operationState: undefined }, look),
    );
  }

  /** Forgets an application without an event: another has its name, or its fate is unknown. */
  forget(which: MemoryKey): Promise<void> {
    return this.#inTurn(which.uid, () => this.#forget(which));
  }

  async #forget({ argocd, uid }: MemoryKey): Promise<void> {
    await this.#ports.store.forgetEvents({ argocd, uid });
    const place = placeOf({ argocd, uid });
    this.#newest.delete(place);
    this.#gone.add(place);
    const [oldest] = this.#gone;
    if (this.#gone.size > mostGone && oldest !== undefined) this.#gone.delete(oldest);
  }

  /** `kept`: the look is of an operation alone, older or not, and the application stays as it was recorded. */
  async #record(application: Application, look: Look, kept?: MemorySubject): Promise<void> {
    const { telemetry } = this.#ports;
    const { uid, resourceVersion } = application;
    const place = placeOf({ argocd: look.argocd, uid });
    const newest = kept === undefined ? this.#newest.get(place) : undefined;
    if (this.#gone.has(place) || (newest !== undefined && isOlder(application, newest))) return;
    const known = await this.#knownOf(uid, look);
    const since = secondOf(Math.max(look.since, this.#oldest));
    const now = this.#ports.now();
    const { events, memory } = deriveEvents(known.memory, application, since, now);
    const seenAt = this.#seenAt(application, look, known);
    const seen = this.#meant(events, look, seenAt);
    const actions = await this.#ports.actions().of(seen, application, seenAt);
    const about = kept ?? subjectOf(application, look);
    const others = known.others.filter((other) => !this.#hasPassed(other, application));
    const step = stepOf({ ...memory, about }, look, { ...known, others }, actions);
    const isNews =
      actions.length > 0 ||
      known.replaces.length > 0 ||
      JSON.stringify(step.memory) !== JSON.stringify(known.memory);
    if (isNews) await this.#store(step);
    if (kept === undefined) this.#newest.set(place, { resourceVersion });
    if (!isNews) return;
    for (const { event, late } of seen) telemetry.eventSeen(event.kind, late);
  }

  async #addRule(
    application: Application,
    look: Omit<Look, 'isFirst' | 'since'>,
    event: ApplicationEvent,
    rule: FollowUpRule,
  ): Promise<StoredAction | undefined> {
    const { store } = this.#ports;
    const { uid } = application;
    const isFirst = (await this.#knownOf(uid, look)).memory === undefined;
    // The regular rules come first: if one of them queues the pipeline already, the hook need not.
    await this.#record(application, { ...look, since: 0, isFirst });
    const known = await this.#knownOf(uid, look);
    const key = actionKeyOf(event, rule, known.keyPrefix);
    const earlier = (await store.action(key)) ?? (await this.#alike(event, rule, known));
    if (earlier !== undefined) return earlier;
    const seenAt = this.#seenAt(application, look, known);
    const action = await this.#ports.actions().ofRule(event, rule, application, seenAt);
    if (action === undefined) return undefined;
    await this.#store(stepOf(known.memory ?? emptyMemory(uid), look, known, [action]));
    // It was deleted while the hook's call was being answered.
    const which = { argocd: look.argocd, uid };
    if (this.#gone.has(placeOf(which))) await store.forgetEvents(which);
    return action;
  }

  /** An action for the same event and pipeline. A hook that counts attempts gets its own. */
  async #alike(
    event: ApplicationEvent,
    rule: FollowUpRule,
    { keyPrefix }: KnownApplication,
  ): Promise<StoredAction | undefined> {
    const { do: wanted, each } = rule;
    if (each === 'attempt') return undefined;
    const target = targetKey(wanted);
    if (target === undefined) return undefined;
    const { uid } = event.application;
    const actions = await this.#ports.store.actions({ uid, limit: mostAlike });
    return actions.find((one) => {
      if (!isKeyOf({ keyPrefix, uid }, one.key)) return false;
      const { event: its, action } = readActionBody(one);
      return its.id === event.id && !one.rule.startsWith('hook/') && targetKey(action) === target;
    });
  }

  async #delete(
    application: ActionSubject & Pick<Application, 'uid' | 'images'>,
    look: Look,
  ): Promise<void> {
    const { now, telemetry } = this.#ports;
    const { isFirst } = look;
    const { uid } = application;
    const event = deletionOf(application, now());
    const seen = [{ event, late: isFirst, isMeant: () => true }];
    const known = await this.#knownOf(uid, look);
    const actions = await this.#ports
      .actions()
      .of(seen, application, this.#seenAt(application, look, known));
    if (actions.length > 0) {
      await this.#store(stepOf(known.memory ?? emptyMemory(uid), look, known, actions));
    }
    telemetry.eventSeen(event.kind, isFirst);
    // After a crash in between, the application is found deleted again: the same event, so the same actions.
    for (const which of [{ argocd: look.argocd, uid }, ...known.replaces]) {
      await this.#forget(which);
    }
  }

  /** Whether another instance has seen a later state: what it counts has not happened here yet. */
  #hasPassed(other: MemoryKey, application: Versioned): boolean {
    const newest = this.#newest.get(placeOf(other));
    return newest !== undefined && isOlder(application, newest);
  }

  async #knownOf(
    uid: string,
    { argocd, server }: Pick<Look, 'argocd' | 'server'>,
  ): Promise<KnownApplication> {
    const { store, isConfigured } = this.#ports;
    const all = await store.eventMemoriesOf(uid);
    return knownApplication(all, { argocd, url: server.url, isConfigured });
  }

  async #store(step: EventStep): Promise<void> {
    const { store, telemetry, onActions } = this.#ports;
    const made = await store.recordEvents(step);
    telemetry.actionsMade(made);
    if (made > 0) onActions();
  }

  #seenAt(
    { name, namespace }: Pick<Application, 'name' | 'namespace'>,
    { argocd, server }: Pick<Look, 'argocd' | 'server'>,
    { keyPrefix }: KnownApplication,
  ) {
    const applicationUrl = server.pageOf({ name, namespace });
    const ownNamespace = server.namespace;
    return { argocd, keyPrefix, ownNamespace, applicationUrl, now: this.#ports.now() };
  }

  /** Drops events at the first look of a process that are too old, or older than the rule they would trigger. */
  #meant(
    events: readonly ApplicationEvent[],
    { isFirst }: Look,
    seenAt: SeenAt,
  ): readonly SeenEvent[] {
    const { startedAt, sinceOf, telemetry, onIdle } = this.#ports;
    if (!isFirst) return events.map((event) => ({ event, late: false, isMeant: () => true }));
    const began = secondOf(startedAt);
    return events.flatMap((event) => {
      // Argo CD does not always give the time.
      const at = event.at === 0 ? startedAt : event.at;
      if (at < this.#oldest) {
        telemetry.eventTooOld(event.kind);
        onIdle(event, { ...seenAt, late: true }, [tooOld]);
        return [];
      }
      const isMeant = (rule: FollowUpRule) => at >= secondOf(sinceOf(rule));
      return [{ event, late: at < began, isMeant }];
    });
  }

  get #oldest(): number {
    return this.#ports.now() - this.#ports.limits().catchUp;
  }

  async #inTurn(uid: string, work: () => Promise<void>): Promise<void> {
    const before = this.#turns.get(uid) ?? Promise.resolve();
    const turn = before.then(work, work);
    // The next recording starts even if this one failed; the caller gets the failure.
    const settled = turn.catch(() => undefined);
    this.#turns.set(uid, settled);
    try {
      await turn;
    } finally {
      if (this.#turns.get(uid) === settled) this.#turns.delete(uid);
    }
  }
}

const tooOld = 'It was older than `followUpLimits.catchUp` when the handler saw it.';

/** Neither degraded nor recovered. */
const untold: Application['health'] = { status: 'Unknown', message: '' };

/** Argo CD writes whole seconds. */
function secondOf(time: number): number {
  return Math.floor(time / 1_000) * 1_000;
}

function subjectOf(application: Application, { argocd, server }: Look): MemorySubject {
  const { name, namespace, project, labels, annotations } = application;
  const look = lookOf(application);
  return { argocd, url: server.url, name, namespace, project, labels, annotations, look };
}

/** What an instance has learned, to be stored. */
function stepOf(
  memory: EventMemory & Pick<ApplicationMemory, 'about'>,
  { argocd }: Pick<Look, 'argocd'>,
  { memory: before, keyPrefix, replaces, others }: KnownApplication,
  actions: readonly StoredAction[],
): EventStep {
  const prefixed = keyPrefix === undefined ? {} : { keyPrefix };
  const counted = before === undefined ? levelHealth(memory, others) : memory;
  return { memory: { ...counted, argocd, ...prefixed }, replaces, actions };
}

function emptyMemory(uid: string): EventMemory {
  return { uid, operation: undefined, historyId: -1, isDegraded: false, degradations: 0 };
}
