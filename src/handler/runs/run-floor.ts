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
    this.#pump();
  }

  /** Has a run worked that was stored just now. */
  add(run: Run): void {
    this.#count(run.order.client, 1);
    if (this.#active.size < mostActive) this.#start(run);
    else this.#next.add(run.id);
  }

  /** Ends an open run as canceled. Resolves when that is stored. */
  async cancel(id: string): Promise<void> {
    const active = this.#active.get(id);
    if (active !== undefined) {
      await active.cancel();
      // It may be letting go to rest, and must not.
      if (this.#resting.has(id)) this.#wake(id);
      return;
    }
    await this.#ports.store.commit({ runId: id, change: { isCanceled: true } });
    this.#wake(id);
    // It may have been begun meanwhile, from what was stored before.
    await this.#active.get(id)?.cancel();
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
        this.#pump();
      });
  }

  /** Begins runs while there is room. */
  #pump(): void {
    const { store, signal, logger } = this.#ports;
    const room = mostActive - this.#active.size;
    for (const id of [...first(this.#next, room), ...first(this.#later, room)].slice(0, room)) {
      // A run that is about to rest is begun again when it has let go.
      if (signal.aborted || this.#active.has(id)) continue;
      this.#next.delete(id);
      this.#later.delete(id);
      store.run(id).then(
        (run) => {
          if (run === undefined || run.state === 'ended' || this.#active.has(id)) return;
          this.#start(run);
        },
        (error: unknown) => {
          logger.error({ err: error, run: id }, 'a run could not be read: it is tried again');
          this.#next.add(id);
        },
      );
    }
  }

  #wake(id: string): void {
    this.#resting.get(id)?.stop();
    this.#resting.delete(id);
    this.#later.delete(id);
    this.#next.add(id);
    this.#pump();
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
      this.#pump();
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
    const elder = this.#proven.get(key);
    if (elder !== undefined && elder !== id) return { kind: 'duplicate', of: elder };
    this.#proven.set(key, id);
    return settle(await this.#ports.store.runsOf(key));
  }
}

function first(ids: ReadonlySet<string>, count: number): readonly string[] {
  const found: string[] = [];
  for (const id of ids) {
    if (found.length >= count) break;
    found.push(id);
  }
  return found;
}
