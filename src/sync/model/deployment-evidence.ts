import type { Operation, ResourceResult } from './operation.ts';

/** A change that has landed: only health that was compared after it counts. */
export interface DeploymentEvidence {
  /** Argo CD's clock; absent when it is not known: then only a fresh comparison will do. */
  readonly finishedAt: number | undefined;
  /** Local clock. */
  readonly seenAt: number;
  /** Argo CD's clock: the last comparison when the end was first seen. */
  readonly reconciledAt: number | undefined;
  /** What was asked for; absent where there is no operation to read it from. */
  readonly operation: Operation | undefined;
  /** What was deployed, one per source. */
  readonly revisions: readonly string[];
  /** What was applied; empty where nobody saw it. */
  readonly results: readonly ResourceResult[];
  /** How we know that it landed. */
  readonly evidence: string;
}
