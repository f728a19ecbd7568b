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
   * `sent`: no answer yet. `unclear`: none came, so it may have been carried out. `accepted`: Argo
   * CD holds the operation. `refused`: it does not.
   */
  readonly state: 'sent' | 'unclear' | 'accepted' | 'refused';
  readonly at: number;
  /** How often it was sent. */
  readonly times: number;
  /** Since when Argo CD has failed at it in words that nobody knows. */
  readonly brokenSince?: number | undefined;
  readonly failure: Failure | undefined;
  /** Argo CD's words to a refusal. */
  readonly reason: string;
  /** What was asked for; absent for a rollback, and in what an elder version of this program kept. */
  readonly sent?: RequestedSync;
  /** What the application said when it was sent; absent in what an elder version kept. */
  readonly own?: OwnSettings;
  /** The operation as Argo CD stored it, with its revisions resolved. */
  readonly operation: Operation | undefined;
  /** The newest history entry when it was accepted. */
  readonly historyId: number;
  /** What had happened when it was accepted; absent in what earlier versions stored. */
  readonly past?: Past | undefined;
}

/** The end of the operation that we follow, kept as it was when first seen. */
export interface Ended {
  readonly state: OperationState;
  readonly seenAt: number;
  /** When the application was last compared, as of then: health from before does not count. */
  readonly reconciledAt: number | undefined;
}

/** When an operation's end was first seen, and when the application had last been compared then. */
export interface Settled {
  /** Argo CD's clock. */
  readonly operationStartedAt: number;
  /** Whole seconds do not tell apart two operations that began and ended in one. */
  readonly fingerprint: string;
  readonly finishedAt: number | undefined;
  readonly seenAt: number;
  readonly reconciledAt: number | undefined;
}

/**
 * How a request to refresh stands. `answeredAt`: when the last answered one had been asked; `hardAt`:
 * when the last hard one was, if any.
 */
export interface RefreshState {
  readonly askedAt: number | undefined;
  readonly answeredAt: number | undefined;
  readonly hardAt?: number;
  readonly failures: number;
}

/**
 * What a run remembers of one application between looks: plain data, so that it can be stored and
 * taken up again. All times are local milliseconds, but those inside `Application` types, which are
 * Argo CD's: the two are never compared.
 */
export interface Memory {
  readonly startedAt: number;
  readonly uid: string | undefined;
  /** The AppProject in which the application was seen last. */
  readonly project?: string;
  /** The application as it was when the run began. */
  readonly first: First | undefined;
  readonly identity: Identity | undefined;
  readonly request: SentRequest | undefined;
  /** The deployment that a rollback returns to, as it was when the request was made. */
  readonly returnTo: HistoryEntry | undefined;
  /** Our operation as it was first seen: waiting to begin, or begun. */
  readonly asked: Operation | undefined;
  /** Our operation was seen running. */
  readonly begun: OperationState | undefined;
  readonly ended: Ended | undefined;
  /** Success known from history alone: the operation ended and was replaced unseen. */
  readonly proven: { readonly entry: HistoryEntry; readonly seenAt: number } | undefined;
  /** The last operation that was seen to have ended, whosever it was. */
  readonly settled: Settled | undefined;
  readonly refresh: RefreshState;
  readonly windows: { readonly answer: SyncWindows; readonly at: number } | undefined;
  /** Why the last question about the windows got no answer, and when it was asked. */
  readonly windowsFault?: { readonly reason: string; readonly at: number } | undefined;
  /** Since when the application has been as healthy as was asked for. */
  readonly healthySince: number | undefined;
  /** Since when resources have been missing after the operation. */
  readonly missingSince: number | undefined;
  /** When a terminate was last sent. */
  readonly terminatedAt: number | undefined;
  /** The operation that a terminate ended, or that was there when one was asked for. */
  readonly terminating: Identity | undefined;
  /** Since when a condition has stood there whose words nobody knows: it may pass. */
  readonly unknownErrorSince?: number | undefined;
  /** In what our operation differs from what was asked for; absent until that was looked at. */
  readonly checked?: CheckedOperation | undefined;
  /** Absent where the application is not hydrated, or was stored before that was understood. */
  readonly hydration?: HydrationMemory;
  /** What of a hydrated application is deployed; absent until it is known. */
  readonly aim?: Aim | undefined;
  /** In which state that may not end by itself the operation is, and since when. */
  readonly stuck?: { readonly as: string; readonly since: number } | undefined;
  /** Since when Argo CD has answered to a terminate that nothing is in progress. */
  readonly noOperationSince?: number | undefined;
  /** The attempts of the operations that the one that is followed replaced. */
  readonly earlierAttempts?: number | undefined;
  /** Since when the operation that is followed has been gone, and nothing newer in its place. */
  readonly goneSince?: number | undefined;
  /** When the last look that Argo CD answered was begun. */
  readonly lookedAt?: number | undefined;
}

/** What the first look found. The time is Argo CD's, in milliseconds. */
export interface First {
  readonly historyId: number;
  readonly operationStartedAt: number | undefined;
  /** What had happened by then; absent in what earlier versions stored. */
  readonly past?: Past | undefined;
}

/** The memory of a run that has seen and asked nothing. `startedAt`: local milliseconds. */
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

/** Takes one look at the application into the memory. */
export function remember(memory: Memory, application: Application, now: number): Memory {
  if (memory.uid !== undefined && memory.uid !== application.uid) return memory;
  const first = memory.first ?? {
    historyId: newestHistoryId(application),
    operationStartedAt: application.operationState?.startedAt,
    past: pastOf(application),
  };
  const known = {
    ...memory,
    uid: application.uid,
    project: application.project,
    first,
    settled: settle(memory.settled, application, now),
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
      return { ...begun, ended: { state, seenAt: now, reconciledAt: application.reconciledAt } };
    }
  }
}

function settle(
  known: Settled | undefined,
  { operationState: state, reconciledAt }: Application,
  now: number,
): Settled | undefined {
  if (state === undefined || !isEnded(state.phase)) return known;
  const { startedAt, finishedAt } = state;
  const { fingerprint } = state.operation;
  const isKnown =
    known?.operationStartedAt === startedAt &&
    known.finishedAt === finishedAt &&
    known.fingerprint === fingerprint;
  if (isKnown) return known;
  return { operationStartedAt: startedAt, fingerprint, finishedAt, seenAt: now, reconciledAt };
}

/**
 * What changes when from now on another operation is the one that is followed: history before it
 * proves nothing.
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

/** How often was begun, so far, what this run followed. */
function attemptsOf({ earlierAttempts, begun }: Memory): number | undefined {
  return begun === undefined ? earlierAttempts : (earlierAttempts ?? 0) + begun.retryCount + 1;
}

/**
 * A memory as another process takes it up. A request whose answer that process did not live to see
 * may have been carried out.
 */
export function recollect(memory: Memory): Memory {
  const { request } = memory;
  // Whether it was gone all the while, nobody saw.
  const kept = { ...memory, goneSince: undefined, stuck: undefined };
  if (request?.state !== 'sent') return kept;
  return { ...kept, request: { ...request, state: 'unclear' } };
}

function pin(identity: Identity, state: OperationState): Identity {
  return identity.kind === 'adopted' && identity.startedAt === undefined
    ? { ...identity, startedAt: state.startedAt }
    : identity;
}
