import type { Application, HistoryEntry } from './application.ts';
import { blockingConditions } from './condition.ts';
import type { Failure } from './failure.ts';
import type { Aim } from '../rules/hydration.ts';
import type { HydrationMemory } from './hydration-memory.ts';
import { isEnded } from './operation.ts';
import type { Operation, OperationState } from './operation.ts';
import { matchOperation } from './ownership.ts';
import type { Identity } from './ownership.ts';
import { knownPast, laterPast, pastOf } from './past.ts';
import type { Past } from './past.ts';
import type { CheckedOperation, OwnSettings, RequestedSync } from './stored-operation.ts';
import type { SyncWindows } from '../windows/sync-window.ts';

/** The request that starts our operation, from the moment before it is sent. */
export interface SentRequest {
  /**
   * `sent`: no response yet. `unclear`: none came, so it may have taken effect. `accepted`: Argo CD
   * holds the operation. `refused`: it does not.
   */
  readonly state: 'sent' | 'unclear' | 'accepted' | 'refused';
  readonly at: number;
  /** How many times it was sent. */
  readonly times: number;
  /** Since when Argo CD has failed it with an unknown error. */
  readonly brokenSince?: number | undefined;
  readonly failure: Failure | undefined;
  /** Argo CD's message when it refused. */
  readonly reason: string;
  /** What was requested; absent for a rollback, and in what an earlier version stored. */
  readonly sent?: RequestedSync;
  /** What the application specified when it was sent; absent in what an earlier version stored. */
  readonly own?: OwnSettings;
  /** The operation as Argo CD stored it, with its revisions resolved. */
  readonly operation: Operation | undefined;
  /** The newest history entry when it was accepted. */
  readonly historyId: number;
  /** What had happened when it was accepted; absent in what earlier versions stored. */
  readonly past?: Past | undefined;
}

/** The end of the followed operation, as it was when first seen. */
export interface Ended {
  readonly state: OperationState;
  readonly seenAt: number;
  /**
   * When the application had last been compared at that time: health from before does not count.
   */
  readonly reconciledAt: number | undefined;
}

/**
 * When the end of an operation was first seen, and when the application had last been compared at
 * that time.
 */
export interface Settled {
  /** Argo CD's clock. */
  readonly operationStartedAt: number;
  /** Whole seconds cannot distinguish two operations that began and ended in the same one. */
  readonly fingerprint: string;
  readonly finishedAt: number | undefined;
  readonly seenAt: number;
  readonly reconciledAt: number | undefined;
}

/**
 * The state of refresh requests. `answeredAt`: when the last answered one was sent; `hardAt`: when
 * the last hard one was, if any.
 */
export interface RefreshState {
  readonly askedAt: number | undefined;
  readonly answeredAt: number | undefined;
  readonly hardAt?: number;
  readonly failures: number;
}

/**
 * What a run remembers of one application between looks: plain data, so that it can be stored and
 * resumed. All times are local milliseconds, except those inside `Application` types, which are by
 * Argo CD's clock: the two are never compared.
 */
export interface Memory {
  readonly startedAt: number;
  readonly uid: string | undefined;
  /** The AppProject in which the application was last seen. */
  readonly project?: string;
  /** The application as it was when the run began. */
  readonly first: FirstLook | undefined;
  readonly identity: Identity | undefined;
  readonly request: SentRequest | undefined;
  /** The deployment that a rollback returns to, as it was when the request was made. */
  readonly returnTo: HistoryEntry | undefined;
  /** Our operation as first seen: pending or running. */
  readonly asked: Operation | undefined;
  /** Our operation was seen running. */
  readonly begun: OperationState | undefined;
  readonly ended: Ended | undefined;
  /** Success known from history alone: the operation ended and was replaced unseen. */
  readonly proven: { readonly entry: HistoryEntry; readonly seenAt: number } | undefined;
  /** The last operation that was seen to have ended, no matter who started it. */
  readonly settled: Settled | undefined;
  readonly refresh: RefreshState;
  readonly windows: { readonly answer: SyncWindows; readonly at: number } | undefined;
  /** Why the last request for the windows failed, and when it was sent. */
  readonly windowsFault?: { readonly reason: string; readonly at: number } | undefined;
  /** Since when the application has been as healthy as required. */
  readonly healthySince: number | undefined;
  /** Since when resources have been missing after the operation. */
  readonly missingSince: number | undefined;
  /** When a terminate was last sent. */
  readonly terminatedAt: number | undefined;
  /** The operation that a terminate ended, or that was there when one was asked for. */
  readonly terminating: Identity | undefined;
  /** Since when there has been a condition with an unknown message: it may go away. */
  readonly unknownErrorSince?: number | undefined;
  /** How our operation differs from what was requested; absent until that was checked. */
  readonly checked?: CheckedOperation | undefined;
  /**
   * Absent where the application is not hydrated, or was stored by a version without this field.
   */
  readonly hydration?: HydrationMemory;
  /** What of a hydrated application is deployed; absent until it is known. */
  readonly aim?: Aim | undefined;
  /** The state of the operation that may not end by itself, and since when. */
  readonly stuck?: { readonly as: string; readonly since: number } | undefined;
  /** Since when Argo CD has responded to a terminate that nothing is in progress. */
  readonly noOperationSince?: number | undefined;
  /** The number of attempts of the operations that the followed one replaced. */
  readonly earlierAttempts?: number | undefined;
  /** Since when the followed operation has been gone without a newer one in its place. */
  readonly goneSince?: number | undefined;
  /** When the last look that Argo CD answered began. */
  readonly lookedAt?: number | undefined;
}

