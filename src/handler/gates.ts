import type { ApplicationName } from '../sync/model/application.ts';

/** `failed` may still pass at a later sample, but not without somebody doing something. */
export const gateStatuses = ['passed', 'waiting', 'failed'] as const;
export type GateStatus = (typeof gateStatuses)[number];

/** The same, the worst first. */
export const worstStatusesFirst: readonly GateStatus[] = ['failed', 'waiting', 'passed'];

/** What a gate asks: are these applications where they should be? */
export interface GateRequest {
  /** Name of the Argo CD instance in the configuration. */
  readonly argocd: string;
  readonly applications: readonly ApplicationName[];
  /** The AppProject that they must be in; empty: any that is allowed. */
  readonly project: string;
  /** The revision that must be live; empty: what each application tracks. */
  readonly revision: string;
  readonly requireSynced: boolean;
  readonly requireHealthy: boolean;
  /** A paused rollout counts as healthy. */
  readonly acceptSuspended: boolean;
  /** Milliseconds for which all of it must have held. */
  readonly stableFor: number;
  /** What is not allowed must read exactly like what does not exist. */
  readonly isAllowed: (application: ApplicationName, appProject: string) => boolean;
}

/** The answer to a gate's sample, over all its applications. */
export interface GateReport {
  /** The worst of the applications. */
  readonly status: GateStatus;
  /** One sentence for the gate's log; foreign text in part. */
  readonly message: string;
  readonly applications: readonly {
    /** `name` or `namespace/name`, as it was asked. */
    readonly name: string;
    readonly status: GateStatus;
    readonly message: string;
  }[];
}

/** Answers gates from what is already known of Argo CD: at once, never by asking or waiting. */
export interface GateEvaluator {
  /**
   * Asks Argo CD, for some seconds, for what nobody watches and the question depends on: whether a ref
   * in full is the short name that an application tracks. Never rejects.
   */
  prepare?(question: GateRequest): Promise<void>;
  judge(question: GateRequest): GateReport;
}
