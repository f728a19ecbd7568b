import { decideGone, rememberAbsence } from './absence.ts';
import type { Application } from '../model/application.ts';
import { isDryRun } from '../model/goal.ts';
import type { Goal } from '../model/goal.ts';
import { decideLanded, rememberHealth } from './health.ts';
import { aimed, aimOf, rememberHydration, sayRendering } from './hydration.ts';
import { remember } from '../model/memory.ts';
import type { Memory } from '../model/memory.ts';
import { isEnded } from '../model/operation.ts';
import { isExpected, matchOperation } from '../model/ownership.ts';
import { withoutPast } from '../model/past.ts';
import { decideFailed, decideOtherRevision, decideProgress, evidenceOf } from './progress.ts';
import { decideRollback, rememberTarget } from './rollback.ts';
import { targetFault } from '../model/asked-revision.ts';
import { decideStart } from './start.ts';
import {
  decideReplacedSince,
  decideSuperseded,
  decideTerminated,
  proveByHistory,
  rememberReplacement,
} from './supersession.ts';
import { outlastStuck, rememberStuck, sayStuck, stuckOperation, tell } from './stuck.ts';
import { decideTerminate } from './busy.ts';
import { decideDeviation, rememberDeviations } from './deployment.ts';
import { awaitedEvidence, decideAwaited } from './awaited.ts';
import { done, refuse, withDeployed } from '../model/verdict.ts';
import type { Verdict } from '../model/verdict.ts';
import type { View } from '../model/view.ts';

/** The application, and what is known of tags. */
function withTags(application: Application, { hydration }: Memory): Application {
  const commits = hydration?.commits ?? [];
  if (commits.length === 0) return application;
  const tags = commits.map(({ name, commit }) => [name, commit?.tags ?? []] as const);
  return { ...application, tags: Object.fromEntries(tags) };
}

/** Records a look at the application in the memory; call it for every snapshot before `decide`. */
export function observe(memory: Memory, seen: Application, goal: Goal, now: number): Memory {
  const application = withTags(withoutPast(seen, memory), memory);
  const remembered = rememberReplacement(remember(memory, application, now), application, goal);
  const looked = rememberStuck(
    rememberAbsence(remembered, application, goal, now),
    application,
    now,
  );
  const entry = looked.proven === undefined ? findProof(looked, application) : undefined;
  const judged = entry === undefined ? looked : { ...looked, proven: { entry, seenAt: now } };
  const targeted = goal.action === 'rollback' ? rememberTarget(judged, application, goal) : judged;
  const checked = rememberDeviations(targeted, application, goal);
  const known = rememberHydration({ memory: checked, application, goal, now });
  const view = { memory: known, application, goal, now };
  const deploymentEvidence =
    evidenceOf(known) ??
    (goal.action === 'wait' && isAimed(view)
      ? awaitedEvidence(aimed({ ...view, goal }))
      : undefined);
  // After a failed operation, nothing has to become healthy, and nothing counts as missing.
  const isFailed = known.ended !== undefined && known.ended.state.phase !== 'Succeeded';
  return deploymentEvidence === undefined || isFailed
    ? { ...known, healthySince: undefined, missingSince: undefined }
    : rememberHealth(view, deploymentEvidence);
}

/** Whether it is known what to deploy, which must be determined for a hydrated application. */
function isAimed({ application, memory }: View): boolean {
  return application.hydrator === undefined || memory.aim !== undefined;
}

function findProof(memory: Memory, application: Application) {
  const { identity, ended } = memory;
  if (identity === undefined || ended !== undefined || !isExpected(memory)) return undefined;
  return matchOperation(application, identity).kind === 'absent'
    ? proveByHistory(application, memory)
    : undefined;
}

/**
 * The rules of following a sync: what a snapshot of the application means for a goal. Pure; the
 * loop around it fetches, acts, sleeps and reports. The snapshot must have been `observe`d.
 */
export function decide(seen: View): Verdict {
  const { memory } = seen;
  const view = { ...seen, application: withTags(withoutPast(seen.application, memory), memory) };
  return sayStuck(view, sayRendering(decideAimed(aimed(view), view), view.memory));
}

