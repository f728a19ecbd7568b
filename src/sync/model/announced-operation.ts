import type { Application } from './application.ts';
import { newMemory, remember } from './memory.ts';
import type { Memory } from './memory.ts';
import { isEnded } from './operation.ts';
import type { Operation } from './operation.ts';
import { pastOf } from './past.ts';
import type { RequestedSync } from './stored-operation.ts';

/** An operation that stands in an application. Times are Argo CD's, in milliseconds. */
export interface CurrentOperation {
  readonly operation: Operation;
  /** Absent while the controller has not begun it. */
  readonly startedAt: number | undefined;
  readonly finishedAt: number | undefined;
}

/** The operations that an application shows, the newest last: the last one, and one that is asked for. */
export function standingOperations({
  operation,
  operationState: state,
}: Application): readonly CurrentOperation[] {
  // An ended one that is equal to what is asked for is an earlier one.
  const isBegun =
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
    ...(operation === undefined || isBegun
      ? []
      : [{ operation, startedAt: undefined, finishedAt: undefined }]),
  ];
}

/** For whom an operation was asked for that we did not ask for ourselves. */
export interface AskedFor {
  /** The marker that it carries. */
  readonly marker: string;
  /** What was asked for. */
  readonly sent: RequestedSync;
  /** Local milliseconds. */
  readonly now: number;
}

/**
 * The memory of a run whose operation somebody else has asked for in its name (Azure DevOps itself):
 * as if our own request had just been answered. What has happened to it by now is remembered, so that
 * it is not lost when another operation takes its place before the next look.
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

/** Of the newest entry that is not of this very operation, which writes its own just before it ends. */
function historyIdBefore({ history }: Application, startedAt: number | undefined): number {
  return history
    .filter(({ deployStartedAt }) => startedAt === undefined || deployStartedAt !== startedAt)
    .reduce((newest, { id }) => Math.max(newest, id), -1);
}