/** What the first look found. The time is by Argo CD's clock, in milliseconds. */
export interface FirstLook {
  readonly historyId: number;
  readonly operationStartedAt: number | undefined;
  /** What had happened by then; absent in what earlier versions stored. */
  readonly past?: Past | undefined;
}

/** The memory of a run that has seen and requested nothing yet. `startedAt`: local milliseconds. */
export function newMemory(startedAt: number, identity: Identity | undefined): Memory {
  return {
    startedAt,
    uid: undefined,
    first: undefined,
    identity,
    request: undefined,
    returnTo: undefined,
    asked: undefined,
    begun: undefined,
    ended: undefined,
    proven: undefined,
    settled: undefined,
    refresh: { askedAt: undefined, answeredAt: undefined, failures: 0 },
    windows: undefined,
    healthySince: undefined,
    missingSince: undefined,
    terminatedAt: undefined,
    terminating: undefined,
  };
}

/** The id of the newest history entry; −1 where there is none. */
export function newestHistoryId(application: Application): number {
  return application.history.reduce((newest, { id }) => Math.max(newest, id), -1);
}

/** Records a look at the application in the memory. */
export function remember(memory: Memory, application: Application, now: number): Memory {
  if (memory.uid !== undefined && memory.uid !== application.uid) return memory;
  const first = memory.first ?? {
    historyId: newestHistoryId(application),
    operationStartedAt: application.operationState?.startedAt,
    past: pastOf(application),
  };
  // A refresh that an earlier look has answered is older than an end seen now, even in the same millisecond.
  const answeredAt = memory.first === undefined ? undefined : memory.refresh.answeredAt;
  const seenAt = Math.max(now, (answeredAt ?? -Infinity) + 1);
  const known = {
    ...memory,
    uid: application.uid,
    project: application.project,
    first,
    settled: settle(memory.settled, application, seenAt),
    unknownErrorSince:
      blockingConditions(application, 'unknown').length === 0
        ? undefined
        : (memory.unknownErrorSince ?? now),
  };
  if (memory.identity === undefined || memory.ended !== undefined) return known;
  const seen = matchOperation(application, memory.identity);
  switch (seen.kind) {
    case 'absent':
      return known;
    case 'pending':
      return { ...known, asked: memory.asked ?? seen.operation };
    case 'running':
    case 'ended': {
      const { state } = seen;
      const begun = {
        ...known,
        identity: pin(memory.identity, state),
        asked: memory.asked ?? state.operation,
        begun: state,
      };
      if (seen.kind === 'running') return begun;
      return { ...begun, ended: { state, seenAt, reconciledAt: application.reconciledAt } };
    }
  }
}

function settle(
  known: Settled | undefined,
  { operationState: state, reconciledAt }: Application,
  seenAt: number,
): Settled | undefined {
  if (state === undefined || !isEnded(state.phase)) return known;
  const { startedAt, finishedAt } = state;
  const { fingerprint } = state.operation;
  const isKnown =
    known?.operationStartedAt === startedAt &&
    known.finishedAt === finishedAt &&
    known.fingerprint === fingerprint;
  if (isKnown) return known;
  return { operationStartedAt: startedAt, fingerprint, finishedAt, seenAt, reconciledAt };
}

/**
 * What changes when another operation is followed from now on: history before it proves nothing.
 */
export function follow(
  memory: Memory,
  identity: Identity,
  application: Application,
): Partial<Memory> {
  const isBegun = identity.kind === 'adopted' && identity.startedAt !== undefined;
  const operationState = memory.begun ?? (isBegun ? undefined : application.operationState);
  const past = laterPast(knownPast(memory), pastOf({ ...application, operationState }));
  return {
    first: memory.first && { ...memory.first, historyId: newestHistoryId(application), past },
    identity,
    earlierAttempts: attemptsOf(memory),
    request: undefined,
    asked: undefined,
    begun: undefined,
    ended: undefined,
    proven: undefined,
    checked: undefined,
  };
}

/** How many attempts what this run follows has had so far. */
function attemptsOf({ earlierAttempts, begun }: Memory): number | undefined {
  return begun === undefined ? earlierAttempts : (earlierAttempts ?? 0) + begun.retryCount + 1;
}

/**
 * A memory as another process resumes it. A request whose response the earlier process did not see
 * may have taken effect.
 */
export function recollect(memory: Memory): Memory {
  const { request } = memory;
  // Nobody saw whether it was gone all the time.
  const kept = { ...memory, goneSince: undefined, stuck: undefined };
  if (request?.state !== 'sent') return kept;
  return { ...kept, request: { ...request, state: 'unclear' } };
}

function pin(identity: Identity, state: OperationState): Identity {
  return identity.kind === 'adopted' && identity.startedAt === undefined
    ? { ...identity, startedAt: state.startedAt }
    : identity;
}
