import type { Application } from './application.ts';
import type { Memory } from './memory.ts';
import { isEnded, markerOf } from './operation.ts';
import type { OperationState } from './operation.ts';
import { isExpected, matchOperation } from './ownership.ts';
import type { Identity } from './ownership.ts';

/**
 * What had happened in an application by some moment, by Argo CD's clock alone: what began before
 * cannot be after it.
 */
export interface Past {
  /**
   * The newest time that Argo CD had written, in whole seconds; absent where it had written none.
   */
  readonly latest: number | undefined;
  /** The operation at that time: it may have begun in the same second as `latest`. */
  readonly operation: { readonly startedAt: number; readonly fingerprint: string } | undefined;
}

/** The past of an application as it is now. */
export function pastOf({ operationState: state, history, reconciledAt }: Application): Past {
  const times = [
    reconciledAt,
    state?.startedAt,
    state?.finishedAt,
    ...history.flatMap(({ deployStartedAt, deployedAt }) => [deployStartedAt, deployedAt]),
  ].filter((time) => time !== undefined);
  const operation = state && {
    startedAt: state.startedAt,
    fingerprint: state.operation.fingerprint,
  };
  return { latest: times.length === 0 ? undefined : Math.max(...times), operation };
}

/** The past of two moments: of the later one, with the newest time of both. */
export function laterPast(earlier: Past | undefined, later: Past): Past {
  const times = [earlier?.latest, later.latest].filter((time) => time !== undefined);
  return {
    latest: times.length === 0 ? undefined : Math.max(...times),
    operation: later.operation ?? earlier?.operation,
  };
}

/** The past of the followed operation, as of when it was requested or adopted. */
export function knownPast({ request, first }: Pick<Memory, 'request' | 'first'>): Past | undefined {
  return request?.past ?? first?.past;
}

/** Whether an operation belongs to a past. */
export function isOf(past: Past | undefined, { startedAt, operation }: OperationState): boolean {
  if (past === undefined) return false;
  if (past.latest !== undefined && startedAt < past.latest) return true;
  const { operation: last } = past;
  return last?.startedAt === startedAt && last.fingerprint === operation.fingerprint;
}

/** Whether an operation began before the followed one; never true of that one itself. */
function isBefore(state: OperationState, identity: Identity, memory: Memory): boolean {
  const isMarked = identity.kind === 'marker';
  const { startedAt: pinned = state.startedAt } = identity;
  const hasMarker = isMarked && markerOf(state.operation) === identity.marker;
  if (hasMarker && state.startedAt === pinned) return false;
  const startedAt = memory.begun?.startedAt ?? identity.startedAt;
  if (startedAt !== undefined && state.startedAt !== startedAt) return state.startedAt < startedAt;
  const isIt = !isMarked && state.operation.fingerprint === identity.fingerprint;
  return !(startedAt !== undefined && isIt) && isOf(knownPast(memory), state);
}

/**
 * The application without an operation that began before the followed one. An older state can come
 * back for a while (argocd-agent, argo-cd.md §8.5): it says nothing about what came later, and
 * replaces nothing.
 */
export function withoutPast(application: Application, memory: Memory): Application {
  const { identity } = memory;
  const { operation, operationState: state } = application;
  if (identity === undefined || state === undefined || !isExpected(memory)) return application;
  if (!isBefore(state, identity, memory)) return application;
  const present = { ...application, operationState: undefined };
  // While it was running, it was still requested.
  const isPastToo =
    !isEnded(state.phase) &&
    operation?.fingerprint === state.operation.fingerprint &&
    matchOperation(present, identity).kind === 'absent';
  return isPastToo ? { ...present, operation: undefined } : present;
}
