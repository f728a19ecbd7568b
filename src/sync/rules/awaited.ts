import type { Application, HistoryEntry } from '../model/application.ts';
import { waitForEnd } from './busy.ts';
import { askForTags, refuseUncompared, waitForComparison, waitForChange } from './comparison.ts';
import { terminalConditions, whyNotCompared } from '../model/condition.ts';
import { excerpt } from '../model/excerpt.ts';
import { explainOperation } from './explanation.ts';
import type { RevisionTarget, WaitGoal } from '../model/goal.ts';
import { decideLanded } from './health.ts';
import type { DeploymentEvidence } from '../model/deployment-evidence.ts';
import { deploysRevisions, isEnded, revisionsOf } from '../model/operation.ts';
import type { Operation, OperationState } from '../model/operation.ts';
import { adopt, describeOperation } from '../model/ownership.ts';
import {
  askedRevisions,
  meetsTarget,
  undecidedCommits,
  untellable,
} from '../model/asked-revision.ts';
import { printRevisions } from '../model/revision.ts';
import { deploysFrom } from '../model/stored-operation.ts';
import { act, done, refuse, supersede, wait, withDeployed } from '../model/verdict.ts';
import type { Verdict } from '../model/verdict.ts';
import type { View } from '../model/view.ts';

/** How long another revision must have been live before the wait for an older one ends. */
const supersededAfter = 30_000;
const tracked: RevisionTarget = { kind: 'tracked' };

/**
 * `action: wait`: somebody else deploys. What counts is an operation that deployed the revisions
 * wanted, history that shows it, or a comparison that finds nothing left to deploy; never health
 * alone, and never what was true before a refresh: Argo CD does not notice a push right away.
 */
export function decideAwaited(asked: View<WaitGoal>): Verdict {
  const view = followLater(asked);
  const { application, memory, goal, now } = view;
  const state = application.operationState;
  const inProgress =
    application.operation !== undefined || (state !== undefined && !isEnded(state.phase));
  if (inProgress) return decideOngoing(view, application.operation ?? state?.operation, state);
  const unresolved = unresolvable(view);
  if (unresolved !== undefined) return unresolved;
  if (memory.refresh.answeredAt === undefined) {
    const why = whyNotCompared(application);
    return wait(`waiting for a refresh, because Argo CD may not have noticed a push yet${why}`, {
      ask: 'refresh',
    });
  }
  const broken = terminalConditions(application, memory.unknownErrorSince, now);
  if (broken.length > 0) return refuseUncompared(broken);
  const undecided = undecidedCommits(application, goal.target);
  if (undecided.length > 0) return askForTags(undecided);
  return decideIdle(view) ?? decideNotYet(view);
}

/** An operation is in progress: it is followed if it can deploy what is wanted. */
function decideOngoing(
  view: View<WaitGoal>,
  operation: Operation | undefined,
  state: OperationState | undefined,
): Verdict {
  const { application, goal } = view;
  if (operation === undefined) return wait('an operation is in progress');
  const current =
    state !== undefined && application.operation?.fingerprint === state.operation.fingerprint;
  const revisions = current ? revisionsOf(state) : operation.revisions;
  const what = `${describeOperation(operation)} to ${printRevisions(revisions)}`;
  const deploys =
    deploysRevisions(operation) &&
    deploysFrom(application, operation.sources) &&
    isWanted(view, revisions);
  const identity = deploys && goal.target.kind !== 'tracked' ? adopt(application) : undefined;
  return identity === undefined
    ? waitForEnd(view, `waiting for ${what} to end`)
    : act({ kind: 'adopt', identity }, `following ${what}`);
}

function isWanted(
  { application, goal, memory }: View<WaitGoal>,
  revisions: readonly string[],
): boolean {
  const tracked = memory.refresh.answeredAt === undefined ? [] : application.sync.revisions;
  return meetsTarget(application, goal.target, revisions, tracked);
}

