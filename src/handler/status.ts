import type { Run, RunHead } from './run.ts';
import type { RunQuery, StoredCheckpoint, StoreFigures } from './store/store.ts';

/** How the handler is, for probes and pages. Times are local, in milliseconds. */
export interface ServiceStatus {
  /** Why it is not ready; none: it is. */
  readonly unready: readonly string[];
  readonly startedAt: number;
  /** Warnings: what is missing in the configuration, or unsafe, and annotations that ask for what they cannot have. */
  readonly notes: readonly string[];
  readonly instances: readonly InstanceStatus[];
  readonly store: {
    readonly path: string;
    /** Why nothing can be stored. */
    readonly fault: string | undefined;
  };
}

/** How it stands with one Argo CD. */
export interface InstanceStatus {
  readonly name: string;
  readonly page: string;
  /** Since when changes arrive by themselves; absent while they do not. */
  readonly streamSince: number | undefined;
  readonly reconnects: number;
  /** When all applications were listed last. */
  readonly listedAt: number | undefined;
  readonly applications: number;
  /** How many followers listen for changes. */
  readonly followers: number;
  /** Why it could not be reached when it was last tried; empty: it could. Foreign text. */
  readonly failure: string;
}

/** What the pages show of runs; a `Store` has it. */
export interface RunRecords {
  run(id: string): Promise<Run | undefined>;
  runs(query: RunQuery): Promise<readonly RunHead[]>;
  checkpoints(runId: string): Promise<readonly StoredCheckpoint[]>;
  figures(): Promise<StoreFigures>;
}
