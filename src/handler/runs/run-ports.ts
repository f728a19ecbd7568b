import type { Logger } from 'pino';
import type { ArgoCD } from '../../argocd/port.ts';
import type { LocatedPlan } from '../../azure/task-hub/plan-location.ts';
import type { RunAddress } from '../../azure/task-hub/run-address.ts';
import type { TaskHub, TokenSource } from '../../azure/task-hub/task-hub.ts';
import type { Clock } from '../../async/clock.ts';
import type { ChangeSource } from '../../follow/change-source.ts';
import type { Secret } from '../../secret.ts';
import type { FollowUpsOf } from './execution/listed-follow-ups.ts';
import type { EventClaims } from '../follow-ups/event-claims.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { RunSpec, RunHead } from '../run.ts';
import type { Store } from '../store/store.ts';
import type { TokenCipher } from '../secrets/token-cipher.ts';

/** With what a run reaches Azure DevOps: the token of its job, or our own identity where it brought none. */
export type RunToken = Secret | TokenSource;

/** Azure DevOps, as runs reach it. */
export interface AzurePorts {
  hub(address: RunAddress, token: RunToken): TaskHub;
  /** The plan, and the host that has it (azure-devops.md §11.6). */
  locate(address: RunAddress, token: RunToken, signal: AbortSignal): Promise<LocatedPlan>;
  /** Calls back when a collection answers again after an outage. Returns the end of that. */
  onReturn(collection: string, listener: () => void): () => void;
}

/** An Argo CD as one run may use it: what its rules do not allow is refused. */
export interface RunArgoCD {
  readonly argocd: ArgoCD;
  readonly changes: ChangeSource;
  /** For people: the address of its pages. */
  readonly server: string;
}

/**
 * All that runs need from the store, Azure DevOps, Argo CD and the process. Each room takes what it
 * uses (`start-runs.ts`).
 */
export interface RunPorts {
  readonly store: Store;
  readonly cipher: TokenCipher;
  readonly azure: AzurePorts;
  /** Tokens of our own identity, for announced runs. Rejects with an `AzureError` while there are none. */
  readonly ownToken: TokenSource;
  /**
   * The Argo CD of a run spec, for the run as it is at any time. Undefined where the configuration has no
   * such instance any more.
   */
  readonly argocd: (spec: RunSpec, current: () => RunHead) => RunArgoCD | undefined;
  /** What operations have started; absent where nobody follows events. */
  readonly followUpsOf?: FollowUpsOf | undefined;
  /** Hands events out to the runs that were queued for them. */
  readonly claims: EventClaims;
  /** Whether the rules allow none of it without the name of its Azure project. */
  readonly isNamed: (spec: RunSpec) => boolean;
  /** What of it the rules do not allow, by what was last proven of it; undefined where they allow all. */
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
