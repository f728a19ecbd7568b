import { printKey } from '../model/application.ts';
import type { Application } from '../model/application.ts';
import { unhealthyApplied } from './applied.ts';
import { explainOperation } from './explanation.ts';
import { deploysWhatWasAsked, storedOperation } from './deployment.ts';
import { askedRevisions } from '../model/asked-revision.ts';
import type { SyncGoal } from '../model/goal.ts';
import { isCommit, isSame, printRevisions } from '../model/revision.ts';
import type { DeploymentEvidence } from '../model/deployment-evidence.ts';
import type { Ended, Memory } from '../model/memory.ts';
import { awaitsRetry, revisionsOf, wasTerminated } from '../model/operation.ts';
import type { OperationState } from '../model/operation.ts';
import type { OperationMatch } from '../model/ownership.ts';
import { includedInHistory } from './supersession.ts';
import { done, refuse, supersede, wait } from '../model/verdict.ts';
import type { Verdict } from '../model/verdict.ts';
import type { View } from '../model/view.ts';
import { wakeController } from './wake.ts';
import { blockedMessage, decideHeld } from './window-wait.ts';

/** Our operation is pending or running. */
export function decideProgress(
  view: View,
  seen: Extract<OperationMatch, { kind: 'pending' | 'running' }>,
): Verdict {
  if (view.goal.waitFor === 'none' && view.goal.action !== 'wait') {
    return done(
      'succeeded',
      'Argo CD has accepted the operation; waitFor is "none", so it is not followed',
      {
        evidence: 'the operation is recorded in the application',
      },
    );
  }
  if (seen.kind === 'pending') {
    if (view.application.skipReconcile) return wait('pending');
    const doing = 'operation requested; waiting for the controller to start it';
    return wait(doing, wakeController(view, view.memory.request?.at));
  }
  const { state } = seen;
  if (state.phase !== 'Terminating' && state.message.includes(blockedMessage)) {
    const held = decideHeld(view, state.message);
    if (held !== undefined) return held;
  }
  const isOrdinary = state.phase === 'Running' && !awaitsRetry(state);
  const paused = isOrdinary ? describePaused(view.application, state) : '';
  if (paused !== '') return wait(`${describeRunning(state)}; ${paused}`);
  return wait(describeRunning(state), {
    inSteps: isOrdinary && (state.message === '' || ordinary.test(state.message)),
  });
}

/** What the controller says while an operation runs normally (argo-cd.md §2.2). */
const ordinary =
  /^(waiting for (completion|healthy state|deletion) of |one or more tasks are running)/;

function describeRunning(state: OperationState): string {
  const words = state.message === '' ? 'started' : state.message;
  if (state.phase === 'Terminating') return `being terminated: ${words}`;
  if (awaitsRetry(state)) return `attempt ${state.retryCount} failed, Argo CD will retry: ${words}`;
  return words;
}

/** A paused rollout blocks its wave. */
function describePaused(application: Application, state: OperationState): string {
  const paused = unhealthyApplied(application, state).filter(
    ({ health }) => health?.status === 'Suspended',
  );
  const [first] = paused;
  if (first === undefined) return '';
  const more = paused.length > 1 ? ` and ${paused.length - 1} more` : '';
  return `${printKey(first)}${more} is paused: waiting for somebody to resume it`;
}

function nameOf({ operation }: OperationState): string {
  return operation.dryRun ? 'the dry run' : 'the operation';
}

/** Where a change landed, if it did: the end of our operation was seen, or history proves it. */
export function evidenceOf(memory: Memory): DeploymentEvidence | undefined {
  const { ended, proven, begun, request, asked } = memory;
  if (ended !== undefined) {
    return {
      finishedAt: ended.state.finishedAt,
      seenAt: ended.seenAt,
      reconciledAt: ended.reconciledAt,
      operation: ended.state.operation,
      revisions: revisionsOf(ended.state),
      results: ended.state.results,
      evidence: `${nameOf(ended.state)} ${ended.state.phase.toLowerCase()}`,
    };
  }
  if (proven === undefined) return undefined;
  return {
    // History is written shortly before the end: only a comparison that we request is certainly
    // later.
    finishedAt: undefined,
    // A refresh that was answered in the same millisecond may show the state from before.
    seenAt: proven.seenAt + 1,
    reconciledAt: undefined,
    operation: begun?.operation ?? request?.operation ?? asked,
    revisions: proven.entry.revisions,
    results: begun?.results ?? [],
    evidence:
      begun === undefined
        ? `history entry ${proven.entry.id} shows that what was requested was deployed right afterward, although the operation was not seen`
        : `history entry ${proven.entry.id} proves that the operation succeeded, although its end was not seen`,
  };
}

/** Our operation failed: why; undefined when it succeeded. */
export function decideFailed({ application }: View, { state }: Ended): Verdict | undefined {
  if (state.phase === 'Succeeded') return undefined;
  const { retryCount } = state;
  const retries =
    retryCount > 0 ? ` after ${retryCount} ${retryCount === 1 ? 'retry' : 'retries'}` : '';
  const capitalized = state.operation.dryRun ? 'The dry run' : 'The operation';
  const message = wasTerminated(state)
    ? `${capitalized} was terminated before it finished${retries}`
    : `${capitalized} ended as ${state.phase}${retries}`;
  return done('failed', message, { causes: explainOperation(application, state) });
}

/**
 * The operation succeeded, but with another revision than the requested one: a later push was
 * deployed.
 */
export function decideOtherRevision(
  view: View,
  deploymentEvidence: DeploymentEvidence,
): Verdict | undefined {
  const { goal } = view;
  if (goal.action !== 'sync' || goal.whenSuperseded === 'follow') return undefined;
  const syncing = { ...view, goal };
  if (deploysWhatWasAsked(syncing, deploymentEvidence.revisions)) return undefined;
  const included =
    goal.whenSuperseded === 'succeedIfIncluded' ? includedInHistory(syncing) : undefined;
  const what = printRevisions(deploymentEvidence.revisions);
  const message = `${what} was deployed, not the requested revision`;
  if (included !== undefined) return included;
  return wasTakenAsCommit(syncing, deploymentEvidence.revisions)
    ? refuse('superseded', message, tagAdvice)
    : supersede(message);
}

const tagAdvice =
  "Argo CD took the requested SHA and resolved it to another one, as it does with the SHA of an annotated tag, which is an object of its own. Specify the tag's name, or its commit: git rev-parse TAG^{commit}. If it is a commit, the application was changed at that moment: run again.";

/**
 * Whether Argo CD stored a requested SHA as it was, and then deployed another one in the first
 * attempt: no push does that, but the SHA of an annotated tag does (seen on Argo CD 3.5.1).
 */
function wasTakenAsCommit(
  { application, goal, memory }: View<SyncGoal>,
  deployed: readonly string[],
): boolean {
  const state = memory.ended?.state ?? memory.begun;
  const stored = storedOperation(memory)?.revisions ?? [];
  if (state !== undefined && state.retryCount > 0) return false;
  return askedRevisions(application, goal.target).some((asked, index) => {
    const [taken, actual] = [stored[index], deployed[index]];
    if (asked === undefined || taken === undefined || actual === undefined) return false;
    return isCommit(asked) && isSame([asked.toLowerCase()], [taken]) && !isSame([taken], [actual]);
  });
}
