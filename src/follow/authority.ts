/**
 * Whether the run still exists and waits in Azure DevOps (a proof). A run that has waited for long is
 * proven again right before it changes something.
 */
export interface Authority {
  /** It was found so a moment ago. */
  readonly isProven: boolean;
  /**
   * Has it proven again, however long that takes: whoever asks meanwhile has the same answer. Resolves
   * with why the run is over, if it is; rejects when the process ends.
   */
  renew(): Promise<string | undefined>;
}
