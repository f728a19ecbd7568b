import type { Application, HistoryEntry, Source } from '../model/application.ts';
import { decideBusy } from './busy.ts';
import type { RollbackGoal, RollbackTarget } from '../model/goal.ts';
import type { Memory } from '../model/memory.ts';
import { isEnded } from '../model/operation.ts';
import { adopt } from '../model/ownership.ts';
import type { Identity } from '../model/ownership.ts';
import { isOf, knownPast } from '../model/past.ts';
import { compareRevision, isSame, printRevisions } from '../model/revision.ts';
import { decideRefusal, decideUnsettled } from './start.ts';
import { act, refuse } from '../model/verdict.ts';
import type { Verdict } from '../model/verdict.ts';
import type { View } from '../model/view.ts';

/** Nothing was requested yet: roll back, or say why not. */
export function decideRollback(view: View<RollbackGoal>): Verdict {
  const { application, goal, memory } = view;
  if (application.autoSync) {
    return refuse(
      'failed',
      'Argo CD does not roll back while auto-sync is on, since that would sync the newer revision at once',
      'Revert the commit in the configuration repository, which auto-sync then deploys, or turn auto-sync off first.',
    );
  }
  const refused = decideRefusal(view);
  if (refused !== undefined) return refused;
  const sent = findSent(view);
  if (sent !== undefined) return act({ kind: 'adopt', identity: sent }, 'the rollback was started');
  if (application.operation !== undefined) return decideBusy(view, application.operation);
  const unsettled = decideUnsettled(view);
  if (unsettled !== undefined) return unsettled;
  const entry = memory.returnTo;
  if (entry !== undefined) {
    return act(
      { kind: 'rollback', entry },
      `${goal.dryRun ? 'requesting a dry run of a rollback' : 'rolling back'} to ${printRevisions(entry.revisions)}`,
    );
  }
  const held = application.history
    .map(({ id, revisions }) => `${id} (${printRevisions(revisions)})`)
    .join(', ');
  return refuse(
    'failed',
    `No deployment in the application's history is ${describe(goal.to)}`,
    held === ''
      ? 'Its history is empty: nothing has been deployed yet.'
      : `Its history contains: ${held}. Set rollbackTo to one of these IDs.`,
  );
}

/**
 * The rollback left behind by an unclear response. It cannot carry a marker, so it is recognized by
 * what it does, and by not having existed when we began.
 */
export function findSent({
  application,
  memory,
}: Pick<View, 'application' | 'memory'>): Identity | undefined {
  const { request, returnTo: entry } = memory;
  if (request?.state !== 'unclear') return undefined;
  const { operation, operationState: state } = application;
  const isNew =
    state !== undefined &&
    state.startedAt !== memory.first?.operationStartedAt &&
    !isOf(knownPast(memory), state);
  const candidate = operation ?? (isNew ? state.operation : undefined);
  const isOurs =
    candidate !== undefined &&
    entry !== undefined &&
    candidate.strategy === 'apply' &&
    candidate.info.length === 0 &&
    candidate.revisions.join() === entry.revisions.join();
  const identity = isOurs ? adopt(application) : undefined;
  return identity?.kind === 'adopted' ? { ...identity, ours: true } : undefined;
}

/**
 * The deployment that the rollback returns to. The request fixes it: once that may have taken
 * effect, `previous` would mean the deployment that we wanted to leave.
 */
export function rememberTarget(
  memory: Memory,
  application: Application,
  goal: RollbackGoal,
): Memory {
  const { identity, request } = memory;
  const isSettled =
    identity !== undefined || (request !== undefined && request.state !== 'refused');
  return isSettled ? memory : { ...memory, returnTo: findEntry(application, goal.to) };
}

function describe(to: RollbackTarget): string {
  switch (to.kind) {
    case 'previous':
      return 'different from what is live';
    case 'id':
      return `number ${to.id}`;
    case 'revision':
      return `of revision ${to.revision}`;
  }
}

/** The deployment to return to; the newest one where several match. */
export function findEntry(application: Application, to: RollbackTarget): HistoryEntry | undefined {
  const { history } = application;
  switch (to.kind) {
    case 'id':
      return history.find(({ id }) => id === to.id);
    case 'revision':
      return history.findLast(({ revisions }) =>
        revisions.some((one, index) => isRevision(application.sources[index], to.revision, one)),
      );
    case 'previous': {
      const live = liveDeployment(application);
      if (live === undefined) return undefined;
      return history.findLast(
        (entry) =>
          !isSame(entry.revisions, live.revisions) ||
          (live.sources !== undefined && entry.sources !== live.sources),
      );
    }
  }
}

function isRevision(source: Source | undefined, asked: string, deployed: string): boolean {
  if (source === undefined) return asked === deployed;
  return compareRevision(source, asked, deployed) === 'same';
}

/**
 * What is live now. A failed deployment writes no history, and yet changes the cluster: then it is
 * live, and the newest entry is already the previous deployment.
 */
function liveDeployment({
  history,
  operationState: state,
}: Application):
  { readonly revisions: readonly string[]; readonly sources: string | undefined } | undefined {
  const newest = history.at(-1);
  const failed =
    state !== undefined &&
    isEnded(state.phase) &&
    state.phase !== 'Succeeded' &&
    !state.operation.dryRun &&
    state.operation.resources.length === 0 &&
    state.revisions.length > 0;
  if (failed) return { revisions: state.revisions, sources: undefined };
  return newest;
}
