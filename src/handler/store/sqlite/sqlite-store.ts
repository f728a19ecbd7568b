import type { DatabaseSync } from 'node:sqlite';
import type { Checkpoint } from '../../../follow/checkpoint-store.ts';
import type { ApplicationResult } from '../../../sync/model/outcome.ts';
import type { StoredPlan } from '../../../sync/plan/plan.ts';
import type { Clock } from '../../../async/clock.ts';
import type { Run, RunHead, RunKind, RunState } from '../../run.ts';
import { GroupCommit } from './group-commit.ts';
import { numberOf } from './migrations.ts';
import { LogTruncation } from './log-truncation.ts';
import { packLarge, unpack, type PackedValues } from './packed-json.ts';
import { headOf, runOf } from './run-row.ts';
import { openSqliteFile } from './sqlite-file.ts';
import { prepareStatements } from './statements.ts';
import type { Statements } from './statements.ts';
import { SqliteEventStore } from './sqlite-event-store.ts';
import { StepWriter } from './step-writer.ts';
import type { EventStore } from '../event-store.ts';
import type {
  Cancellation,
  ReportItem,
  RunQuery,
  StoreStep,
  Store,
  StoredCheckpoint,
  StoredItem,
  StoredToken,
  StoredWait,
  StoreFigures,
} from '../store.ts';

/** How long the row of a refused run is kept, in milliseconds. */
const refusedKept = 24 * 3_600_000;
/** How many Argo CD contacts are kept. */
const mostContacts = 1_000;
/** Pages that one sweep returns to the disk at most: 4 MiB. */
const mostPagesFreed = 1_024;
/** The share of the file that stays free for new data. */
const keptFree = 0.1;

/**
 * Stores runs in one SQLite file. A resolved promise means that the data is on disk: write-ahead log, flushed
 * at every commit. Reads see committed data.
 */
export class SqliteStore implements Store {
  readonly #database: DatabaseSync;
  readonly #commits: GroupCommit;
  readonly #truncation: LogTruncation;
  readonly #steps: StepWriter;
  readonly #statements: Statements;
  /** Steps that will be written once they are packed. */
  readonly #packing = new Set<Promise<void>>();
  readonly events: EventStore;

  /**
   * Opens or creates the file at `path`. `observe` is called with the duration of each commit, in seconds.
   * Throws a `StoreError` that says what to do.
   */
  static open(path: string, clock: Clock, observe?: (seconds: number) => void): SqliteStore {
    return new SqliteStore(openSqliteFile(path), path, clock, observe);
  }

  /** `database`: opened by `openSqliteFile`. `path`: for messages. */
  constructor(
    database: DatabaseSync,
    path: string,
    clock: Clock,
    observe?: (seconds: number) => void,
  ) {
    this.#database = database;
    this.#commits = new GroupCommit(database, path, clock, observe);
    this.#truncation = new LogTruncation(database, path, clock);
    this.#steps = new StepWriter(database);
    this.#statements = prepareStatements(database);
    this.events = new SqliteEventStore(database, this.#commits);
  }

  get fault(): string | undefined {
    return this.#commits.fault?.message;
  }

  openRuns(limit = -1, after?: string): Promise<readonly RunHead[]> {
    return this.#commits.read(() =>
      this.#statements.openRuns.all(after ?? null, limit).map(headOf),
    );
  }

  run(id: string): Promise<Run | undefined> {
    return this.#commits.read(() => this.#statements.run.all(id).map(runOf)[0]);
  }

