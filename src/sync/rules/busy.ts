import { deploysRevisions, revisionsOf } from '../model/operation.ts';
import type { Operation } from '../model/operation.ts';
import { adopt, describeOperation, isInProgress } from '../model/ownership.ts';
import { meetsTarget } from '../model/asked-revision.ts';
import { deploysFrom } from '../model/stored-operation.ts';
import { printRevisions } from '../model/revision.ts';
import type { Goal } from '../model/goal.ts';
import { act, refuse, wait } from '../model/verdict.ts';
import { isPending, wakeController } from './wake.ts';
import { blockedMessage } from './window-wait.ts';
import type { Verdict } from '../model/verdict.ts';
import type { View } from '../model/view.ts';

/** How long after a terminate the operation may still run before it is sent again. */
const terminateGrace = 10_000;
/** How soon a terminate is retried after a refresh has woken the controller. */
const wakePause = 1_000;

/**
 * Another operation holds the application: join it, wait for it, terminate it, or fail, as chosen.
 */
export function decideBusy(view: View, foreign: Operation): Verdict {
  const { application, goal } = view;
  const state = application.operationState;
  const revisions =
    state?.operation.fingerprint === foreign.fingerprint ? revisionsOf(state) : foreign.revisions;
  const holder = `${describeOperation(foreign)} to ${printRevisions(revisions)}`;
  switch (goal.whenBusy) {
    case 'fail':
      return refuse(
        'blocked',
        `Another operation is in progress: ${holder}`,
        'whenBusy is "fail". Run again when it has ended, or set whenBusy: wait.',
      );
    case 'join': {
      const identity = isJoinable(view, foreign, revisions) ? adopt(application) : undefined;
      if (identity === undefined) {
        return waitForEnd(view, `waiting for ${holder} to end; it deploys something else`);
      }
      return act({ kind: 'adopt', identity }, `joining ${holder}`);
    }
    case 'terminate':
      return decideTerminate(view, `terminating ${holder}`);
    case 'wait':
      return waitForEnd(view, `waiting for ${holder} to end`);
  }
}

/** Another run's or person's operation must begin before it can end. */
export function waitForEnd(view: View, doing: string): Verdict {
  return wait(doing, isPending(view.application) ? wakeController(view) : {});
}

/** Sends a terminate, and again when the operation goes on running: Argo CD can overlook one. */
export function decideTerminate(view: View, doing: string): Verdict {
  const { application, memory, now } = view;
  const identity = adopt(application);
  if (identity === undefined) return wait(doing);
  const { terminatedAt, terminating } = memory;
  const sent = terminating !== undefined && isInProgress(application, terminating);
  if (terminatedAt === undefined || !sent) {
    // Argo CD reports none before the controller has begun it, and the controller may have missed
    // it.
    const isUnknown = memory.noOperationSince !== undefined && isPending(application);
    const { ask } = wakeController(view, memory.noOperationSince);
    if (isUnknown && ask !== undefined) return wait(doing, { ask, at: now + wakePause });
    return act({ kind: 'terminate', identity }, doing);
  }
  const again = terminatedAt + terminateGrace;
  const running = application.operationState?.phase === 'Running';
  if (running && now >= again) return act({ kind: 'terminate', identity }, doing);
  const held = application.operationState?.message.includes(blockedMessage) ?? false;
  return wait(
    held
      ? 'waiting for the operation to be terminated: Argo CD does that only when its sync window opens'
      : 'waiting for the operation to be terminated',
    { at: running ? again : undefined },
  );
}

/**
 * Whether another operation does what ours would: a full sync of the same revisions, with options
 * that are no weaker.
 */
function isJoinable(
  { application, goal, memory }: View<Goal>,
  operation: Operation,
  revisions: readonly string[],
): boolean {
  if (goal.action !== 'sync' || goal.options.dryRun || goal.options.resources.length > 0)
    return false;
  if (!operation.sync || !deploysRevisions(operation)) return false;
  if (!deploysFrom(application, operation.sources)) return false;
  const { strategy, prune, force, syncOptions } = goal.options;
  if (operation.strategy !== strategy) return false;
  if (prune && !operation.prune) return false;
  if (force && operation.force !== true) return false;
  if (!syncOptions.every((option) => operation.syncOptions?.includes(option))) return false;
  const tracked = memory.refresh.answeredAt === undefined ? [] : application.sync.revisions;
  return meetsTarget(application, goal.target, revisions, tracked);
}
