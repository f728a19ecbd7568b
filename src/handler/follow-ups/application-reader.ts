import { backoff } from '../../async/backoff.ts';
import type { Clock } from '../../async/clock.ts';
import { Wakeup } from '../../async/wakeup.ts';
import { printName, type ApplicationName } from '../../sync/model/application.ts';

/** An application to read; its AppProject lets Argo CD tell "gone" from "hidden". */
export interface Wanted extends Required<ApplicationName> {
  readonly project: string;
}

/** How a reader reads, and with what. */
export interface ApplicationReaderPorts {
  /** Reads one and does with it what is to be done. Says whether that is to be tried again. */
  readonly read: (wanted: Wanted, signal: AbortSignal) => Promise<'done' | 'again'>;
  readonly clock: Clock;
  readonly random: () => number;
}

/** Applications that are read at the same time. */
const atOnce = 4;
/** Milliseconds before the next try of one that could not be read. */
const pauses = { first: 2_000, most: 60_000 } as const;
const longestSleep = 60_000;

interface Entry extends Wanted {
  dueAt: number;
  tries: number;
  isReading: boolean;
  /** It was wanted again while it was being read. */
  isWantedAgain: boolean;
}

/** Reads single applications, a few at a time, each until that succeeds or nobody wants it any more. */
export class ApplicationReader {
  readonly #ports: ApplicationReaderPorts;
  readonly #wakeup: Wakeup;
  readonly #entries = new Map<string, Entry>();
  #reading = 0;

  constructor(ports: ApplicationReaderPorts) {
    this.#ports = ports;
    this.#wakeup = new Wakeup(ports.clock);
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Has an application read, not before so many milliseconds. */
  want({ name, namespace, project }: Wanted, pause = 0): void {
    const key = printName({ name, namespace });
    const dueAt = this.#ports.clock.now() + pause;
    const entry = this.#entries.get(key);
    if (entry === undefined) {
      const state = { dueAt, tries: 0, isReading: false, isWantedAgain: false };
      this.#entries.set(key, { name, namespace, project, ...state });
    } else if (entry.isReading) {
      entry.isWantedAgain = true;
    } else {
      entry.dueAt = Math.min(entry.dueAt, dueAt);
    }
    this.#wakeup.wake();
  }

  /** It was told meanwhile; one that is being read is read to the end. */
  drop(name: Required<ApplicationName>): void {
    const key = printName(name);
    if (this.#entries.get(key)?.isReading === false) this.#entries.delete(key);
  }

  clear(): void {
    for (const [key, { isReading }] of this.#entries) if (!isReading) this.#entries.delete(key);
  }

  /** Reads until the signal aborts. Never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const pause = this.#begin(signal);
      await this.#wakeup.wait(pause, signal);
    }
  }

  /** Begins what is due, and says when to look again. */
  #begin(signal: AbortSignal): number {
    const now = this.#ports.clock.now();
    let next = now + longestSleep;
    for (const entry of this.#entries.values()) {
      if (entry.isReading) continue;
      if (entry.dueAt > now) next = Math.min(next, entry.dueAt);
      // Who is done wakes us.
      else if (this.#reading < atOnce) void this.#read(entry, signal);
      else break;
    }
    return next - now;
  }

  async #read(entry: Entry, signal: AbortSignal): Promise<void> {
    const { read, clock, random } = this.#ports;
    entry.isReading = true;
    this.#reading += 1;
    const result = await read(entry, signal).catch(() => 'again' as const);
    this.#reading -= 1;
    entry.isReading = false;
    entry.tries = result === 'again' ? entry.tries + 1 : 0;
    if (result === 'again') entry.dueAt = clock.now() + backoff(entry.tries, pauses, random);
    else if (entry.isWantedAgain) entry.dueAt = clock.now();
    else this.#entries.delete(printName(entry));
    entry.isWantedAgain = false;
    this.#wakeup.wake();
  }
}
