import type { Applications } from './applications.ts';
import type { SimulatedClock } from './clock.ts';
import type { Cluster } from './cluster.ts';
import type { EventLog } from './event-log.ts';
import type { Projects } from './projects.ts';
import type { Repository } from './repository.ts';

/** How the controller behaves. Tests may change it at any time. All times are simulated milliseconds. */
export interface Behavior {
  /** From the request of an operation to its `Running`. */
  pickUp: number;
  /** How long a refresh takes; a large number makes it block. */
  refresh: number;
  /** How long the hydrator takes to render and commit. */
  hydration: number;
  /** Between two waves (`ARGOCD_SYNC_WAVE_DELAY`, two seconds by default). */
  waveDelay: number;
  /** Between two reconciliations that nobody requested; 0 means never. */
  reconciliation: number;
}

/** Everything that the controller and the API server share. */
export interface Environment {
  readonly clock: SimulatedClock;
  readonly applications: Applications;
  readonly cluster: Cluster;
  readonly repository: Repository;
  readonly projects: Projects;
  readonly events: EventLog;
  readonly behavior: Behavior;
}
