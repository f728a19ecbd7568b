import { Detachment } from '../../../follow/detachment.ts';
import { charactersOf, type Run, type RunHead } from '../../run.ts';
import type { ActiveRun, SlotDemand, RunContext } from '../execution/active-run.ts';
import { RetryBackoff } from '../retry-backoff.ts';
import { RankedQueue, ranks, type Rank } from './ranked-queue.ts';
import { ReportBudget } from '../outbox/report-budget.ts';
import { ParkedRuns, type ParkedRunsPorts } from './parked-runs.ts';
import type { RunPorts } from '../run-ports.ts';
import { Tries, type TriesPorts } from '../verification/tries.ts';
import type { Store } from '../../store/store.ts';

/**
 * Limit on the runs in memory; the others are in the store until their turn. There are extra slots
 * for runs that are done, since the servers that other runs call may delay those for long.
 */
const mostActive = { all: 256, done: 320 };
/** How often to look for runs to park or to wake, in milliseconds. */
const round = 250;
/** How often that may be for a run that is done, in milliseconds. */
const roomEvery = 25;

/** When to restart a run that crashed on a bug of ours, in milliseconds. */
const recovery = 60_000;

/** Takes a run into memory. `isRestarted`: another process worked it before. */
export type Activate = (run: Run, isRestarted: boolean, context: RunContext) => ActiveRun;

/** What the scheduling of runs needs; what their work needs is known to `activate`. */
export interface SchedulerPorts
  extends
    ParkedRunsPorts,
    Pick<RunPorts, 'clock' | 'random' | 'logger' | 'yieldToEventLoop' | 'signal'> {
  readonly store: Pick<Store, 'commit' | 'openRun'> & TriesPorts['store'];
  readonly activate: Activate;
}

/** What is kept in memory of every open run. */
interface Open {
  readonly client: string;
  /** The organization and the Argo CD that it depends on. */
  readonly partitionKey: string;
  /** What was learned about its organization so far. */
  readonly retryBackoff: RetryBackoff;
  /** What its completion has waited for so far. */
  readonly budget: ReportBudget;
  readonly proofBackoff: RetryBackoff;
  /** Characters of its spec until it is verified; then 0. */
  unproven: number;
}

/**
 * Runs all open runs. Idle ones are not kept in memory: they are parked in the store, and resumed
 * as another process would resume them.
 *
 * States of an open run, and what leads out of each:
 * - known, of an earlier process → queued, at `resume` or when something happens to it
 * - queued, in one rank → active, when it is its turn and there is a free slot
 * - active, in memory → parked, when it is idle; → ended, when its work is done
 * - parked → queued, when its applications change, its organization answers again, it is canceled,
 *   or its time comes. One that crashed on a bug of ours is parked for `recovery`.
 */
export class RunScheduler {
  readonly #ports: SchedulerPorts;
  readonly #tries: Tries;
  readonly #open = new Map<string, Open>();
  readonly #active = new Map<string, ActiveRun>();
  /** How many of them share each partition key. */
  readonly #atWork = new Map<string, number>();
  readonly #parkedRuns: ParkedRuns;
  /** Runs that wait for a free slot. */
  readonly #queue = new RankedQueue();
  #isPumping = false;
  #madeRoomAt = -Infinity;
  /** Runs of an earlier process, with partition key and rank, until all are known. */
  readonly #known: (readonly [id: string, partitionKey: string, rank: Rank])[] = [];
  /** Runs that an earlier process started and this one has not. */
  readonly #restarted = new Set<string>();
  readonly #pending = new Map<string, number>();
  /** Characters of the specs of each client's unverified runs. */
  readonly #unproven = new Map<string, number>();

  constructor(ports: SchedulerPorts) {
    this.#ports = ports;
    this.#parkedRuns = new ParkedRuns(ports, (id, isDone) => this.#wake(id, isDone));
    this.#tries = new Tries({ ...ports, atWork: (id) => this.#active.get(id)?.run });
    void this.#makeRounds();
  }

