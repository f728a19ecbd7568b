import type { Attachment, RecordUpdate, TaskHubResult } from '../../azure/task-hub/task-hub.ts';
import type { Checkpoint } from '../../follow/checkpoint-store.ts';
import type { FollowUpReport } from '../../sync/model/follow-up-report.ts';
import type { ApplicationResult } from '../../sync/model/outcome.ts';
import type { StoredPlan } from '../../sync/plan/plan.ts';
import type { Run, RunChange, RunHead, RunKind, RunOutcome, RunState } from '../run.ts';

/** A report for Azure DevOps. The items of a run are delivered in the order in which they were stored. */
export type ReportItem =
  | { readonly kind: 'started' }
  | { readonly kind: 'lines'; readonly lines: readonly string[] }
  | { readonly kind: 'record'; readonly update: Omit<RecordUpdate, 'id'> }
  | { readonly kind: 'children'; readonly records: readonly RecordUpdate[] }
  | { readonly kind: 'attachment'; readonly attachment: Attachment }
  | { readonly kind: 'completed'; readonly result: TaskHubResult };

/** An item of a run's outbox. `at`: when it was stored, in milliseconds. */
export interface StoredItem {
  /** Increases with every stored item. */
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

/** An application whose following has ended, while the run waits for its follow-ups. */
export interface StoredWait {
  /** Without them. */
  readonly result: ApplicationResult;
  /** All that its operation has started, each as it was told last. */
  readonly followUps: readonly FollowUpReport[];
  /** Local milliseconds. */
  readonly since: number;
}

/** What is stored of one application of a run, so that another process can resume it. */
export interface StoredCheckpoint {
  /** The application, preceded by the applications that manage it. */
  readonly path: string;
  readonly checkpoint: Checkpoint | undefined;
  readonly plan: StoredPlan | undefined;
  readonly result: ApplicationResult | undefined;
  readonly wait?: StoredWait | undefined;
}

/**
 * One step of one run, stored as a whole or not at all. The step that makes a run `ended` also removes its
 * token, its items and its checkpoints, including those of the step itself: of an ended run, only its own
 * record remains.
 */
export interface StoreStep {
  readonly runId: string;
  /** Present only in the first step of a run, which stores it. */
  readonly add?: { readonly run: Run; readonly token: StoredToken };
  /** Parts given as `undefined` are removed; absent parts stay unchanged. */
  readonly change?: RunChange;
  /** Parts left undefined keep the stored value of their path. */
  readonly checkpoints?: readonly StoredCheckpoint[];
  readonly enqueue?: readonly { readonly at: number; readonly item: ReportItem }[];
  /** Sequence numbers of items that were delivered or dropped. */
  readonly dequeue?: readonly number[];
}

/** A cancellation, stored in case it arrives before the run. Repeating it only extends its lifetime. */
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
  /** When the oldest item was stored. */
  readonly oldestItemAt: number | undefined;
  readonly bytes: number;
}

/**
 * Where runs are stored. A resolved promise means that the data survives a crash of process and machine.
 * Rejects with a `StoreError` if that is impossible. One process uses a store at a time; the port is
 * asynchronous so that a database for several can follow.
 */
export interface Store {
  /**
   * The open runs, oldest first: at most `limit` (all, if absent), after the run `after`. Run specs may be
   * large, so startup reads a page at a time.
   */
  openRuns(limit?: number, after?: string): Promise<readonly RunHead[]>;
  run(id: string): Promise<Run | undefined>;
  /** An open run, to be processed. Its stored results are not included; processing only adds results. */
  openRun(id: string): Promise<Run | undefined>;
  /** The tries of a task, oldest first. */
  runsOf(key: string): Promise<readonly RunHead[]>;
  runs(query: RunQuery): Promise<readonly RunHead[]>;
  /** The open run with a key and this very token. */
  openRunWith(key: string, digest: string): Promise<RunHead | undefined>;
  token(runId: string): Promise<StoredToken | undefined>;
  checkpoints(runId: string): Promise<readonly StoredCheckpoint[]>;
  /** The first items of a run, in order, after a sequence number if given. */
  items(runId: string, limit: number, after?: number): Promise<readonly StoredItem[]>;
  cancellations(key: string): Promise<readonly Cancellation[]>;
  /** The Argo CD instances that have responded, as given to `addContact`. */
  contacts(): Promise<readonly string[]>;
  figures(): Promise<StoreFigures>;
  /**
   * Stores steps, each as a whole; concurrent steps share a commit. Rejects with an ordinary error if the
   * step itself is invalid (the run does not exist, or exists already); the other steps are stored. If
   * nothing can be stored, all pending steps are rejected. A step with large values takes longer than others:
   * callers that need the order must wait for it.
   */
  commit(step: StoreStep): Promise<void>;
  addCancellation(cancellation: Cancellation): Promise<void>;
  removeCancellation(key: string, digest: string): Promise<void>;
  /** Records that an Argo CD has answered, by a digest of how it is reached. Only the newest are kept. */
  addContact(address: string, at: number): Promise<void>;
  /**
   * Removes ended runs (refused ones after a day at the latest) and expired cancellations, a small batch at a
   * time. Returns how many. Only the newest refused runs of each client are kept.
   */
  sweep(endedBefore: number, now: number, most: number): Promise<number>;
  /** Why nothing can be stored, according to the last commit or probe; undefined if it can. */
  readonly fault: string | undefined;
  close(): Promise<void>;
}

/**
 * Nothing can be stored: disk full, locked, corrupt. The message says which file, why, and what to do; it is
 * for operators of the handler.
 */
export class StoreError extends Error {
  override readonly name = 'StoreError';
}
