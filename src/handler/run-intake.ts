import type { Secret } from '../secret.ts';
import type { RunAddress } from '../azure/task-hub/run-address.ts';
import type { RunSpec, RunState } from './run.ts';

/** The answer to an execute that was accepted. */
export interface Accepted {
  readonly runId: string;
  readonly state: RunState;
  /** The same request was accepted before. */
  readonly isKnown: boolean;
}

/** What the public routes ask of the service, once caller, rights and inputs are checked. */
export interface RunIntake {
  /**
   * Stores a run; when this resolves, it will be worked, whatever happens. Rejects with a
   * `StoreError`. `token` is the job's own.
   */
  accept(spec: RunSpec, token: Secret): Promise<Accepted>;
  /** The open run that the same request was accepted as before, if there is one. */
  known(address: RunAddress, token: Secret): Promise<Accepted | undefined>;
  /**
   * Cancels the run of a task, also one that is still to come. `false`: it meets no run, and the
   * client has too many of that kind that have not proven themselves; nothing is kept.
   */
  cancel(address: RunAddress, token: Secret, client: string): Promise<boolean>;
  /** How many runs of a client have not ended, with those that are being accepted. */
  pendingOf(client: string): number;
  /** How many characters the orders of a client have that have not proven themselves yet. */
  unprovenOf(client: string): number;
}