  openRun(id: string): Promise<Run | undefined> {
    return this.#commits.read(() => {
      const row = this.#statements.openRun.get(id);
      return row && { ...headOf(row), results: [] };
    });
  }

  runsOf(key: string): Promise<readonly RunHead[]> {
    return this.#commits.read(() => this.#statements.runsOf.all(key).map(headOf));
  }

  runs({ state, outcome, kind, before, limit }: RunQuery): Promise<readonly RunHead[]> {
    const values = [state, outcome, kind, before].map((value) => value ?? null);
    return this.#commits.read(() => this.#statements.runs.all(...values, limit).map(headOf));
  }

  openRunWith(key: string, digest: string): Promise<RunHead | undefined> {
    return this.#commits.read(() => this.#statements.openRunWith.all(key, digest).map(headOf)[0]);
  }

  token(runId: string): Promise<StoredToken | undefined> {
    return this.#commits.read(() => {
      const row = this.#statements.token.get(runId);
      return row && { sealed: String(row['sealed']), digest: String(row['digest']) };
    });
  }

  async checkpoints(runId: string): Promise<readonly StoredCheckpoint[]> {
    const rows = await this.#commits.read(() => this.#statements.checkpoints.all(runId));
    const checkpoints: StoredCheckpoint[] = [];
    for (const row of rows) {
      const wait = (await unpack(row['wait_json'])) as StoredWait | undefined;
      checkpoints.push({
        path: String(row['path']),
        checkpoint: (await unpack(row['checkpoint_json'])) as Checkpoint | undefined,
        plan: (await unpack(row['plan_json'])) as StoredPlan | undefined,
        result: (await unpack(row['result_json'])) as ApplicationResult | undefined,
        ...(wait && { wait }),
      });
    }
    return checkpoints;
  }

  async items(runId: string, limit: number, after = 0): Promise<readonly StoredItem[]> {
    const rows = await this.#commits.read(() => this.#statements.items.all(runId, after, limit));
    const items: StoredItem[] = [];
    for (const row of rows) {
      const item = (await unpack(row['item_json'])) as ReportItem;
      items.push({ seq: Number(row['seq']), at: Number(row['at']), item });
    }
    return items;
  }

  cancellations(key: string): Promise<readonly Cancellation[]> {
    return this.#commits.read(() =>
      this.#statements.cancellations.all(key).map((row) => ({
        key,
        digest: String(row['digest']),
        at: Number(row['at']),
        expiresAt: Number(row['expires_at']),
      })),
    );
  }

  contacts(): Promise<readonly string[]> {
    return this.#commits.read(() =>
      this.#statements.contacts.all().map(({ address }) => String(address)),
    );
  }

  figures(): Promise<StoreFigures> {
    return this.#commits.read(() => {
      const oldestRun = this.#statements.oldestRun.get();
      const oldestItem = this.#statements.oldestItem.get();
      return {
        runs: this.#statements.counts.all().map(({ kind, state, count }) => ({
          kind: kind as RunKind,
          state: state as RunState,
          count: Number(count),
        })),
        oldestRunAt: oldestRun && Number(oldestRun['accepted_at']),
        items: numberOf(this.#database, 'SELECT count(*) FROM items'),
        oldestItemAt: oldestItem && Number(oldestItem['at']),
        bytes:
          numberOf(this.#database, 'PRAGMA page_count') *
          numberOf(this.#database, 'PRAGMA page_size'),
      };
    });
  }

  async commit(step: StoreStep): Promise<void> {
    const packing = packLarge(step);
    if (packing === undefined) return this.#write(step);
    let writing: Promise<void> | undefined;
    const packed = packing.then((values) => {
      writing = this.#write(step, values);
    });
    this.#packing.add(packed);
    await packed.finally(() => this.#packing.delete(packed));
    await writing;
  }

  async #write(step: StoreStep, packed?: PackedValues): Promise<void> {
    const isTokenGone = await this.#commits.write(() => this.#steps.write(step, packed));
    if (isTokenGone) this.#truncation.soon();
  }

  addCancellation({ key, digest, at, expiresAt }: Cancellation): Promise<void> {
    return this.#commits.write(() => {
      this.#statements.addCancellation.run(key, digest, at, expiresAt);
    });
  }

  removeCancellation(key: string, digest: string): Promise<void> {
    return this.#commits.write(() => {
      this.#statements.removeCancellation.run(key, digest);
    });
  }

  addContact(address: string, at: number): Promise<void> {
    return this.#commits.write(() => {
      this.#statements.addContact.run(address, at);
      this.#statements.sweepContacts.run(mostContacts);
    });
  }

  sweep(endedBefore: number, now: number, most: number): Promise<number> {
    const { sweepRuns, sweepRefused, sweepCancellations } = this.#statements;
    return this.#commits.write(() => {
      let removed = Number(sweepRuns.run(endedBefore, most).changes);
      removed += Number(sweepRefused.run(now - refusedKept, most - removed).changes);
      removed += Number(sweepCancellations.run(now, most - removed).changes);
      this.#shrink();
      return removed;
    });
  }

  async close(): Promise<void> {
    while (this.#packing.size > 0) await Promise.allSettled(this.#packing);
    return this.#commits.read(() => {
      this.#truncation.close();
      this.#commits.close();
      this.#database.close();
    });
  }

  #shrink(): void {
    const free = numberOf(this.#database, 'PRAGMA freelist_count');
    const spare = free - Math.ceil(keptFree * numberOf(this.#database, 'PRAGMA page_count'));
    const pages = Math.min(spare, mostPagesFreed);
    // Zero would mean all pages.
    if (pages > 0) this.#database.exec(`PRAGMA incremental_vacuum(${pages})`);
  }
}
