import { collectionKey } from '../azure/http/collection.ts';
import type { Hub, RunAddress } from '../azure/task-hub/run-address.ts';
import type { TaskRequest } from '../inputs/inputs.ts';
import type { LogMark } from '../report/log.ts';
import type { InfoRow } from '../sync/model/operation.ts';
import type { ApplicationName } from '../sync/model/application.ts';
import { outcomes, type ApplicationResult } from '../sync/model/outcome.ts';

/**
 * `sync` changes something. `check` only waits, and is not told of a cancellation. `claim` is the first job
 * of a follow-up: it asks for its event, and follows no application.
 */
export const runKinds = ['sync', 'check', 'claim'] as const;
export type RunKind = (typeof runKinds)[number];
/** Kinds of runs that follow applications. */
export type FollowKind = Exclude<RunKind, 'claim'>;

/**
 * `accepted`: stored and acknowledged, not yet verified with Azure DevOps. `following`: verified, and in
 * progress in Argo CD. `reporting`: its end is known, and is being reported to Azure DevOps. `ended`: nothing
 * is left to do.
 */
export const runStates = ['accepted', 'following', 'reporting', 'ended'] as const;
export type RunState = (typeof runStates)[number];

/**
 * How a run ended: the outcome of the sync, or why there was none. `refused`: it could not be verified.
 * `duplicate`: the same run was already in progress. `unreported`: the end could not be reported to Azure
 * DevOps.
 */
export const runOutcomes = [...outcomes, 'refused', 'duplicate', 'unreported'] as const;
export type RunOutcome = (typeof runOutcomes)[number];

/** What a caller requests, valid and allowed. Immutable. */
export type RunSpec = FollowSpec | ClaimSpec;

/** A run that follows applications. */
export interface FollowSpec extends SpecOfAny {
  readonly kind: FollowKind;
  readonly request: TaskRequest;
}

/** A run that claims the event for which it was queued. */
export interface ClaimSpec extends SpecOfAny {
  readonly kind: 'claim';
  /** 15 digits (`eventKeyOf`). */
  readonly eventKey: string;
}

/** What all kinds of runs have. */
interface SpecOfAny {
  readonly address: RunAddress;
  /** Name of the client whose token came with the request. */
  readonly client: string;
  /**
   * Name of the Azure project, as claimed by the request. No rule uses it once the run has started. Empty for
   * an announced run, which claims none.
   */
  readonly azureProject: string;
  /** What was last proven; absent before the first proof, and in specs that earlier handlers stored. */
  readonly proven?: Proven;
  /** Name of the Argo CD instance in the configuration; empty for a claim, whose event names one. */
  readonly argocd: string;
  /** Rows for people in `operation.info`. */
  readonly info: readonly InfoRow[];
  /** The run's page in Azure DevOps; empty if unknown. */
  readonly page: string;
  /** Set for checks and announced runs: the build to watch for a cancellation. */
  readonly buildId: number | undefined;
  /** Set for an announced run, which is named by its operation (`announcement.ts`). */
  readonly announced?: Announced;
}

/** The operation that announced a run. */
export interface Announced {
  /** Of the application. */
  readonly uid: string;
  /** When the operation started, in milliseconds of Argo CD's clock; absent if it had not. */
  readonly startedAt?: number;
  /** What is wrong with the task's inputs, for people. A run with faults is not followed. */
  readonly faults: readonly string[];
}

/** A claim waits only for Azure DevOps: as long as the default timeout of an agentless job. */
const claimTimeout = 3_600_000;

/** How long a run may take, in milliseconds. */
export function timeoutOf(spec: RunSpec): number {
  return spec.kind === 'claim' ? claimTimeout : spec.request.timeout;
}

/** What Azure DevOps said about a run when it was last verified. */
export interface Proven {
  /** Milliseconds. */
  readonly at: number;
  /** Name of its project; absent if its token may not read that. */
  readonly projectName?: string;
}

/** One try of one task of a pipeline run, from the request to the end. Times are milliseconds. */
export interface Run {
  readonly id: string;
  /** Common to all tries of a task: collection, plan, job and task. */
  readonly key: string;
  readonly spec: RunSpec;
  /** The marker of the operation (`azure-pipelines/run`), stored before anything is requested. */
  readonly marker: string;
  readonly acceptedAt: number;
  /** When the run must have ended. */
  readonly deadline: number;
  /** The latest time at which the job's token expires. Nothing can be reported after that. */
  readonly tokenExpiresAt: number;
  readonly state: RunState;
  /** Counts from 1; `retryCountOnTaskFailure` makes more. */
  readonly attempt: number;
  readonly isCanceled: boolean;
  /** What a label selector found; absent until then, and if applications are named. */
  readonly names: readonly ApplicationName[] | undefined;
  readonly report: ReportState;
  readonly outcome: RunOutcome | undefined;
  /** One sentence: how the run ended, or what it is doing. Contains foreign text. */
  readonly message: string;
  readonly endedAt: number | undefined;
  /** The results, once they are known. */
  readonly results: readonly ApplicationResult[];
}

/** A run without its results, which may be large. Enough for lists, other tries and startup. */
export type RunHead = Omit<Run, 'results'>;

/** How much has been reported to Azure DevOps. */
export interface ReportState {
  readonly planVersion: number | undefined;
  /** The record's log: `base` lines precede ours, and at least `written` of ours were written. */
  readonly log:
    { readonly id: number; readonly base: number; readonly written: number } | undefined;
  /** A completion may have been sent: the record is read before it is sent again. */
  readonly isCompleting: boolean;
  /** When it was last sent, if known; local milliseconds. */
  readonly completingSince?: number;
  /** Since when only the end remains to be reported; local milliseconds. */
  readonly endingSince?: number;
  /** The kinds of reports that were dropped, which has been logged. */
  readonly leftOut?: readonly string[];
  /** The server refuses child records, or their types. */
  readonly isWithoutChildren: boolean;
  readonly percent: number;
  /** The position in the log at which another process continues. */
  readonly mark: LogMark | undefined;
  readonly issues: readonly { readonly type: 'error' | 'warning'; readonly message: string }[];
}

/** The report state of a run before its first report. */
export const nothingReported: ReportState = {
  planVersion: undefined,
  log: undefined,
  isCompleting: false,
  isWithoutChildren: false,
  percent: 0,
  mark: undefined,
  issues: [],
};

/** The parts of a run that change. */
export type RunChange = Partial<
  Pick<
    Run,
    | 'spec'
    | 'state'
    | 'attempt'
    | 'isCanceled'
    | 'names'
    | 'report'
    | 'outcome'
    | 'message'
    | 'endedAt'
    | 'results'
    | 'tokenExpiresAt'
  >
>;

/** The key of a task in a run: the same for all its tries, whichever URL its organization is called by. */
export function keyOf({ collection, planId, jobId, taskInstanceId }: RunAddress): string {
  return [collectionKey(collection), planId, jobId, taskInstanceId].join('|').toLowerCase();
}

/** How many characters a spec has, as it is stored. */
export function charactersOf(spec: RunSpec): number {
  return JSON.stringify(spec).length;
}

export type { Hub };