/** Whether an operation deploys what is wanted, from the application's current sources. */
function isOfWanted(view: View<WaitGoal>, state: OperationState): boolean {
  return (
    deploysFrom(view.application, state.operation.sources) && isWanted(view, revisionsOf(state))
  );
}

/** No operation is in progress: judges by the last one, history and the comparison. */
function decideIdle(view: View<WaitGoal>): Verdict | undefined {
  const last = lastFull(view);
  if (last !== undefined && last.phase !== 'Succeeded' && isOfWanted(view, last)) {
    return done('failed', `The operation that deployed it ended as ${last.phase}`, {
      causes: explainOperation(view.application, last),
    });
  }
  if (last !== undefined && hasFailedMidway(last) && isInSync(view)) {
    // What is running is what that operation left: its hooks failed, and no other operation will
    // run them again.
    const [failed, current] = [revisionsOf(last), view.application.sync.revisions];
    return done(
      'failed',
      `Nothing was left to deploy for ${printRevisions(current)}, but the last operation, to ${printRevisions(failed)}, ended as ${last.phase}`,
      { causes: explainOperation(view.application, last) },
    );
  }
  const deploymentEvidence = awaitedEvidence(view);
  if (deploymentEvidence === undefined) return decideLater(view);
  return withDeployed(decideLanded(view, deploymentEvidence), deploymentEvidence.revisions);
}

/** Whether the wanted revision is what is running. */
function isInSync(view: View<WaitGoal>): boolean {
  const { sync } = view.application;
  return sync.status === 'Synced' && isWanted(view, sync.revisions);
}

/**
 * Whether an operation failed after it had begun to change the cluster. One that ends before, for
 * example because its manifests cannot be generated, leaves what was deployed earlier.
 */
function hasFailedMidway({ phase, results }: OperationState): boolean {
  return phase !== 'Succeeded' && results.length > 0;
}

/** The last operation, if it was a full sync. */
function lastFull({ application: { operationState: last } }: View): OperationState | undefined {
  return last !== undefined && deploysRevisions(last.operation) ? last : undefined;
}

/**
 * What shows that the wanted revisions are live: an operation that deployed them, history, or a
 * comparison that found nothing to deploy (a commit that changes other folders of the repository).
 */
export function awaitedEvidence(asked: View<WaitGoal>): DeploymentEvidence | undefined {
  const view = followLater(asked);
  const { application, memory } = view;
  const { operation, sync, history } = application;
  const last = lastFull(view);
  if (operation !== undefined || (last !== undefined && !isEnded(last.phase))) return undefined;
  if (memory.refresh.answeredAt === undefined) return undefined;
  const { settled } = memory;
  const seen = { seenAt: settled?.seenAt ?? memory.startedAt, reconciledAt: settled?.reconciledAt };
  const revisions = last === undefined ? [] : revisionsOf(last);
  if (last !== undefined && isOfWanted(view, last)) {
    if (last.phase !== 'Succeeded') return undefined;
    const { finishedAt, operation, results } = last;
    const evidence = `the operation to ${printRevisions(revisions)} succeeded`;
    return { finishedAt, ...seen, operation, revisions, results, evidence };
  }
  const unseen = { ...seen, operation: undefined, results: [] };
  const newest = history.at(-1);
  if (last !== undefined && hasFailedMidway(last)) return undefined;
  const isOfNow = deploysFrom(application, application.deployedSources);
  if (newest !== undefined && isOfNow && isWanted(view, newest.revisions)) {
    const evidence = `history entry ${newest.id} shows ${printRevisions(newest.revisions)}`;
    return { finishedAt: newest.deployedAt, ...unseen, revisions: newest.revisions, evidence };
  }
  if (isInSync(view)) {
    const evidence = `the cluster already matches ${printRevisions(sync.revisions)}: nothing had to be deployed, so no hooks ran`;
    return { finishedAt: undefined, ...unseen, revisions: sync.revisions, evidence };
  }
  return undefined;
}