  /** Records a run that an earlier process stored, to be resumed by `resume`. */
  know(run: RunHead): void {
    if (run.state !== 'accepted') this.#tries.know(run);
    this.#restarted.add(run.id);
    const rank = run.state === 'reporting' ? 'done' : 'stored';
    const unproven = run.state === 'accepted' ? charactersOf(run.spec) : 0;
    this.#known.push([run.id, this.#enter(run, unproven), rank]);
    this.#parkedRuns.watch(run);
  }

  /** Resumes all known runs, each in its turn. */
  resume(): void {
    for (const [id, partitionKey, rank] of this.#known.splice(0)) {
      // Something may have happened to it in the meantime.
      if (!this.#isWoken(id)) this.#queue.add(rank, { id, partitionKey });
    }
    void this.#pump();
  }

  /** Schedules a run that was just stored. `characters`: of its spec. */
  add(run: Run, characters: number): void {
    this.#queue.add('fresh', { id: run.id, partitionKey: this.#enter(run, characters) });
    void this.#pump();
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
    // It was started in the meantime from its earlier state: that instance must be notified as
    // well.
    if (now !== undefined && now !== active) return this.cancel(id);
    // It must not be parked: a run that is just detaching is resumed as canceled.
    if (now === undefined || this.#parkedRuns.has(id)) this.#wake(id, true);
  }

  /** How many open runs a client has. */
  pendingOf(client: string): number {
    return this.#pending.get(client) ?? 0;
  }

  /** How many characters the specs of a client's unverified runs have. */
  unprovenOf(client: string): number {
    return this.#unproven.get(client) ?? 0;
  }

  /** How many runs are in memory, and how many are parked. */
  get figures(): { readonly active: number; readonly parked: number } {
    return { active: this.#active.size, parked: this.#parkedRuns.size };
  }

  /** How many runs are queued. */
  get queued(): number {
    return this.#queue.size;
  }

  #enter(run: RunHead, unproven: number): string {
    const { id, spec } = run;
    const { client, address, argocd } = spec;
    this.#tries.enter(run);
    const partitionKey = `${address.collection} ${argocd}`;
    const [retryBackoff, proofBackoff] = [
      new RetryBackoff(this.#ports),
      new RetryBackoff(this.#ports),
    ];
    const kept = { retryBackoff, proofBackoff, budget: new ReportBudget() };
    this.#open.set(id, { client, partitionKey, ...kept, unproven });
    add(this.#pending, client, 1);
    add(this.#unproven, client, unproven);
    return partitionKey;
  }

  #start(run: Run): void {
    const open = this.#open.get(run.id);
    if (open === undefined) return;
    const { id } = run;
    const { client, partitionKey, ...kept } = open;
    const isRestarted = this.#restarted.delete(id);
    const proven = () => this.#prove(open);
    const context = { tries: this.#tries, ...kept, proven };
    const active = this.#ports.activate(run, isRestarted, context);
    this.#active.set(id, active);
    add(this.#atWork, partitionKey, 1);
    void active
      .work()
      .catch((error: unknown) => {
        if (error instanceof Detachment) return;
        this.#ports.logger.fatal({ err: error, run: id }, 'run crashed; restarting');
        // Like the next process would, but not at once, since the same may happen again.
        this.#parkedRuns.pause(id, this.#ports.clock.now() + recovery);
      })
      .finally(() => {
        this.#active.delete(id);
        add(this.#atWork, partitionKey, -1);
        if (active.run.state === 'ended') {
          this.#open.delete(id);
          this.#prove(open);
          add(this.#pending, client, -1);
          this.#tries.forget(run);
        }
        void this.#pump();
      });
  }

  /** The run no longer counts as unverified. */
  #prove(open: Open): void {
    add(this.#unproven, open.client, -open.unproven);
    open.unproven = 0;
  }

  /** Starts runs while there are free slots: one after another, so that none is started twice. */
  async #pump(): Promise<void> {
    // None is started before all are known, so that none takes another's task.
    if (this.#isPumping || this.#known.length > 0) return;
    this.#isPumping = true;
    const { clock, signal } = this.#ports;
    try {
      while (!signal.aborted) {
        if (this.#active.size >= mostActive.done) {
          // Those that are done must not wait for the next round.
          const done = this.#queue.sizeOf('done');
          if (done === 0) return;
          await clock.sleep(this.#madeRoomAt + roomEvery - clock.now(), signal);
          this.#makeRoom('pressed', done);
          if (this.#active.size >= mostActive.done) return;
          continue;
        }
        const next = this.#first();
        if (next === undefined || !(await this.#take(next))) return;
        // Finished runs must not wait for an idle event loop as beginning ones do.
        await this.#ports.yieldToEventLoop(next.rank === 'done');
      }
    } finally {
      this.#isPumping = false;
    }
  }

  /** The next run. One that is still being parked is passed over until that is done. */
  #first(): { readonly id: string; readonly rank: Rank } | undefined {
    return this.#queue.first(
      this.#active.size < mostActive.all ? ranks : ['done'],
      (partitionKey) => this.#atWork.get(partitionKey) ?? 0,
      (id) => !this.#active.has(id),
    );
  }

  /** Starts a run, or leaves it where it was if it cannot be read. */
  async #take({ id, rank }: { readonly id: string; readonly rank: Rank }): Promise<boolean> {
    const { signal, logger } = this.#ports;
    const { partitionKey = '' } = this.#open.get(id) ?? {};
    this.#queue.delete({ id, partitionKey });
    this.#parkedRuns.end(id);
    try {
      await this.#begin(id);
      return true;
    } catch (error) {
      // A store closed at the end of the process is not a fault.
      if (signal.aborted) return false;
      logger.error({ err: error, run: id }, 'run could not be read; retrying');
      // The next round tries, and others before this one.
      this.#queue.add(rank, { id, partitionKey });
      return false;
    }
  }

  async #begin(id: string): Promise<void> {
    const run = await this.#ports.store.openRun(id);
    // Something has happened to it meanwhile: what was read may be old, and is read again.
    if (this.#isWoken(id)) return;
    if (run !== undefined) this.#start(run);
  }

  /** Something has happened to it, and its turn has not come. */
  #isWoken(id: string): boolean {
    return this.#isIn('done', id) || this.#isIn('woken', id);
  }

  #isIn(rank: Rank, id: string): boolean {
    const open = this.#open.get(id);
    return open !== undefined && this.#queue.has(rank, { id, ...open });
  }

  #wake(id: string, isDone: boolean): void {
    this.#parkedRuns.end(id);
    const open = this.#open.get(id);
    if (open === undefined) return;
    const rank = isDone || this.#isIn('done', id) ? 'done' : 'woken';
    this.#queue.add(rank, { id, ...open });
    void this.#pump();
  }

  /** Parks idle runs, up to a number. */
  #makeRoom(demand: SlotDemand, most = Infinity): void {
    this.#madeRoomAt = this.#ports.clock.now();
    let made = 0;
    for (const [id, active] of this.#active) {
      if (made >= most) return;
      const parkCondition = active.parkCondition(demand);
      const open = this.#open.get(id);
      if (parkCondition === undefined || open === undefined) continue;
      // Listens before the run is detached, so that nothing is missed in between.
      const { retryBackoff, proofBackoff } = open;
      const waiting = [retryBackoff, proofBackoff].filter((one) => one.waitsUntil !== undefined);
      this.#parkedRuns.begin(active.run, parkCondition, ...waiting);
      active.park();
      made += 1;
    }
  }

  /** Parks idle runs, and wakes those whose time has come. */
  async #makeRounds(): Promise<void> {
    const { clock, signal } = this.#ports;
    while (!signal.aborted) {
      await clock.sleep(round, signal);
      if (signal.aborted) return;
      this.#makeRoom(this.queued > 0 ? 'crowded' : 'quiet');
      this.#parkedRuns.wakeDue(clock.now());
      void this.#pump();
    }
  }
}

function add<K>(counts: Map<K, number>, key: K, change: number): void {
  const count = (counts.get(key) ?? 0) + change;
  if (count === 0) counts.delete(key);
  else counts.set(key, count);
}
