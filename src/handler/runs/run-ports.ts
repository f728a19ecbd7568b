import type { Logger } from 'pino';
import type { ArgoCD } from '../../argocd/port.ts';
import type { LocatedPlan } from '../../azure/task-hub/plan-location.ts';
import type { RunAddress } from '../../azure/task-hub/run-address.ts';
import type { TaskHub, TokenSource } from '../../azure/task-hub/task-hub.ts';
import type { Clock } from '../../async/clock.ts';
import type { ChangeSource } from '../../follow/change-source.ts';
import type { Application } from '../../sync/model/application.ts';
import type { Secret } from '../../secret.ts';
import type { RunFollowUps } from '../follow-ups/run-follow-ups.ts';
import type { EventClaims } from '../follow-ups/event-claims.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { RunSpec, RunHead } from '../run.ts';
import type { Store } from '../store/store.ts';
import type { TokenCipher } from '../secrets/token-cipher.ts';

/** How a run calls Azure DevOps: with its job's token or, if it has none, the handler's own identity. */
export type RunToken = Secret | TokenSource;

/** Azure DevOps, as runs call it. */
export interface AzurePorts {
  hub(address: RunAddress, token: RunToken): TaskHub;
  /** The plan, and the host that has it (azure-devops.md §11.6). */
  locate(address: RunAddress, token: RunToken, signal: AbortSignal): Promise<LocatedPlan>;
  /** Calls the listener when a collection responds again after an outage. Returns a function that removes it. */
  onReturn(collection: string, listener: () => void): () => void;
}

/** An Argo CD as one run may use it: what the rules do not allow is refused. */
export interface RunArgoCD {
  readonly argocd: ArgoCD;
  readonly changes: ChangeSource;
  /** The URL of its pages, for people. */
  readonly server: string;
}

/**
 * Everything that runs need from the store, Azure DevOps, Argo CD and the process. Each room takes what it
 * uses (`start-runs.ts`).
 */
export interface RunPorts {
  readonly store: Store;
  readonly cipher: TokenCipher;
  readonly azure: AzurePorts;
  /** Tokens of the handler's own identity, for announced runs. Rejects with an `AzureError` if there are none. */
  readonly ownToken: TokenSource;
  /**
   * The Argo CD of a run spec; `current` returns the run at any time. Undefined if the configuration no
   * longer has the instance.
   */
  readonly argocd: (spec: RunSpec, current: () => RunHead) => RunArgoCD | undefined;
  /** The follow-ups of a run's own operation; absent if no events are followed. */
  readonly followUps?: RunFollowUps | undefined;
  /** What is wrong with the annotations of an application of this Argo CD; sentences, foreign in part. */
  readonly annotationFaults?:
    ((argocd: string, application: Application) => readonly string[]) | undefined;
  /** Hands events out to the runs that were queued for them. */
  readonly claims: EventClaims;
  /** Whether the rules allow nothing without the name of the Azure project. */
  readonly isNamed: (spec: RunSpec) => boolean;
  /** What the rules do not allow, by what was last proven; undefined if they allow everything. */
  readonly denial: (spec: RunSpec) => string | undefined;
  readonly clock: Clock;
  readonly random: () => number;
  readonly metrics: Metrics;
  readonly logger: Logger;
  /** Resolves when other work allows another run to start; at once after urgent ones. */
  readonly yieldToEventLoop: (isUrgent: boolean) => Promise<void>;
  /** Aborts, with a `Detachment`, when the process ends. */
  readonly signal: AbortSignal;
}