/** `asked` has the target as given; `view` has it in terms of what is synced. */
function decideAimed(view: View, asked: View): Verdict {
  const { application, memory, goal } = view;
  if (memory.uid !== undefined && memory.uid !== application.uid) {
    return refuse(
      'failed',
      'The application was deleted and recreated under the same name during the wait',
      'The requested change was lost with the old one: run again for the new one.',
    );
  }
  if (goal.action === 'terminate') return decideTermination(view);
  const deviation = decideDeviation(view);
  if (deviation !== undefined) return deviation;
  const deploymentEvidence = evidenceOf(memory);
  const { deleting } = application;
  if (deleting && !(deploymentEvidence !== undefined && goal.waitFor !== 'health'))
    return decideDeleting();
  if (deploymentEvidence !== undefined) {
    const terminated = memory.ended && decideTerminated(view, memory.ended);
    if (terminated !== undefined) return terminated;
    const failed = memory.ended && decideFailed(view, memory.ended);
    if (failed !== undefined) return failed;
    const other = decideOtherRevision(view, deploymentEvidence);
    if (isDryRun(goal)) {
      const { evidence } = deploymentEvidence;
      return other ?? done('succeeded', `${evidence}; nothing was changed`, { evidence });
    }
    return withDeployed(
      other ??
        decideReplacedSince(view, deploymentEvidence) ??
        decideLanded(view, deploymentEvidence),
      deploymentEvidence.revisions,
    );
  }
  if (memory.identity !== undefined) {
    const seen = matchOperation(application, memory.identity);
    if (seen.kind !== 'absent' && seen.kind !== 'ended') return decideProgress(view, seen);
    const gone = decideGone(view);
    if (gone !== undefined) return gone;
    // When waiting for others, it does not matter which of their operations it is.
    if (isExpected(memory) && goal.action !== 'wait') return decideSuperseded(view);
  }
  return decideNothingStarted(view, asked);
}

function decideDeleting(): Verdict {
  return refuse(
    'failed',
    'The application is being deleted',
    'Recreate it, or remove it from the step.',
  );
}

function decideNothingStarted(view: View, asked: View): Verdict {
  const { application, goal } = view;
  if (application.skipReconcile) {
    return decideLeftAlone(
      'A sync would stay pending forever. Remove the annotation so that the application can be synced again.',
    );
  }
  switch (goal.action) {
    case 'sync':
    case 'wait': {
      const fault = targetFault(application, goal.target);
      if (fault !== undefined) return refuse('failed', fault, 'Correct the input.');
      const unaimed = decideUnaimed(asked);
      if (unaimed !== undefined) return unaimed;
      return goal.action === 'sync'
        ? decideStart({ ...view, goal })
        : decideAwaited({ ...view, goal });
    }
    case 'rollback':
      return decideRollback({ ...view, goal });
    case 'terminate':
      return decideTermination(view);
  }
}

function decideLeftAlone(advice: string): Verdict {
  return refuse(
    'blocked',
    'Argo CD does not reconcile this application: it has the annotation argocd.argoproj.io/skip-reconcile',
    advice,
  );
}

/** A hydrated application is not deployed before it is known what to deploy. */
function decideUnaimed(view: View): Verdict | undefined {
  const { application, goal } = view;
  const { hydrator } = application;
  if (hydrator === undefined || isAimed(view)) return undefined;
  if (goal.action !== 'sync' && goal.action !== 'wait') return undefined;
  const aiming = aimOf({ ...view, goal, hydrator });
  return aiming.kind === 'verdict' ? aiming.verdict : undefined;
}

/**
 * How long Argo CD must say that nothing is in progress: at first, the controller may not have
 * begun.
 */
const noOperationGrace = 10_000;

/** `action: terminate`: the operation in progress is terminated, no matter who started it. */
function decideTermination(view: View): Verdict {
  const { application, memory, now } = view;
  const { operation, operationState: state } = application;
  const { terminating: identity, noOperationSince } = memory;
  if (identity !== undefined) {
    const seen = matchOperation(application, identity);
    if (seen.kind === 'ended') {
      const { phase, message } = seen.state;
      return done('succeeded', `The operation has ended: ${phase}`, { evidence: message });
    }
    if (seen.kind === 'absent') {
      return decideGone(view) ?? done('succeeded', 'The operation is gone');
    }
    return decideTerminate(view, 'terminating the operation');
  }
  if (application.skipReconcile && operation !== undefined) {
    return decideLeftAlone(
      'Until then, its operation stays as it is and cannot be terminated. Remove the annotation and run again.',
    );
  }
  const stuck = stuckOperation(application);
  const nothing = `Nothing to terminate${stuck === undefined ? '' : `: ${tell(stuck)}`}`;
  if (operation === undefined) {
    const running = state !== undefined && !isEnded(state.phase);
    if (running)
      return outlastStuck(view, 'terminating the operation') ?? done('succeeded', nothing);
    return done('succeeded', `No operation was in progress: n${nothing.slice(1)}`);
  }
  const isNone = noOperationSince !== undefined && now - noOperationSince >= noOperationGrace;
  if (isNone && stuck !== undefined) return done('succeeded', nothing);
  return decideTerminate(view, 'terminating the operation');
}
