import { backoff } from '../../../async/backoff.ts';
import type { Clock } from '../../../async/clock.ts';
import type { Run, RunChange } from '../../run.ts';
import { StoreError } from '../../store/store.ts';
import type { ReportItem, StoreStep, Store, StoredCheckpoint } from '../../store/store.ts';

interface PendingStep {
  change: RunChange;
  checkpoints: Map<string, StoredCheckpoint>;
  enqueue: { readonly at: number; readonly item: ReportItem }[];
  dequeue: number[];
  /** See `changeAtClose`. */
  last: (() => RunChange) | undefined;
}

/** What a run's unit of work needs to store, and its callbacks. */
export interface UnitOfWorkPorts {
  readonly store: Pick<Store, 'commit'>;
  readonly clock: Clock;
  readonly random: () => number;
  /** The process ends; the next one will find out again what was not stored. */
  readonly signal: AbortSignal;
  /** The store failed, and is retried. */
  readonly onFault: (fault: StoreError) => void;
  /** Something new for Azure DevOps is stored. */
  readonly onEnqueued: (items: readonly ReportItem[]) => void;
}

const pauses = { first: 200, most: 5_000 };

/**
 * Stores what happens to a run. What is recorded in one turn is one step, so that what was learned
 * and its reports cannot diverge. Steps keep their order; a failing store is retried until it works
 * again, and `stored` waits that long.
 */
export class RunUnitOfWork {
  readonly #ports: UnitOfWorkPorts;
  #run: Run;
  #pendingStep: PendingStep | undefined;
  #tail: Promise<void> = Promise.resolve();

  constructor(run: Run, ports: UnitOfWorkPorts) {
    this.#run = run;
    this.#ports = ports;
  }

  /** The run with everything recorded, stored or not. */
  get run(): Run {
    return this.#run;
  }

  change(change: RunChange): void {
    this.#run = { ...this.#run, ...change };
    const pending = this.#pending();
    pending.change = { ...pending.change, ...change };
  }

  /**
   * The same for what is expensive to create and changes many times in a turn: it is created once,
   * when the step closes. The last of several counts.
   */
  changeAtClose(make: () => RunChange): void {
    this.#pending().last = make;
  }

  enqueue(...items: readonly ReportItem[]): void {
    const at = this.#ports.clock.now();
    this.#pending().enqueue.push(...items.map((item) => ({ at, item })));
  }

  dequeue(seqs: readonly number[]): void {
    this.#pending().dequeue.push(...seqs);
  }

  /** Omitted parts keep their stored value. */
  checkpoint(
    path: string,
    { checkpoint, plan, result, wait = undefined }: Partial<Omit<StoredCheckpoint, 'path'>>,
  ): void {
    const { checkpoints } = this.#pending();
    const known = checkpoints.get(path);
    checkpoints.set(path, {
      path,
      checkpoint: checkpoint ?? known?.checkpoint,
      plan: plan ?? known?.plan,
      result: result ?? known?.result,
      wait: wait ?? known?.wait,
    });
  }

  /** Resolves when everything that was recorded so far is stored. */
  async stored(): Promise<void> {
    this.#close();
    await this.#tail;
  }

  /** Uses the store, and retries until it does not fail. Never resolves once the process ends. */
  async insist<T>(act: () => Promise<T>): Promise<T> {
    const { clock, random, signal, onFault } = this.#ports;
    for (let tries = 1; !signal.aborted; tries += 1) {
      try {
        return await act();
      } catch (error) {
        if (!(error instanceof StoreError)) throw error;
        // A store closed at the end of the process is not a fault.
        if (signal.aborted) break;
        onFault(error);
        await clock.sleep(backoff(tries, pauses, random), signal);
      }
    }
    return new Promise<never>(() => undefined);
  }

  #pending(): PendingStep {
    if (this.#pendingStep === undefined) {
      this.#pendingStep = {
        change: {},
        checkpoints: new Map(),
        enqueue: [],
        dequeue: [],
        last: undefined,
      };
      queueMicrotask(() => this.#close());
    }
    return this.#pendingStep;
  }

  #close(): void {
    const pending = this.#pendingStep;
    if (pending === undefined) return;
    if (pending.last !== undefined) this.change(pending.last());
    this.#pendingStep = undefined;
    const step: StoreStep = {
      runId: this.#run.id,
      ...(Object.keys(pending.change).length === 0 ? {} : { change: pending.change }),
      ...(pending.checkpoints.size === 0 ? {} : { checkpoints: [...pending.checkpoints.values()] }),
      ...(pending.enqueue.length === 0 ? {} : { enqueue: pending.enqueue }),
      ...(pending.dequeue.length === 0 ? {} : { dequeue: pending.dequeue }),
    };
    this.#tail = this.#tail.then(() => this.#commit(step));
    // `stored` rejects with the fault.
    this.#tail.catch(() => undefined);
  }

  async #commit(step: StoreStep): Promise<void> {
    const { store, onEnqueued } = this.#ports;
    await this.insist(() => store.commit(step));
    if (step.enqueue !== undefined) onEnqueued(step.enqueue.map(({ item }) => item));
  }
}
