import { printKey } from '../model/application.ts';
import type { Application, ResourceStatus } from '../model/application.ts';
import { unhealthyApplied } from './applied.ts';
import { awaitedEvidence } from './awaited.ts';
import { isHealthOf } from './comparison.ts';
import { errorConditions } from '../model/condition.ts';
import { atMost, cause, explainConditions, explainHealth, explainResult } from './explanation.ts';
import { isFailed } from './explanation.ts';
import { isDryRun } from '../model/goal.ts';
import { healthInScope } from './health.ts';
import { judgeError } from '../model/known-error.ts';
import type { DeploymentEvidence } from '../model/deployment-evidence.ts';
import { awaitsRetry, isEnded } from '../model/operation.ts';
import type { OperationState, ResourceResult } from '../model/operation.ts';
import type { Cause } from '../model/outcome.ts';
import { evidenceOf } from './progress.ts';
import { awaitedStuck } from './stuck.ts';
import type { View } from '../model/view.ts';

/**
 * Why a run was not done when its time was up: first what it was waiting for (`sentence`), then
 * what may be the reason. A resource is named only if a followed operation has touched it: it is
 * unknown whether any other should have changed by now.
 */
export function explainUnfinished(
  view: View,
  state: OperationState | undefined,
  sentence: string,
): readonly Cause[] {
  const { application } = view;
  const deploymentEvidence = evidenceIn(view);
  const told = sentence + (deploymentEvidence === undefined ? (state?.message ?? '') : '');
  return [
    cause(sentence, '', judgeError(sentence).advice),
    ...explainStuck(view, sentence),
    ...(deploymentEvidence === undefined
      ? explainOngoing(application, state)
      : explainLanded(view, deploymentEvidence)),
    ...explainConditions(
      errorConditions(application).filter(
        ({ message }) => message === '' || !told.includes(message),
      ),
    ),
  ];
}

/**
 * That the operation may never end, however briefly it has lasted, unless the sentence already says
 * so.
 */
function explainStuck(view: View, sentence: string): readonly Cause[] {
  const stuck = awaitedStuck(view);
  if (stuck === undefined || sentence.includes(stuck.what)) return [];
  return [cause(`Possible cause: ${stuck.what}`, '', stuck.remedy)];
}

function evidenceIn(view: View): DeploymentEvidence | undefined {
  const { memory, goal } = view;
  return (
    evidenceOf(memory) ?? (goal.action === 'wait' ? awaitedEvidence({ ...view, goal }) : undefined)
  );
}

/** The change is in the cluster: what is not healthy there is what is waited for. */
function explainLanded(view: View, deploymentEvidence: DeploymentEvidence): readonly Cause[] {
  const { application, goal } = view;
  const isJudged = isHealthOf(view, deploymentEvidence) && application.sync.status !== 'Unknown';
  if (!isJudged || isDryRun(goal) || goal.action === 'terminate') return [];
  const { health, unhealthy } = healthInScope(application, deploymentEvidence.operation);
  return health.status === 'Healthy' ? [] : explainHealth(health, unhealthy);
}

/** An operation is running, or none was started. */
function explainOngoing(
  application: Application,
  state: OperationState | undefined,
): readonly Cause[] {
  if (state === undefined || isEnded(state.phase)) return [];
  const failed = state.results.filter(isFailed);
  const running = state.operation.dryRun ? [] : state.results.filter(isRunningHook);
  const awaited = state.phase === 'Running' && !state.operation.dryRun;
  return [
    ...atMost(
      failed.map((result) => explainResult(result, inAttempt(state), state.operation.dryRun)),
    ),
    ...atMost(running.map(explainRunningHook)),
    ...(awaited ? atMost(unhealthyApplied(application, state).map(explainAwaited)) : []),
    cause(`The operation is ${state.phase}`, state.message),
  ];
}

function explainAwaited(resource: ResourceStatus): Cause {
  const { status, message } = resource.health ?? { status: 'Unknown', message: '' };
  return cause(`${printKey(resource)} is ${status}`, message, '', resource);
}

function isRunningHook({ hookType, hookPhase }: ResourceResult): boolean {
  return hookType !== undefined && hookPhase === 'Running';
}

function explainRunningHook(result: ResourceResult): Cause {
  const phase = result.syncPhase ?? result.hookType ?? 'Sync';
  return cause(`${phase} hook ${printKey(result)} is still running`, result.message, '', result);
}

/** At first, a retry still shows the results of the previous attempt (argo-cd.md §2.3). */
function inAttempt(state: OperationState): string {
  if (awaitsRetry(state)) return ` in attempt ${state.retryCount}`;
  return state.retryCount > 0 ? ' in this attempt or the previous one' : '';
}
