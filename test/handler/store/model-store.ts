import type { Run, RunKind, RunState } from '../../../src/handler/run.ts';
import type {
  Cancellation,
  RunQuery,
  StoreStep,
  StoredCheckpoint,
  StoredItem,
  StoredToken,
  StoreFigures,
} from '../../../src/handler/store/store.ts';

interface Entry {
  readonly run: Run;
  readonly token: StoredToken | undefined;
  readonly checkpoints: ReadonlyMap<string, StoredCheckpoint>;
  readonly items: readonly StoredItem[];
}

/** The simplest implementation of a store; the real one is compared with it. */
export class ModelStore {
  /** By run id, in the order in which they were added. */
  readonly #entries = new Map<string, Entry>();
  #cancellations: readonly Cancellation[] = [];
  #seq = 0;

  /** False if the step is invalid. */
  commit(step: StoreStep): boolean {
    const known = this.#entries.get(step.runId);
    if ((known === undefined) !== (step.add !== undefined)) return false;
    const entry = this.#after(step, known ?? empty(step));
    this.#entries.set(step.runId, entry);
    return true;
  }

  #after(step: StoreStep, { run: before, token, checkpoints, items }: Entry): Entry {
    const run = { ...before, ...step.change };
    const added = (step.enqueue ?? []).map((item) => ({ seq: ++this.#seq, ...item }));
    if (run.state === 'ended') return { run, token: undefined, checkpoints: new Map(), items: [] };
    const kept = new Map(checkpoints);
    for (const { path, checkpoint, plan, result, wait: newest } of step.checkpoints ?? []) {
      const known = kept.get(path);
      const wait = newest ?? known?.wait;
      kept.set(path, {
        path,
        checkpoint: checkpoint ?? known?.checkpoint,
        plan: plan ?? known?.plan,
        result: result ?? known?.result,
        ...(wait && { wait }),
      });
    }
    return {
      run,
      token,
      checkpoints: kept,
      items: [...items, ...added].filter(({ seq }) => !step.dequeue?.includes(seq)),
    };
  }

  addCancellation(cancellation: Cancellation): void {
    const { key, digest, expiresAt } = cancellation;
    const isSame = (one: Cancellation) => one.key === key && one.digest === digest;
    const known = this.#cancellations.find(isSame);
    const longer = known && { ...known, expiresAt: Math.max(known.expiresAt, expiresAt) };
    this.#cancellations = [
      ...this.#cancellations.filter((one) => !isSame(one)),
      longer ?? cancellation,
    ];
  }

  /** How many a sweep may remove: any of these, and no others. */
  sweepable(endedBefore: number, now: number): { runs: readonly string[]; cancellations: number } {
    return {
      runs: [...this.#entries.values()]
        .filter(({ run }) => run.state === 'ended' && (run.endedAt ?? run.acceptedAt) < endedBefore)
        .map(({ run }) => run.id),
      cancellations: this.#cancellations.filter(({ expiresAt }) => expiresAt < now).length,
    };
  }

  sweep(endedBefore: number, now: number): void {
    const { runs } = this.sweepable(endedBefore, now);
    for (const id of runs) this.#entries.delete(id);
    this.#cancellations = this.#cancellations.filter(({ expiresAt }) => expiresAt >= now);
  }

  openRuns(): readonly Run[] {
    return this.#open()
      .map(({ run }) => run)
      .sort((a, b) => a.acceptedAt - b.acceptedAt);
  }

  run(id: string): Run | undefined {
    return this.#entry(id)?.run;
  }

  runsOf(key: string): readonly Run[] {
    return [...this.#entries.values()].map(({ run }) => run).filter((run) => run.key === key);
  }

  runs({ state, outcome, kind, before = Infinity, limit }: RunQuery): readonly Run[] {
    return [...this.#entries.values()]
      .map(({ run }) => run)
      .filter((run) => state === undefined || run.state === state)
      .filter((run) => outcome === undefined || run.outcome === outcome)
      .filter((run) => kind === undefined || run.spec.kind === kind)
      .filter((run) => run.acceptedAt < before)
      .reverse()
      .sort((a, b) => b.acceptedAt - a.acceptedAt)
      .slice(0, limit);
  }

  openRunWith(key: string, digest: string): Run | undefined {
    return this.#open()
      .filter(({ run, token }) => run.key === key && token?.digest === digest)
      .map(({ run }) => run)
      .at(-1);
  }

  token(id: string): StoredToken | undefined {
    return this.#entry(id)?.token;
  }

  checkpoints(id: string): readonly StoredCheckpoint[] {
    return [...(this.#entry(id)?.checkpoints.values() ?? [])];
  }

  items(id: string, limit: number, after = 0): readonly StoredItem[] {
    return (
      this.#entry(id)
        ?.items.filter(({ seq }) => seq > after)
        .slice(0, limit) ?? []
    );
  }

  cancellations(key: string): readonly Cancellation[] {
    return this.#cancellations
      .filter((one) => one.key === key)
      .sort((a, b) => (a.digest < b.digest ? -1 : 1));
  }

  figures(): Omit<StoreFigures, 'bytes'> {
    const kinds = [...this.#entries.values()].map(({ run }) => `${run.state} ${run.spec.kind}`);
    const items = [...this.#entries.values()]
      .flatMap((entry) => entry.items)
      .sort((a, b) => a.seq - b.seq);
    return {
      runs: [...new Set(kinds)].sort().map((each) => {
        const [state, kind] = each.split(' ') as [RunState, RunKind];
        return { kind, state, count: kinds.filter((one) => one === each).length };
      }),
      oldestRunAt: this.openRuns()[0]?.acceptedAt,
      items: items.length,
      oldestItemAt: items[0]?.at,
    };
  }

  #open(): readonly Entry[] {
    return [...this.#entries.values()].filter(({ run }) => run.state !== 'ended');
  }

  #entry(id: string): Entry | undefined {
    return this.#entries.get(id);
  }
}

function empty({ add }: StoreStep): Entry {
  if (add === undefined) throw new Error('a run begins with the step that adds it');
  return { run: add.run, token: add.token, checkpoints: new Map(), items: [] };
}
