import { printKey } from '../../sync/model/application.ts';
import type { ApplicationEvent } from '../../sync/events/application-event.ts';
import { digestOfText } from '../../text/digest.ts';
import { plainLine, webAddress } from '../../text/foreign-text.ts';
import { placeOf } from './known-application.ts';

/** How many rows are kept, of all applications and of each, and how much of each row. */
const most = { ofAll: 2_000, ofEach: 20, ofRow: 20, reasons: 10 } as const;
const longest = { name: 317, reason: 500 } as const;

/** Where and how an event was seen. */
export interface IdleEventSource {
  readonly argocd: string;
  readonly applicationUrl: string;
  /** It happened while no handler was watching. */
  readonly late: boolean;
}

/**
 * What started nothing, for people: an event, or several of one operation for the same reasons. Texts are
 * foreign, and cut to one line.
 */
export interface IdleEvent extends IdleEventSource {
  /** `hookEnded: PreSync Job/migrate`, one per event, in the order in which they were seen. */
  readonly events: readonly string[];
  readonly uid: string;
  readonly name: string;
  readonly namespace: string;
  /** Who started the operation: `run`, `autoSync`, `user alice`…; empty for events without one. */
  readonly startedBy: string;
  /** The page of the run that started it, according to the operation. */
  readonly runPage: string | undefined;
  /** When the handler saw the last of them, in local milliseconds. */
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
  /** The oldest first. */
  readonly #rows = new Map<string, IdleEvent>();
  /** Keys of the rows, by instance and application, the oldest first. */
  readonly #ofEach = new Map<string, Set<string>>();

  /** Keeps an event. One that is seen again is kept once. */
  add(
    event: ApplicationEvent,
    { argocd, applicationUrl, late }: IdleEventSource,
    reasons: readonly string[],
    seenAt: number,
  ): void {
    const { id, application, operation } = event;
    const { uid, name, namespace } = application;
    const origin = operation?.origin;
    const kept = reasons.slice(0, most.reasons).map((one) => plainLine(one, longest.reason));
    const key = digestOfText(JSON.stringify([argocd, uid, operation?.key ?? id, late, kept]));
    const known = this.#rows.get(key)?.events ?? [];
    this.#drop(key);
    const place = placeOf({ argocd, uid });
    const keys = this.#ofEach.get(place) ?? new Set();
    this.#ofEach.set(place, keys.add(key));
    this.#rows.set(key, {
      ...{ uid, argocd, applicationUrl, late, seenAt, reasons: kept },
      ...{ name: line(name), namespace: line(namespace) },
      events: [...new Set([...known, print(event)])].slice(-most.ofRow),
      startedBy: line(origin?.kind === 'user' ? `user ${origin.name}` : (origin?.kind ?? '')),
      runPage: origin?.kind === 'run' ? webAddress(origin.page ?? '') : undefined,
    });
    const [oldestOfIt] = keys;
    if (keys.size > most.ofEach && oldestOfIt !== undefined) this.#drop(oldestOfIt);
    const [oldest] = this.#rows.keys();
    if (this.#rows.size > most.ofAll && oldest !== undefined) this.#drop(oldest);
  }

  /** The newest first. `application`: only of applications with this name, without their namespace. */
  newest(limit: number, application?: string): readonly IdleEvent[] {
    const found = [...this.#rows.values()].reverse();
    return found
      .filter(({ name }) => application === undefined || name === application)
      .slice(0, limit);
  }

  #drop(key: string): void {
    const row = this.#rows.get(key);
    if (row === undefined) return;
    this.#rows.delete(key);
    const place = placeOf(row);
    const keys = this.#ofEach.get(place);
    keys?.delete(key);
    if (keys?.size === 0) this.#ofEach.delete(place);
  }
}

function print({ kind, phase, hook }: ApplicationEvent): string {
  const parts = [phase, hook && printKey(hook)].filter(Boolean);
  return line(parts.length === 0 ? kind : `${kind}: ${parts.join(' ')}`);
}

function line(text: string): string {
  return plainLine(text, longest.name);
}
