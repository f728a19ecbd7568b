import type { Application } from './application.ts';
import type { Memory } from './memory.ts';
import { isEnded, markerOf } from './operation.ts';
import type { Operation, OperationState } from './operation.ts';

/**
 * How an operation is recognized. `marker`: provably ours, since we wrote it. `adopted`: someone
 * else's that we follow, or a rollback of ours, which has no place for a marker; it is identified
 * by its content and, once it has begun, by its start.
 */
export type Identity =
  | {
      readonly kind: 'marker';
      readonly marker: string;
      /**
       * Present for one that Azure DevOps asked for itself, once it began: each try of a task writes
       * the same marker, and only the start tells them apart. Argo CD's clock, milliseconds.
       */
      readonly startedAt?: number;
    }
  | {
      readonly kind: 'adopted';
      readonly fingerprint: string;
      readonly startedAt: number | undefined;
      /** Ours although it carries no marker (rollback). */
      readonly ours: boolean;
    };

/** What an application shows about one operation. */
export type OperationMatch =
  | { readonly kind: 'absent' }
  | { readonly kind: 'pending'; readonly operation: Operation }
  | { readonly kind: 'running'; readonly state: OperationState }
  | { readonly kind: 'ended'; readonly state: OperationState };

function isIt(operation: Operation, identity: Identity): boolean {
  return identity.kind === 'marker'
    ? markerOf(operation) === identity.marker
    : operation.fingerprint === identity.fingerprint;
}

/** Whether an operation of ours must exist or have existed: then its absence means something. */
export function isExpected({ request, asked, begun, identity }: Memory): boolean {
  return (
    asked !== undefined ||
    begun !== undefined ||
    request?.state === 'accepted' ||
    identity?.kind === 'adopted'
  );
}

/** Finds an operation in an application: never by time or absence, only by its identity. */
export function matchOperation(application: Application, identity: Identity): OperationMatch {
  const { operation, operationState: state } = application;
  const pinned = identity.startedAt;
  // Once it has begun, an equal operation that is requested is another one.
  const asked = operation !== undefined && pinned === undefined && isIt(operation, identity);
  if (
    state !== undefined &&
    isIt(state.operation, identity) &&
    (pinned === undefined || pinned === state.startedAt)
  ) {
    if (!isEnded(state.phase)) return { kind: 'running', state };
    // While it is still requested, an ended state belongs to an earlier one with the same request.
    if (!asked) return { kind: 'ended', state };
  }
  return asked ? { kind: 'pending', operation } : { kind: 'absent' };
}

/** Follows the operation that is in progress, or just ended, as its own. */
export function adopt(application: Application): Identity | undefined {
  const { operation, operationState: state } = application;
  const isBegun =
    operation === undefined ||
    (state?.operation.fingerprint === operation.fingerprint && !isEnded(state.phase));
  if (state !== undefined && isBegun) {
    return {
      kind: 'adopted',
      fingerprint: state.operation.fingerprint,
      startedAt: state.startedAt,
      ours: false,
    };
  }
  if (operation === undefined) return undefined;
  return { kind: 'adopted', fingerprint: operation.fingerprint, startedAt: undefined, ours: false };
}

/** Whether an operation is still requested or running. */
export function isInProgress(application: Application, identity: Identity): boolean {
  const { kind } = matchOperation(application, identity);
  return kind === 'pending' || kind === 'running';
}

/** Who requested an operation, and what; for messages about other people's operations. */
export function describeOperation(operation: Operation): string {
  const { username, automated } = operation.initiatedBy;
  const who = automated
    ? username
      ? `Argo CD (${username})`
      : "Argo CD's auto-sync"
    : username || 'an unnamed user';
  const run = operation.info.find(({ name }) => name === 'Run')?.value;
  const parts = [
    operation.dryRun ? 'a dry run' : operation.resources.length > 0 ? 'a selective sync' : 'a sync',
    `by ${who}`,
    ...(run ? [`(${run})`] : []),
  ];
  return parts.join(' ');
}
