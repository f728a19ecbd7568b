import { printKey } from './application.ts';
import type { Application, Condition, Health, ResourceKey, ResourceStatus } from './application.ts';
import { errorConditions } from './condition.ts';
import { judgeError } from './known-error.ts';
import { awaitsRetry, isEnded, wasTerminated } from './operation.ts';
import type { OperationState, ResourceResult } from './operation.ts';
import type { Cause } from './outcome.ts';

function cause(title: string, message: string, advice = '', resource?: ResourceKey): Cause {
  return { title, message, advice, resource, log: [] };
}

/** Whether a result says that its resource or hook failed. */
export function isFailed({ status, hookPhase }: ResourceResult): boolean {
  return status === 'SyncFailed' || hookPhase === 'Failed' || hookPhase === 'Error';
}

/**
 * Why an operation failed: that it was terminated before anything else, then the resources and hooks,
 * then conditions; its own words where nothing else tells.
 */
export function explainOperation(
  application: Application,
  state: OperationState,
): readonly Cause[] {
  const failed = state.results.filter(isFailed);
  const results = [
    ...failed.filter(({ syncPhase }) => syncPhase !== 'SyncFail'),
    ...failed.filter(({ syncPhase }) => syncPhase === 'SyncFail'),
  ].map((result) => explainResult(result));
  const told = state.message;
  const conditions = errorConditions(application)
    .filter(({ message }) => message !== '' && !told.includes(coreOf(message)))
    // It repeats the operation's own failure in other words.
    .filter(({ type }) => type !== 'SyncError' || results.length === 0)
    .map(explainCondition);
  if (wasTerminated(state)) {
    const terminated = cause('The operation was terminated', told, terminatedAdvice);
    return [terminated, ...results, ...conditions];
  }
  if (results.length > 0) return [...results, ...conditions];
  const title =
    state.phase === 'Error' ? 'The operation ended in an error' : 'The operation failed';
  const { nature, advice } = judgeError(state.message);
  const hint = advice === '' && nature === 'passing' ? passedAdvice : advice;
  return [cause(title, state.message, hint), ...conditions];
}

const passedAdvice =
  'Something that Argo CD calls did not answer at that moment, which usually passes: run again.';

/** What went wrong, without the calls it came through: a cached error is told through one more. */
function coreOf(message: string): string {
  const last = message.lastIndexOf(' desc = ');
  return last === -1 ? message : message.slice(last);
}

const terminatedAdvice =
  'A person, another pipeline or a timeout of the controller ended it. Ask who did before you run again: what was applied until then stays in the cluster.';

function explainResult(result: ResourceResult, when = ''): Cause {
  const what = printKey(result);
  const hook = `${result.syncPhase ?? result.hookType} hook ${what}`;
  const title =
    result.hookType !== undefined
      ? // The controller deletes the hooks that still run (recording `terminate`).
        `${hook} ${result.message === 'Terminated' ? 'was cut off' : 'failed'}`
      : result.status === 'SyncFailed'
        ? `${what} could not be applied`
        : `${what} did not become healthy`;
  return cause(title + when, result.message, adviceFor(result.message), result);
}

function explainCondition({ type, message }: Condition): Cause {
  return cause(`Condition ${type}`, message, adviceFor(message));
}

/** Why nothing can be deployed, from the application's conditions alone. */
export function explainConditions(conditions: readonly Condition[]): readonly Cause[] {
  return conditions.map(explainCondition);
}

/** The resources that keep an application from being healthy, worst first. */
export function explainHealth(
  health: Health,
  unhealthy: readonly ResourceStatus[],
): readonly Cause[] {
  if (unhealthy.length === 0) return [cause(`The application is ${health.status}`, health.message)];
  return unhealthy.map((resource) => {
    const status = resource.health?.status ?? 'Unknown';
    const advice = status === 'Missing' ? missingAdvice : '';
    return cause(
      `${printKey(resource)} is ${status}`,
      resource.health?.message ?? '',
      advice,
      resource,
    );
  });
}

const missingAdvice =
  'It is in Git and not in the cluster: something removed it after it was applied, or the sync left it out.';

/** What keeps an application from being done when time ran out. */
export function explainUnfinished(
  application: Application,
  state: OperationState | undefined,
): readonly Cause[] {
  const unhealthy = application.resources.filter(
    ({ health, hook }) => !hook && health !== undefined && health.status !== 'Healthy',
  );
  return [
    ...(state === undefined || isEnded(state.phase)
      ? []
      : [
          ...state.results
            .filter(isFailed)
            .map((result) => explainResult(result, inAttempt(state))),
          ...state.results.filter(isRunningHook).map(explainRunningHook),
          cause(`The operation is ${state.phase}`, state.message),
        ]),
    ...(application.health.status === 'Healthy'
      ? []
      : explainHealth(application.health, unhealthy).slice(0, 5)),
    ...errorConditions(application).map(explainCondition),
  ];
}

function isRunningHook({ hookType, hookPhase }: ResourceResult): boolean {
  return hookType !== undefined && hookPhase === 'Running';
}

function explainRunningHook(result: ResourceResult): Cause {
  const phase = result.syncPhase ?? result.hookType ?? 'Sync';
  return cause(`${phase} hook ${printKey(result)} is still running`, result.message, '', result);
}

/** In the beginning a retry still shows the results of the attempt before (argo-cd.md §2.3). */
function inAttempt(state: OperationState): string {
  if (awaitsRetry(state)) return ` in attempt ${state.retryCount}`;
  return state.retryCount > 0 ? ' in this attempt or the one before' : '';
}

function adviceFor(message: string): string {
  return judgeError(message).advice;
}
