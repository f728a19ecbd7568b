import { backoff } from '../../async/backoff.ts';
import type { Clock } from '../../async/clock.ts';
import { Wakeup } from '../../async/wakeup.ts';
import { printName, type ApplicationName } from '../../sync/model/application.ts';

/** An application to read. With its AppProject, Argo CD tells "gone" from "hidden". */
export interface ApplicationReference extends Required<ApplicationName> {
  readonly project: string;
}

/** How one application is read, and with which clock. */
export interface ApplicationReaderPorts {
  /** Reads one application and handles the result. `again`: retry later. */
  readonly read: (wanted: ApplicationReference, signal: AbortSignal) => Promise<'done' | 'again'>;
  readonly clock: Clock;
  readonly random: () => number;
}

/** Applications that are read at the same time. */
const atOnce = 4;
/** Backoff of an application that could not be read, in milliseconds. */
const pauses = { first: 2_000, most: 60_000 } as const;
const longestSleep = 60_000;

interface Entry extends ApplicationReference {
  dueAt: number;
  tries: number;
  isReading: boolean;
  /** It was requested again while it was being read. */
  isWantedAgain: boolean;
}

/** Reads single applications, a few at a time, and retries each until it succeeds or is no longer wanted. */
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

  /** Requests a read of an application, after a pause in milliseconds. */
  want({ name, namespace, project }: ApplicationReference, pause = 0): void {
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

  /** Drops a request that is no longer needed. A read that has started is finished. */
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

  /** Starts the reads that are due. Returns the milliseconds until the next one. */
  #begin(signal: AbortSignal): number {
    const now = this.#ports.clock.now();
    let next = now + longestSleep;
    for (const entry of this.#entries.values()) {
      if (entry.isReading) continue;
      if (entry.dueAt > now) next = Math.min(next, entry.dueAt);
      // A finished read wakes this loop.
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
