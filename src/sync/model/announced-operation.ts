import type { Application } from './application.ts';
import { newMemory, remember } from './memory.ts';
import type { Memory } from './memory.ts';
import { isEnded } from './operation.ts';
import type { Operation } from './operation.ts';
import { pastOf } from './past.ts';
import type { RequestedSync } from './stored-operation.ts';

/** An operation that an application shows. Times are Argo CD's, in milliseconds. */
export interface CurrentOperation {
  readonly operation: Operation;
  /** Absent until the controller has started it. */
  readonly startedAt: number | undefined;
  readonly finishedAt: number | undefined;
}

/** The operations that an application shows, the newest last: the last one, and the requested one. */
export function currentOperations({
  operation,
  operationState: state,
}: Application): readonly CurrentOperation[] {
  // If the last one equals the requested one but has ended, it is an earlier one.
  const isStarted =
    state !== undefined &&
    !isEnded(state.phase) &&
    state.operation.fingerprint === operation?.fingerprint;
  return [
    ...(state === undefined
      ? []
      : [
          {
            operation: state.operation,
            startedAt: state.startedAt,
            finishedAt: isEnded(state.phase) ? state.finishedAt : undefined,
          },
        ]),
    ...(operation === undefined || isStarted
      ? []
      : [{ operation, startedAt: undefined, finishedAt: undefined }]),
  ];
}

/** The run for which somebody else requested an operation. */
export interface AskedFor {
  /** The marker that it carries. */
  readonly marker: string;
  /** The request. */
  readonly sent: RequestedSync;
  /** Local milliseconds. */
  readonly now: number;
}

/**
 * The memory of a run whose operation somebody else has requested for it (Azure DevOps itself): as if our own
 * request had just been answered. It contains what has happened to the operation by now, so that nothing is
 * lost if another operation replaces it before the next look.
 */
export function takeUp(
  application: Application,
  { operation, startedAt }: CurrentOperation,
  { marker, sent, now }: AskedFor,
): Memory {
  const identity = {
    kind: 'marker',
    marker,
    ...(startedAt !== undefined && { startedAt }),
  } as const;
  const memory = newMemory(now, identity);
  const request = {
    state: 'accepted',
    at: now,
    times: 1,
    failure: undefined,
    reason: '',
    sent,
    operation,
    historyId: historyIdBefore(application, startedAt),
    past: pastOf({ ...application, operationState: undefined }),
  } as const;
  return remember({ ...memory, request }, application, now);
}

/** The newest entry, except that of this operation, which writes it just before it ends. */
function historyIdBefore({ history }: Application, startedAt: number | undefined): number {
  return history
    .filter(({ deployStartedAt }) => startedAt === undefined || deployStartedAt !== startedAt)
    .reduce((newest, { id }) => Math.max(newest, id), -1);
}
