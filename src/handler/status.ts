import type { Run, RunHead } from './run.ts';
import type { RunQuery, StoredCheckpoint, StoreFigures } from './store/store.ts';

/** The state of the handler, for probes and pages. Times are local milliseconds. */
export interface ServiceStatus {
  /** Why it is not ready; empty if it is. */
  readonly unready: readonly string[];
  readonly startedAt: number;
  /** Warnings: configuration that is missing or unsafe, and annotations that are invalid or not granted. */
  readonly notes: readonly string[];
  readonly instances: readonly InstanceStatus[];
  readonly store: {
    readonly path: string;
    /** Why nothing can be stored, if so. */
    readonly fault: string | undefined;
  };
}

/** The state of one Argo CD. */
export interface InstanceStatus {
  readonly name: string;
  readonly page: string;
  /** Since when the stream reports changes; absent while it does not. */
  readonly streamSince: number | undefined;
  readonly reconnects: number;
  /** When all applications were last listed. */
  readonly listedAt: number | undefined;
  readonly applications: number;
  /** How many followers listen for changes. */
  readonly followers: number;
  /** Why the last contact failed; empty if it did not. Foreign text. */
  readonly failure: string;
}

/** What the pages show of runs; implemented by `Store`. */
export interface RunRecords {
  run(id: string): Promise<Run | undefined>;
  runs(query: RunQuery): Promise<readonly RunHead[]>;
  checkpoints(runId: string): Promise<readonly StoredCheckpoint[]>;
  figures(): Promise<StoreFigures>;
}
