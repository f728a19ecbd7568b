import type { Attachment, RecordUpdate, TaskHubResult } from '../../azure/task-hub/task-hub.ts';
import type { Checkpoint } from '../../follow/checkpoint-store.ts';
import type { ApplicationResult } from '../../sync/model/outcome.ts';
import type { StoredPlan } from '../../sync/plan/plan.ts';
import type { Run, RunChange, RunHead, RunKind, RunOutcome, RunState } from '../run.ts';

/**
 * A report for Azure DevOps; items of a run are delivered in the order in which they were stored.
 */
export type ReportItem =
  | { readonly kind: 'started' }
  | { readonly kind: 'lines'; readonly lines: readonly string[] }
  | { readonly kind: 'record'; readonly update: Omit<RecordUpdate, 'id'> }
  | { readonly kind: 'children'; readonly records: readonly RecordUpdate[] }
  | { readonly kind: 'attachment'; readonly attachment: Attachment }
  | { readonly kind: 'completed'; readonly result: TaskHubResult };

/** An item of a run's outbox. `at`: when it was stored, in milliseconds. */
export interface StoredItem {
  /** Grows with every item that is stored. */
  readonly seq: number;
  readonly at: number;
  readonly item: ReportItem;
}

/** A token as it is stored: encrypted, and a digest that identifies the same token. */
export interface StoredToken {
  readonly sealed: string;
  /** SHA-256, hexadecimal. */
  readonly digest: string;
}

/** What is stored of one application of a run, so that another process can resume it. */
export interface StoredCheckpoint {
  /** The application, with those that manage it before it. */
  readonly path: string;
  readonly checkpoint: Checkpoint | undefined;
  readonly plan: StoredPlan | undefined;
  readonly result: ApplicationResult | undefined;
}

/**
 * One step of one run: it is stored as a whole or not at all. The step by which a run is `ended`
 * also removes its token, its items and its checkpoints, those of the step itself included: a run
 * that has ended keeps nothing but its own record.
 */
export interface StoreStep {
  readonly runId: string;
  /** Present exactly in the step that stores the run first. */
  readonly add?: { readonly run: Run; readonly token: StoredToken };
  /** A part that is given as `undefined` is removed; one that is absent stays. */
  readonly change?: RunChange;
  /** Parts left undefined keep the stored value of their path. */
  readonly checkpoints?: readonly StoredCheckpoint[];
  readonly enqueue?: readonly { readonly at: number; readonly item: ReportItem }[];
  /** Sequence numbers of items that were delivered or dropped. */
  readonly dequeue?: readonly number[];
}

/**
 * A cancellation, stored in case it arrives before what it cancels. Repeating it only extends its
 * lifetime.
 */
export interface Cancellation {
  readonly key: string;
  /** It cancels only the run with the same token. */
  readonly digest: string;
  readonly at: number;
  readonly expiresAt: number;
}

/** Which runs a page shows: newest first. */
export interface RunQuery {
  readonly state?: RunState;
  readonly outcome?: RunOutcome;
  readonly kind?: RunKind;
  /** Only those accepted before this time, in milliseconds. */
  readonly before?: number;
  readonly limit: number;
}

/** How much the store holds, for metrics and the status page. Times are milliseconds. */
export interface StoreFigures {
  readonly runs: readonly {
    readonly kind: RunKind;
    readonly state: RunState;
    readonly count: number;
  }[];
  /** When the oldest run that has not ended was accepted. */
  readonly oldestRunAt: number | undefined;
  /** Items that are still to be delivered. */
  readonly items: number;
  /** Of the item that was stored first. */
  readonly oldestItemAt: number | undefined;
  readonly bytes: number;
}

/**
 * Where runs are kept. A resolved promise means that it survives a crash of process and machine.
 * Rejects with a `StoreError` when that is impossible. One process uses a store at a time; the port
 * is asynchronous so that a database for several can follow.
 */
export interface Store {
  /**
   * The runs that have not ended, oldest first: so many at the most (all, if absent), after the one
   * of the id `after`. Run specs may be large: the start reads a page at a time.
   */
  openRuns(limit?: number, after?: string): Promise<readonly RunHead[]>;
  run(id: string): Promise<Run | undefined>;
  /** A run to be worked, which only adds results: those that it has stay in the store. */
  openRun(id: string): Promise<Run | undefined>;
  /** The tries of a task, oldest first. */
  runsOf(key: string): Promise<readonly RunHead[]>;
  runs(query: RunQuery): Promise<readonly RunHead[]>;
  /** The open run of a key that came with this very token. */
  openRunWith(key: string, digest: string): Promise<RunHead | undefined>;
  token(runId: string): Promise<StoredToken | undefined>;
  checkpoints(runId: string): Promise<readonly StoredCheckpoint[]>;
  /** The first items of a run after a sequence number, in their order; after none unless told. */
  items(runId: string, limit: number, after?: number): Promise<readonly StoredItem[]>;
  cancellations(key: string): Promise<readonly Cancellation[]>;
  /** The Argo CD instances that have responded, as given to `addContact`. */
  contacts(): Promise<readonly string[]>;
  figures(): Promise<StoreFigures>;
  /**
   * Stores steps, each as a whole; several that come at the same time share a commit. Rejects with
   * an ordinary error a step that is wrong in itself (no such run, or it is there already): the
   * others are stored. When nothing can be stored, all pending ones are rejected. A step with large
   * values takes longer than others: callers that need the order must wait for it.
   */
  commit(step: StoreStep): Promise<void>;
  addCancellation(cancellation: Cancellation): Promise<void>;
  removeCancellation(key: string, digest: string): Promise<void>;
  /** Keeps that an Argo CD has answered: a digest of how it is reached. Only the newest are kept. */
  addContact(address: string, at: number): Promise<void>;
  /**
   * Removes ended runs, refused ones after a day at the latest, and cancellations that expired, a
   * small batch at a time. Says how many. Of each client only the newest refused runs are kept.
   */
  sweep(endedBefore: number, now: number, most: number): Promise<number>;
  /** Whether it can store now, as the last commit or a probe showed; else why not. */
  readonly fault: string | undefined;
  close(): Promise<void>;
}

/**
 * Nothing could be stored: disk full, locked, corrupt. The message says which file, why, and what
 * to do; it is for operators of the handler.
 */
export class StoreError extends Error {
  override readonly name = 'StoreError';
}
