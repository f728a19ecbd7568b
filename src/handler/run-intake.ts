import type { Secret } from '../secret.ts';
import type { RunAddress } from '../azure/task-hub/run-address.ts';
import type { RunSpec, RunState } from './run.ts';

/** The answer to an accepted execute request. */
export interface Accepted {
  readonly runId: string;
  readonly state: RunState;
  /** The same request was accepted before. */
  readonly isKnown: boolean;
}

/** What the public routes ask of the service, once caller, rights and inputs are checked. */
export interface RunIntake {
  /**
   * Stores a run. Once this resolves, the run will be processed, whatever happens. Rejects with a
   * `StoreError`. `token`: the job's own.
   */
  accept(spec: RunSpec, token: Secret): Promise<Accepted>;
  /** The open run for which the same request was accepted before, if any. */
  known(address: RunAddress, token: Secret): Promise<Accepted | undefined>;
  /**
   * Cancels the run of a task, even one that has yet to arrive. `false`: no run matches, and the client has
   * too many unverified cancellations; nothing is stored.
   */
  cancel(address: RunAddress, token: Secret, client: string): Promise<boolean>;
  /** How many open runs a client has, including those that are being accepted. */
  pendingOf(client: string): number;
  /** How many characters a client's unverified requests have. */
  unprovenOf(client: string): number;
}
