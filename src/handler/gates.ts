import type { ApplicationName } from '../sync/model/application.ts';

/** `failed` may still pass at a later sample, but not unless somebody acts. */
export const gateStatuses = ['passed', 'waiting', 'failed'] as const;
export type GateStatus = (typeof gateStatuses)[number];

/** The same, worst first. */
export const worstStatusesFirst: readonly GateStatus[] = ['failed', 'waiting', 'passed'];

/** The question of a gate: are these applications in the required state? */
export interface GateRequest {
  /** Name of the Argo CD instance in the configuration. */
  readonly argocd: string;
  readonly applications: readonly ApplicationName[];
  /** The AppProject that the applications must be in; empty: any allowed one. */
  readonly project: string;
  /** The revision that must be live; empty: the one that each application tracks. */
  readonly revision: string;
  readonly requireSynced: boolean;
  readonly requireHealthy: boolean;
  /** A paused rollout counts as healthy. */
  readonly acceptSuspended: boolean;
  /** Milliseconds for which all conditions must have held. */
  readonly stableFor: number;
  /** An application that is not allowed must look exactly like one that does not exist. */
  readonly isAllowed: (application: ApplicationName, appProject: string) => boolean;
}

/** The answer to a gate's sample, over all its applications. */
export interface GateReport {
  /** The worst status of the applications. */
  readonly status: GateStatus;
  /** One sentence for the gate's log; contains foreign text. */
  readonly message: string;
  readonly applications: readonly {
    /** `name` or `namespace/name`, as requested. */
    readonly name: string;
    readonly status: GateStatus;
    readonly message: string;
  }[];
}

/** Answers gates at once from what is known of Argo CD, without calling it. */
export interface GateEvaluator {
  /**
   * Asks Argo CD, for a few seconds, for what the question depends on and nobody watches: whether a full ref
   * is the short name that an application tracks. Never rejects.
   */
  prepare?(question: GateRequest): Promise<void>;
  judge(question: GateRequest): GateReport;
}
