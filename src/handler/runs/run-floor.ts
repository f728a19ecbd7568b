import { Detachment } from '../../follow/detachment.ts';
import type { Run } from '../run.ts';
import { ActiveRun } from './active-run.ts';
import type { Rest } from './rest.ts';
import type { RunPorts } from './run-ports.ts';
import { settle, type Settlement } from './settlement.ts';

/** Runs in memory at a time; the others are in the store, and their turn comes. */
const mostActive = 1_000;
/** How often runs are looked at that might rest, or have rested enough, in milliseconds. */
const round = 1_000;

/** A run that waits in the store: for news of its applications, or for a time. */
interface Resting {
  readonly until: number;
  /** Listens no more. */
  readonly stop: () => void;
}

/**
 * Has all open runs worked. Those that only wait are not kept in memory: they rest in the store, and
 * news of their applications begin them again, as another process would.
 */
export class RunFloor {
  readonly #ports: RunPorts;
  readonly #active = new Map<string, ActiveRun>();
  readonly #resting = new Map<string, Resting>();
  /** Runs whose turn comes when there is room: first those that something has happened to. */
  readonly #next = new Set<string>();
  readonly #later = new Set<string>();
  /** The run that is being read, to be begun. */
  #reading: string | undefined;
  /** Runs that a process before this one worked, and this one not yet. */
  readonly #restarted = new Set<string>();
  /** Which run works a task: at most one that is proven. */
  readonly #proven = new Map<string, string>();
  readonly #pending = new Map<string, number>();

  constructor(ports: RunPorts) {
    this.#ports = ports;
    void this.#makeRounds();
  }

  /** Takes up what a process before this one stored; each has its turn. */
  resume(runs: readonly Run[]): void {
    for (const { id, key, state, order } of runs) {
      // Known before any of them is worked, so that none takes another's task.
      if (state !== 'accepted') this.#proven.set(key, id);
      this.#count(order.client, 1);
      this.#restarted.add(id);
      this.#later.add(id);
    }
    void this.#pump();
  }

  /** Has a run worked that was stored just now. */
  add(run: Run): void {
    this.#count(run.order.client, 1);
    const isFull = this.#active.size + (this.#reading === undefined ? 0 : 1) >= mostActive;
    if (isFull) this.#next.add(run.id);
    else this.#start(run);
  }

  /** Ends an open run as canceled. Resolves when that is stored. */
  async cancel(id: string): Promise<void> {
    const active = this.#active.get(id);
    if (active === undefined) {
      await this.#ports.store.commit({ runId: id, change: { isCanceled: true } });
    } else {
      await active.cancel();
    }
    const now = this.#active.get(id);
    // It was begun meanwhile, from what was stored before: that one must hear of it as well.
    if (now !== undefined && now !== active) return this.cancel(id);
    // It must not rest: one that lets go just now is begun again, as one that has done so.
    if (now === undefined || this.#resting.has(id)) this.#wake(id);
  }

  /** How many runs of a client have not ended. */
  pendingOf(client: string): number {
    return this.#pending.get(client) ?? 0;
  }

  /** How many runs are in memory, and how many rest. */
  get figures(): { readonly active: number; readonly resting: number } {
    return { active: this.#active.size, resting: this.#resting.size };
  }

  #count(client: string, change: number): void {
    this.#pending.set(client, this.pendingOf(client) + change);
  }

  #start(run: Run): void {
    const { id, key, order } = run;
    const isRestarted = this.#restarted.delete(id);
    const active = new ActiveRun(run, isRestarted, this.#ports, (proven) => this.#settle(proven));
    this.#active.set(id, active);
    void active
      .work()
      .catch((error: unknown) => {
        if (error instanceof Detachment) return;
        this.#ports.logger.fatal({ err: error, run: id }, 'a run was given up');
      })
      .finally(() => {
        this.#active.delete(id);
        if (active.run.state === 'ended') {
          this.#count(order.client, -1);
          if (this.#proven.get(key) === id) this.#proven.delete(key);
        }
        void this.#pump();
      });
  }

  /** Begins runs while there is room. They are read one at a time, so that none is begun twice. */
  async #pump(): Promise<void> {
    const { signal, logger } = this.#ports;
    while (!signal.aborted && this.#reading === undefined && this.#active.size < mostActive) {
      const queue = this.#firstOf(this.#next) === undefined ? this.#later : this.#next;
      const id = this.#firstOf(queue);
      if (id === undefined) return;
      queue.delete(id);
      this.#reading = id;
      try {
        await this.#begin(id);
      } catch (error) {
        // What the end of the process closed is no fault.
        if (signal.aborted) return;
        logger.error({ err: error, run: id }, 'a run could not be read: it is tried again');
        // The next round tries, and others before this one.
        queue.add(id);
        return;
      } finally {
        this.#reading = undefined;
      }
    }
  }

  /** A run that is about to rest waits until it has let go, and is in nobody's way. */
  #firstOf(queue: ReadonlySet<string>): string | undefined {
    for (const id of queue) if (!this.#active.has(id)) return id;
    return undefined;
  }

  async #begin(id: string): Promise<void> {
    const run = await this.#ports.store.run(id);
    // Something has happened to it meanwhile: what was read may be old, and is read again.
    if (this.#next.has(id)) return;
    if (run !== undefined && run.state !== 'ended') this.#start(run);
  }

  #wake(id: string): void {
    this.#resting.get(id)?.stop();
    this.#resting.delete(id);
    this.#later.delete(id);
    this.#next.add(id);
    void this.#pump();
  }

  /** Lets runs rest that only wait, and wakes those whose time has come. */
  async #makeRounds(): Promise<void> {
    const { clock, signal } = this.#ports;
    while (!signal.aborted) {
      await clock.sleep(round, signal);
      if (signal.aborted) return;
      for (const [id, active] of this.#active) {
        const { rest } = active;
        if (rest !== undefined) this.#rest(id, active, rest);
      }
      const now = clock.now();
      for (const [id, { until }] of this.#resting) if (until <= now) this.#wake(id);
      void this.#pump();
    }
  }

  #rest(id: string, active: ActiveRun, { names, until }: Rest): void {
    const news = this.#ports.argocd(active.run.order)?.news;
    if (news === undefined) return;
    // Listened for before it lets go, so that nothing is missed in between.
    const stops = names.map((name) =>
      news.listen(name, (tidings) => {
        // While nothing is told, it looks for itself when its time comes.
        if (tidings !== 'broken') this.#wake(id);
      }),
    );
    this.#resting.set(id, { until, stop: () => stops.forEach((stop) => stop()) });
    active.park();
  }

  async #settle({ id, key }: Run): Promise<Settlement> {
    for (;;) {
      const elder = this.#proven.get(key);
      if (elder === undefined || elder === id) break;
      // One whose end is being told is over for Azure DevOps, which then tries again.
      if (this.#active.get(elder)?.run.report.isCompleting !== true) {
        return { kind: 'duplicate', of: elder };
      }
      await this.#ports.clock.sleep(round, this.#ports.signal);
      this.#ports.signal.throwIfAborted();
    }
    this.#proven.set(key, id);
    return settle(await this.#ports.store.runsOf(key));
  }
}
