import { readActionBody } from '../../actions/action-body.ts';
import type { StoredAction } from '../../actions/stored-action.ts';
import { actionKeyOf } from '../../follow-ups/action-key.ts';
import type { FollowUpRule } from '../../follow-ups/follow-up.ts';
import { targetKey } from '../../follow-ups/target-key.ts';
import type { ApplicationEvent } from '../../sync/events/application-event.ts';
import { deletionOf, deriveEvents } from '../../sync/events/derive-events.ts';
import { lookOf } from '../../sync/events/look.ts';
import type { Application } from '../../sync/model/application.ts';
import { isOlder, type Versioned } from '../../sync/model/resource-version.ts';
import type {
  ApplicationMemory,
  EventStep,
  EventStore,
  MemorySubject,
} from '../store/event-store.ts';
import type {
  ActionSettings,
  ActionSubject,
  EventActions,
  EventActionsPorts,
  SeenEvent,
} from './event-actions.ts';
import type { FollowUpTelemetry, WatchedArgoCD } from './follow-up-ports.ts';

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
    'eventMemory' | 'recordEvents' | 'forgetEvents' | 'action' | 'actions'
  >;
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
  /** The newest of each application that was recorded, by `uid`. */
  readonly #newest = new Map<string, Versioned>();
  /** Deleted applications: reads that started before the deletion are ignored. */
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
      const known = await this.#ports.store.eventMemory(application.uid);
      if (known === undefined) return this.#record(application, look);
      await this.#record({ ...application, health: untold }, look, known.about);
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
  recordAbsence({ uid, about }: ApplicationMemory, look: Look): Promise<void> {
    return this.#inTurn(uid, async () => {
      if (about === undefined) return this.#forget(uid);
      await this.#delete({ ...about, uid, images: [], operationState: undefined }, look);
    });
  }

  /** Forgets an application without an event: another has its name, or its fate is unknown. */
  forget(uid: string): Promise<void> {
    return this.#inTurn(uid, () => this.#forget(uid));
  }

  async #forget(uid: string): Promise<void> {
    await this.#ports.store.forgetEvents(uid);
    this.#newest.delete(uid);
    this.#gone.add(uid);
    const [oldest] = this.#gone;
    if (this.#gone.size > mostGone && oldest !== undefined) this.#gone.delete(oldest);
  }

  /** `kept`: the look is of an operation alone, older or not, and the application stays as it was recorded. */
  async #record(application: Application, look: Look, kept?: MemorySubject): Promise<void> {
    const { store, telemetry } = this.#ports;
    const { uid, resourceVersion } = application;
    const newest = kept === undefined ? this.#newest.get(uid) : undefined;
    if (this.#gone.has(uid) || (newest !== undefined && isOlder(application, newest))) return;
    const known = await store.eventMemory(uid);
    const since = secondOf(Math.max(look.since, this.#oldest));
    const { events, memory } = deriveEvents(known, application, since, this.#ports.now());
    const seen = this.#meant(events, application, look);
    const actions = await this.#ports
      .actions()
      .of(seen, application, this.#placeOf(application, look));
    const about = kept ?? subjectOf(application, look);
    const step = { memory: { ...memory, about }, actions };
    const isNews = actions.length > 0 || JSON.stringify(step.memory) !== JSON.stringify(known);
    if (isNews) await this.#store(step);
    if (kept === undefined) this.#newest.set(uid, { resourceVersion });
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
    const isFirst = (await store.eventMemory(uid)) === undefined;
    // The regular rules come first: if one of them queues the pipeline already, the hook need not.
    await this.#record(application, { ...look, since: 0, isFirst });
    const key = actionKeyOf(event, rule);
    const known = (await store.action(key)) ?? (await this.#alike(event, rule));
    if (known !== undefined) return known;
    const place = this.#placeOf(application, look);
    const action = await this.#ports.actions().ofRule(event, rule, application, place);
    if (action === undefined) return undefined;
    const memory = (await store.eventMemory(uid)) ?? emptyMemory(uid);
    await this.#store({ memory, actions: [action] });
    // It was deleted while the hook's call was being answered.
    if (this.#gone.has(uid)) await store.forgetEvents(uid);
    return action;
  }

  /** An action for the same event and pipeline. A hook that counts attempts gets its own. */
  async #alike(event: ApplicationEvent, rule: FollowUpRule): Promise<StoredAction | undefined> {
    const { do: wanted, each } = rule;
    if (each === 'attempt') return undefined;
    const target = targetKey(wanted);
    if (target === undefined) return undefined;
    const actions = await this.#ports.store.actions({
      uid: event.application.uid,
      limit: mostAlike,
    });
    return actions.find((one) => {
      const { event: its, action } = readActionBody(one);
      return its.id === event.id && !one.rule.startsWith('hook/') && targetKey(action) === target;
    });
  }

  async #delete(
    application: ActionSubject & Pick<Application, 'uid' | 'images'>,
    look: Look,
  ): Promise<void> {
    const { store, now, telemetry } = this.#ports;
    const { isFirst } = look;
    const { uid } = application;
    const event = deletionOf(application, now());
    const seen = [{ event, late: isFirst, isMeant: () => true }];
    const actions = await this.#ports
      .actions()
      .of(seen, application, this.#placeOf(application, look));
    if (actions.length > 0) {
      const memory = (await store.eventMemory(uid)) ?? emptyMemory(uid);
      await this.#store({ memory, actions });
    }
    telemetry.eventSeen(event.kind, isFirst);
    // After a crash in between, the application is found deleted again: the same event, so the same actions.
    await this.#forget(uid);
  }

  async #store(step: EventStep): Promise<void> {
    const { store, telemetry, onActions } = this.#ports;
    const made = await store.recordEvents(step);
    telemetry.actionsMade(made);
    if (made > 0) onActions();
  }

  #placeOf(
    { name, namespace }: Pick<Application, 'name' | 'namespace'>,
    { argocd, server }: Pick<Look, 'argocd' | 'server'>,
  ) {
    const applicationUrl = server.pageOf({ name, namespace });
    const ownNamespace = server.namespace;
    return { argocd, ownNamespace, applicationUrl, now: this.#ports.now() };
  }

  /** Drops events at the first look of a process that are too old, or older than the rule they would trigger. */
  #meant(
    events: readonly ApplicationEvent[],
    application: Application,
    look: Look,
  ): readonly SeenEvent[] {
    const { startedAt, sinceOf, telemetry, onIdle } = this.#ports;
    if (!look.isFirst) return events.map((event) => ({ event, late: false, isMeant: () => true }));
    const began = secondOf(startedAt);
    return events.flatMap((event) => {
      // Argo CD does not always give the time.
      const at = event.at === 0 ? startedAt : event.at;
      if (at < this.#oldest) {
        telemetry.eventTooOld(event.kind);
        onIdle(event, { ...this.#placeOf(application, look), late: true }, [tooOld]);
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

function emptyMemory(uid: string): ApplicationMemory {
  return { uid, operation: undefined, historyId: -1, isDegraded: false, degradations: 0 };
}
