import { printKey } from '../../sync/model/application.ts';
import type { ApplicationEvent } from '../../sync/events/application-event.ts';
import { plainLine, webAddress } from '../../text/foreign-text.ts';

/** How many events are kept, of all applications and of each. */
const most = { ofAll: 2_000, ofEach: 50, reasons: 10 } as const;
const longest = { name: 317, reason: 500 } as const;

/** Where and how an event was seen. */
export interface IdleEventSource {
  readonly argocd: string;
  readonly applicationUrl: string;
  /** It happened while no handler was watching. */
  readonly late: boolean;
}

/** An event without a follow-up, for people. Texts are foreign, and cut to one line. */
export interface IdleEvent extends IdleEventSource, Pick<ApplicationEvent, 'id' | 'kind'> {
  readonly uid: string;
  readonly name: string;
  readonly namespace: string;
  /** The phase or hook that the event is about; empty for other events. */
  readonly part: string;
  /** Who started the operation: `run`, `autoSync`, `user alice`…; empty for events without one. */
  readonly startedBy: string;
  /** The page of the run that started it, according to the operation. */
  readonly runPage: string | undefined;
  /** When the handler saw it, in local milliseconds. */
  readonly seenAt: number;
  /** Why nothing was started: sentences. */
  readonly reasons: readonly string[];
}

/**
 * The newest events that started nothing, or less than their rules ask for, so that people can see that
 * they were seen, and why nothing happened. Kept in memory only: there may be many of them, and nothing is
 * decided by them. No application displaces all others.
 */
export class IdleEvents {
  /** By id, the oldest first. */
  readonly #events = new Map<string, IdleEvent>();
  /** Ids by the application's uid, the oldest first. */
  readonly #ofEach = new Map<string, Set<string>>();

  /** Keeps an event; one that is seen again replaces itself. */
  add(
    event: ApplicationEvent,
    { argocd, applicationUrl, late }: IdleEventSource,
    reasons: readonly string[],
    seenAt: number,
  ): void {
    const { id, kind, application, operation, phase, hook } = event;
    const { uid, name, namespace } = application;
    const origin = operation?.origin;
    const line = (text: string) => plainLine(text, longest.name);
    this.#drop(id);
    const ids = this.#ofEach.get(uid) ?? new Set();
    this.#ofEach.set(uid, ids.add(id));
    this.#events.set(id, {
      ...{ id, kind, uid, argocd, applicationUrl, late, seenAt },
      ...{ name: line(name), namespace: line(namespace) },
      part: line(hook === undefined ? (phase ?? '') : `${phase ?? ''} ${printKey(hook)}`),
      startedBy: line(origin?.kind === 'user' ? `user ${origin.name}` : (origin?.kind ?? '')),
      runPage: origin?.kind === 'run' ? webAddress(origin.page ?? '') : undefined,
      reasons: reasons.slice(0, most.reasons).map((one) => plainLine(one, longest.reason)),
    });
    const [oldestOfIt] = ids;
    if (ids.size > most.ofEach && oldestOfIt !== undefined) this.#drop(oldestOfIt);
    const [oldest] = this.#events.keys();
    if (this.#events.size > most.ofAll && oldest !== undefined) this.#drop(oldest);
  }

  /** The newest first. `application`: only of applications with this name, without their namespace. */
  newest(limit: number, application?: string): readonly IdleEvent[] {
    const found = [...this.#events.values()].reverse();
    return found
      .filter(({ name }) => application === undefined || name === application)
      .slice(0, limit);
  }

  #drop(id: string): void {
    const uid = this.#events.get(id)?.uid;
    if (uid === undefined) return;
    this.#events.delete(id);
    const ids = this.#ofEach.get(uid);
    ids?.delete(id);
    if (ids?.size === 0) this.#ofEach.delete(uid);
  }
}
