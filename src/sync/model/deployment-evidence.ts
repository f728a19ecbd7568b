import type { Operation, ResourceResult } from './operation.ts';

/** A change that has landed: only health that was compared after it counts. */
export interface DeploymentEvidence {
  /** Argo CD's clock; absent when unknown: then only a new comparison counts. */
  readonly finishedAt: number | undefined;
  /** Local clock. */
  readonly seenAt: number;
  /** Argo CD's clock: the last comparison when the end was first seen. */
  readonly reconciledAt: number | undefined;
  /** What was asked for; absent where no operation shows it. */
  readonly operation: Operation | undefined;
  /** What was deployed, one per source. */
  readonly revisions: readonly string[];
  /** What was applied; empty where that was not seen. */
  readonly results: readonly ResourceResult[];
  /** How we know that it landed. */
  readonly evidence: string;
}
