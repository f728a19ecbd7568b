/**
 * Whether the run still exists and waits in Azure DevOps (a proof). A run that has waited for long is
 * proven again right before it changes something.
 */
export interface Authority {
  /** Whether it was proven a moment ago. */
  readonly isProven: boolean;
  /**
   * Requests a new proof, however long that takes; concurrent callers share it. Resolves with why
   * the run is over, if it is; rejects when the process ends.
   */
  renew(): Promise<string | undefined>;
}