interface Later {
  /** The deployment after the wanted one. */
  readonly newest: HistoryEntry;
  /** The wanted deployment; absent when it was skipped. */
  readonly included: HistoryEntry | undefined;
}

/** Whether the wanted revision was deployed and replaced, or skipped. */
function findLater(view: View<WaitGoal>): Later | undefined {
  const { application, memory, goal } = view;
  const { history, sync, reconciledAt } = application;
  if (memory.refresh.answeredAt === undefined) return undefined;
  if (goal.target.kind === 'tracked' || isWanted(view, sync.revisions)) return undefined;
  const newest = history.at(-1);
  if (newest === undefined) return undefined;
  const included = history.findLast(({ revisions }) => isWanted(view, revisions));
  const passedOver =
    newest.id > (memory.first?.historyId ?? newest.id) &&
    reconciledAt !== undefined &&
    newest.deployedAt !== undefined &&
    reconciledAt - newest.deployedAt >= supersededAfter;
  return included === undefined && !passedOver ? undefined : { newest, included };
}

/** With `whenSuperseded: follow`, a later revision is waited for instead. */
function followLater(view: View<WaitGoal>): View<WaitGoal> {
  const { goal } = view;
  const isLater = goal.whenSuperseded === 'follow' && findLater(view) !== undefined;
  return isLater ? { ...view, goal: { ...goal, target: tracked } } : view;
}

/** The wanted revision is no longer the latest: `whenSuperseded` decides. */
function decideLater(view: View<WaitGoal>): Verdict | undefined {
  const { goal } = view;
  const later = findLater(view);
  if (later === undefined) return undefined;
  const { newest, included } = later;
  const by = `${printRevisions(newest.revisions)} was deployed after it`;
  if (included !== undefined && goal.whenSuperseded === 'succeedIfIncluded') {
    const evidence = `history entry ${included.id} shows that it was deployed`;
    return done('succeeded', `${evidence}; ${by}`, { evidence });
  }
  return supersede(included === undefined ? `Passed over: ${by}` : `Replaced: ${by}`);
}

/** Not deployed yet: says what is missing, and has Argo CD check for pushes from time to time. */
function decideNotYet(view: View<WaitGoal>): Verdict {
  const { application, goal } = view;
  const { sync, autoSync } = application;
  if (whyNotCompared(application) !== '') return waitForComparison(view);
  const wanted = askedRevisions(application, goal.target).flatMap((one) => one ?? []);
  const isTarget = meetsTarget(application, goal.target, sync.revisions, sync.revisions);
  if (!isTarget) {
    return waitForChange(
      view,
      `the application tracks ${printRevisions(sync.revisions)}; waiting for ${printRevisions(wanted)}`,
    );
  }
  const who = autoSync
    ? `waiting for auto-sync${lastTry(application)}`
    : 'and auto-sync is off: waiting for somebody to sync it';
  return waitForChange(
    view,
    `${sync.status} at ${printRevisions(sync.revisions)}${autoSync ? ':' : ','} ${who}`,
  );
}

/** Auto-sync does not retry a revision that failed, and says so in a condition. */
function lastTry({ conditions }: Application): string {
  const failed = conditions.find(({ type }) => type === 'SyncError');
  return failed === undefined ? '' : `, whose last attempt failed: ${excerpt(failed.message)}`;
}

/**
 * A revision that the application does not track can be compared with what it deployed only if it
 * is exact.
 */
function unresolvable({ application, goal }: View<WaitGoal>): Verdict | undefined {
  const names = untellable(application, goal.target);
  if (names.length === 0) return undefined;
  return refuse(
    'failed',
    `Argo CD reports commits, versions and digests, so a wait for ${names.join(', ')} could not tell when it is live`,
    'Specify the commit SHA, the version or digest, or the branch, tag or range that the application tracks.',
  );
}
