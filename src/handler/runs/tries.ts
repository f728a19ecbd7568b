import type { Clock } from '../../follow/clock.ts';
import type { Run } from '../run.ts';
import type { Store } from '../store/store.ts';
import { settle, type Settlement } from './settlement.ts';

/** What is known of a try of a task after another: there is none, or whether it has proven itself. */
export type NextTry = 'none' | 'unproven' | 'proven';

export interface TriesPorts {
  readonly store: Pick<Store, 'run' | 'runsOf'>;
  readonly clock: Clock;
  /** A run that is at work: the store may know less of it. */
  readonly atWork: (id: string) => Run | undefined;
}

/** Milliseconds between looks whether the try before has ended. */
const lookEvery = 250;

/** Which run works a task: at most one that is proven. */
export class Tries {
  readonly #ports: TriesPorts;
  readonly #proven = new Map<string, string>();
  /** Proven, and waiting for the end of the try before, in memory or not; with their keys. */
  readonly #waiting = new Map<string, string>();

  constructor(ports: TriesPorts) {
    this.#ports = ports;
  }

  /** This run was proven, by whichever process. */
  know({ id, key }: Run): void {
    this.#proven.set(key, id);
  }

  /** This run has ended. */
  forget({ id, key }: Run): void {
    this.#waiting.delete(id);
    if (this.#proven.get(key) === id) this.#proven.delete(key);
  }

  /**
   * What a run that has just been proven is to the others of its task. Rejects with the signal's
   * reason; it waits all the same until it is settled.
   */
  async settle(run: Run, signal: AbortSignal): Promise<Settlement> {
    const { store, clock } = this.#ports;
    const { id, key } = run;
    this.#waiting.set(id, key);
    for (;;) {
      const elder = this.#proven.get(key);
      if (elder === undefined || elder === id) break;
      // One whose end is being told is over for Azure DevOps, which then tries again.
      if (!(await this.#isCompleting(elder))) {
        this.#waiting.delete(id);
        return { kind: 'duplicate', of: elder };
      }
      await clock.sleep(lookEvery, signal);
      signal.throwIfAborted();
    }
    this.know(run);
    this.#waiting.delete(id);
    return settle(await store.runsOf(key));
  }

  /** Whether a proven run waits for the end of the try before. */
  isWaiting(id: string): boolean {
    return this.#waiting.has(id);
  }

  /** What is known of a try after this one. */
  async after({ id, key }: Run): Promise<NextTry> {
    const isAwaited = [...this.#waiting].some(([other, its]) => its === key && other !== id);
    if (isAwaited) return 'proven';
    const tries = await this.#ports.store.runsOf(key);
    const later = tries.slice(tries.findIndex((one) => one.id === id) + 1);
    return later.some(({ state }) => state === 'accepted') ? 'unproven' : 'none';
  }

  async #isCompleting(id: string): Promise<boolean> {
    const { store, atWork } = this.#ports;
    const run = atWork(id) ?? (await store.run(id));
    return run === undefined || run.state === 'ended' || run.report.isCompleting;
  }
}
