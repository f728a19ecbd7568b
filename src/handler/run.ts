import { collectionKey } from '../azure/http/collection.ts';
import type { Hub, RunAddress } from '../azure/task-hub/run-address.ts';
import type { TaskRequest } from '../inputs/inputs.ts';
import type { LogMark } from '../report/log.ts';
import type { InfoRow } from '../sync/model/operation.ts';
import type { ApplicationName } from '../sync/model/application.ts';
import { outcomes, type ApplicationResult } from '../sync/model/outcome.ts';

/**
 * `sync` changes something; `check` only waits and looks, and nobody tells it of a cancellation. `claim`
 * is the first job of a follow-up: it asks what happened, and follows no application.
 */
export const runKinds = ['sync', 'check', 'claim'] as const;
export type RunKind = (typeof runKinds)[number];
/** Of runs that follow applications. */
export type FollowKind = Exclude<RunKind, 'claim'>;

/**
 * `accepted`: stored and acknowledged, not yet proven at Azure DevOps. `following`: proven, and on
 * its way in Argo CD. `reporting`: its end is known, Azure DevOps is being told. `ended`: all is
 * done that can be done.
 */
export const runStates = ['accepted', 'following', 'reporting', 'ended'] as const;
export type RunState = (typeof runStates)[number];

/**
 * How a run ended: the outcome of the sync, or why there was none. `refused`: it could not prove
 * itself. `duplicate`: the same run was already being worked on. `unreported`: Azure DevOps could
 * not be told the end.
 */
export const runOutcomes = [...outcomes, 'refused', 'duplicate', 'unreported'] as const;
export type RunOutcome = (typeof runOutcomes)[number];

/** What a caller asks for, valid and allowed: everything that does not change while it is worked. */
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

/** What runs of all kinds say. */
interface SpecOfAny {
  readonly address: RunAddress;
  /** Name of the client whose token came with the request. */
  readonly client: string;
  /**
   * The Azure project's name, as the request claims it: no rule goes by it once the run is at work.
   * Empty for an announced run, which claims none.
   */
  readonly azureProject: string;
  /** What was last proven; absent before, and in specs that earlier handlers stored. */
  readonly proven?: Proven;
  /** Name of the Argo CD instance in the configuration; empty for a claim, whose event has one. */
  readonly argocd: string;
  /** Rows for people in `operation.info`. */
  readonly info: readonly InfoRow[];
  /** The run's page in Azure DevOps; empty when it is not known. */
  readonly page: string;
  /** Set for checks and announced runs: the build to watch for a cancellation. */
  readonly buildId: number | undefined;
  /** Present for a run that nobody has sent to us: its operation names it (`announcement.ts`). */
  readonly announced?: Announced;
}

/** By which operation a run has become known. */
export interface Announced {
  /** Of the application. */
  readonly uid: string;
  /** When the operation began, by Argo CD's clock, in milliseconds; absent for one that had not. */
  readonly startedAt?: number;
  /** What is wrong with the inputs of its task, for people; the run is not followed then. */
  readonly faults: readonly string[];
}

/** A claim waits for Azure DevOps alone: as long as an agentless job does unless told otherwise. */
const claimTimeout = 3_600_000;

/** How long a run may take, in milliseconds. */
export function timeoutOf(spec: RunSpec): number {
  return spec.kind === 'claim' ? claimTimeout : spec.request.timeout;
}

/** What Azure DevOps said of a run when it last proved itself. */
export interface Proven {
  /** Milliseconds. */
  readonly at: number;
  /** Name of its project; absent where its token may not read that. */
  readonly projectName?: string;
}

/** One try of one task of a pipeline's run, from the request to the end. Times are milliseconds. */
export interface Run {
  readonly id: string;
  /** What the tries of a task have in common: collection, plan, job and task. */
  readonly key: string;
  readonly spec: RunSpec;
  /** The mark on the operation (`azure-pipelines/run`): stored before anything is asked for. */
  readonly marker: string;
  readonly acceptedAt: number;
  /** When the run must have ended. */
  readonly deadline: number;
  /** When the job's token ends at the latest: nothing can be reported after. */
  readonly tokenExpiresAt: number;
  readonly state: RunState;
  /** Counts from 1; `retryCountOnTaskFailure` makes more. */
  readonly attempt: number;
  readonly isCanceled: boolean;
  /** What a label selector found; absent before, and where applications are named. */
  readonly names: readonly ApplicationName[] | undefined;
  readonly report: ReportState;
  readonly outcome: RunOutcome | undefined;
  /** One sentence: how it ended, or what it is about now. Foreign text in part. */
  readonly message: string;
  readonly endedAt: number | undefined;
  /** The results, once they are known. */
  readonly results: readonly ApplicationResult[];
}

/** A run without its results, which may be large: what lists, other tries and the start need of it. */
export type RunHead = Omit<Run, 'results'>;

/** How far Azure DevOps has been told. */
export interface ReportState {
  readonly planVersion: number | undefined;
  /** The record's log: `base` lines were there before ours, and `written` of ours are known to be. */
  readonly log:
    { readonly id: number; readonly base: number; readonly written: number } | undefined;
  /** A completion may have been sent: the record is looked at before it is sent again. */
  readonly isCompleting: boolean;
  /** When it was sent last, as far as is known; local milliseconds. */
  readonly completingSince?: number;
  /** Since when all that is left is to tell the end; local milliseconds. Absent before. */
  readonly endingSince?: number;
  /** The kinds of reports of which something was left out, and that is said. */
  readonly leftOut?: readonly string[];
  /** The server refuses child records, or records of such types. */
  readonly isWithoutChildren: boolean;
  readonly percent: number;
  /** Where the log is, so that another process goes on with it. */
  readonly mark: LogMark | undefined;
  readonly issues: readonly { readonly type: 'error' | 'warning'; readonly message: string }[];
}

/** The report state of a run of which Azure DevOps has been told nothing. */
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

/** The key of a task in a run: tries of it have the same, by whichever address of its organization. */
export function keyOf({ collection, planId, jobId, taskInstanceId }: RunAddress): string {
  return [collectionKey(collection), planId, jobId, taskInstanceId].join('|').toLowerCase();
}

export type { Hub };
