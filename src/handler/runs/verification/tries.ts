import type { Clock } from '../../../async/clock.ts';
import type { Run, RunHead } from '../../run.ts';
import type { Store } from '../../store/store.ts';
import { isProven, mayRepeat, settle, type Settlement } from './settlement.ts';

/**
 * What is known of a try of a task after another: there is none; it is accepted; or it is verified,
 * so Azure DevOps waits for its report and no longer for that of the earlier one.
 */
export type NextTry = 'none' | 'unproven' | 'proven';

/** Where the tries of a task are looked up: in memory first, then in the store. */
export interface TriesPorts {
  readonly store: Pick<Store, 'run' | 'runsOf'>;
  readonly clock: Clock;
  /** An active run: the store may know less about it. */
  readonly atWork: (id: string) => Run | undefined;
}

/** Milliseconds between checks whether the earlier try has ended. */
const lookEvery = 250;

/** Which run works on a task, and which reports for it: at most one verified run. */
export class Tries {
  readonly #ports: TriesPorts;
  readonly #proven = new Map<string, string>();
  /** Proven, and waiting for the end of the try before, in memory or not; with the id of that one. */
  readonly #waiting = new Map<string, string>();
  /** The open runs of each key, in the order in which they were accepted. */
  readonly #open = new Map<string, readonly string[]>();
  /** Runs of which the store has shown that none came after. */
  readonly #newest = new Set<string>();

  constructor(ports: TriesPorts) {
    this.#ports = ports;
  }

  /** This run was accepted, by whichever process; those before it came earlier. */
  enter({ id, key }: RunHead): void {
    this.#open.set(key, [...(this.#open.get(key) ?? []), id]);
  }

  /** This run was proven, by whichever process. */
  know({ id, key }: RunHead): void {
    this.#proven.set(key, id);
  }

  /** This run has ended. */
  forget({ id, key }: Run): void {
    this.#waiting.delete(id);
    this.#newest.delete(id);
    if (this.#proven.get(key) === id) this.#proven.delete(key);
    const others = (this.#open.get(key) ?? []).filter((other) => other !== id);
    // Earlier ones learn from the store how it ended.
    for (const other of others) this.#newest.delete(other);
    if (others.length === 0) this.#open.delete(key);
    else this.#open.set(key, others);
  }

  /**
   * What a run that has just been proven is to the others of its task. Rejects with the signal's
   * reason; it waits all the same until it is settled.
   */
  async settle(run: Run, signal: AbortSignal): Promise<Settlement> {
    const { clock } = this.#ports;
    const { id } = run;
    for (;;) {
      const older = this.#olderOf(run);
      if (older === undefined) {
        const settlement = await this.#look(run);
        // Another may have been verified in the meantime.
        if (this.#olderOf(run) !== undefined) continue;
        if (settlement.kind !== 'duplicate') this.know(run);
        this.#waiting.delete(id);
        return settlement;
      }
      // A run whose end is being reported is over for Azure DevOps, which then retries.
      if (!(await this.#isCompleting(older))) {
        this.#waiting.delete(id);
        return { kind: 'duplicate', of: older };
      }
      this.#waiting.set(id, older);
      await clock.sleep(lookEvery, signal);
      signal.throwIfAborted();
    }
  }

  /** The other run of its task that was proven. */
  #olderOf({ id, key }: Run): string | undefined {
    const proven = this.#proven.get(key);
    return proven === id ? undefined : proven;
  }

  /** What the store shows a proven run to be. */
  async #look({ id, key }: Run): Promise<Settlement> {
    const { store } = this.#ports;
    const tries = await store.runsOf(key);
    if (tries.at(-1)?.id === id) this.#newest.add(id);
    const before = mayRepeat(tries, id);
    return settle(tries, id, before && (await store.run(before.id)));
  }

  /** Whether a verified run waits for the end of the earlier try. */
  isWaiting(id: string): boolean {
    return this.#waiting.has(id);
  }

  /** What is known about a later try. */
  async after({ id, key }: Run): Promise<NextTry> {
    const open = this.#open.get(key) ?? [];
    const isLast = open.indexOf(id) === open.length - 1;
    // The common case, at every turn of an outbox dispatcher.
    if (isLast && this.#newest.has(id)) return 'none';
    // One that waits for another's end may yet turn out to be a repetition of this one.
    if ([...this.#waiting.values()].includes(id)) return 'proven';
    const tries = await this.#ports.store.runsOf(key);
    const later = tries.slice(tries.findIndex((one) => one.id === id) + 1);
    if (later.some(isProven)) return 'proven';
    if (later.some(({ state }) => state === 'accepted')) return 'unproven';
    if (isLast) this.#newest.add(id);
    return 'none';
  }

  async #isCompleting(id: string): Promise<boolean> {
    const { store, atWork } = this.#ports;
    const run = atWork(id) ?? (await store.run(id));
    return run === undefined || run.state === 'ended' || run.report.isCompleting;
  }
}
