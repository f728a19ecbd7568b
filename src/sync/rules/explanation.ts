import { printKey } from '../model/application.ts';
import type {
  Application,
  Condition,
  Health,
  ResourceKey,
  ResourceStatus,
} from '../model/application.ts';
import { errorConditions } from '../model/condition.ts';
import { judgeError } from '../model/known-error.ts';
import { wasTerminated } from '../model/operation.ts';
import type { OperationState, ResourceResult } from '../model/operation.ts';
import type { Cause } from '../model/outcome.ts';

/** Creates a cause without a log; `message` is foreign text or empty. */
export function cause(title: string, message: string, advice = '', resource?: ResourceKey): Cause {
  return { title, message, advice, resource, log: [] };
}

/** Whether a result says that its resource or hook failed. */
export function isFailed({ status, hookPhase }: ResourceResult): boolean {
  return status === 'SyncFailed' || hookPhase === 'Failed' || hookPhase === 'Error';
}

/** Whether the cluster refused a resource: what is there under its name is from before. */
export function isRefused({ status }: ResourceResult): boolean {
  return status === 'SyncFailed';
}

/**
 * Why an operation failed: first that it was terminated, then resources and hooks, then conditions;
 * its own message where there is nothing else.
 */
export function explainOperation(
  application: Application,
  state: OperationState,
): readonly Cause[] {
  const failed = state.results.filter(isFailed);
  const results = [
    ...failed.filter(({ syncPhase }) => syncPhase !== 'SyncFail'),
    ...failed.filter(({ syncPhase }) => syncPhase === 'SyncFail'),
  ].map((result, place) =>
    // Only some titles are shown of those that are not kept, so no advice is needed.
    explainResult(result, '', state.operation.dryRun, place < mostCauses ? adviceFor : noAdvice),
  );
  const told = state.message;
  const conditions = errorConditions(application)
    .filter(({ message }) => message !== '' && !told.includes(coreOf(message)))
    // It repeats the operation's failure in other words.
    .filter(({ type }) => type !== 'SyncError' || results.length === 0)
    .map(explainCondition);
  if (wasTerminated(state)) {
    const left = state.operation.dryRun ? '' : `: ${applied}`;
    const terminated = cause('The operation was terminated', told, `${terminatedAdvice}${left}.`);
    return [terminated, ...results, ...conditions];
  }
  if (results.length > 0) return [...results, ...conditions];
  const what = state.operation.dryRun ? 'The dry run' : 'The operation';
  const title = state.phase === 'Error' ? `${what} ended in an error` : `${what} failed`;
  const { nature, advice } = judgeError(state.message);
  const hint = advice === '' && nature === 'passing' ? passedAdvice : advice;
  return [cause(title, state.message, hint), ...conditions];
}

const passedAdvice =
  'A service that Argo CD depends on did not respond, which is usually temporary: run again.';

/** What went wrong, without the calls that wrapped it: a cached error is wrapped once more. */
function coreOf(message: string): string {
  const last = message.lastIndexOf(' desc = ');
  return last === -1 ? message : message.slice(last);
}

const terminatedAdvice =
  'A person, another pipeline or a timeout of the controller terminated it. Find out which before you run again';
const applied = 'what had been applied by then stays in the cluster';

/** The failure of one resource or hook. `when`: in which attempt. */
export function explainResult(
  result: ResourceResult,
  when = '',
  dryRun = false,
  advise = adviceFor,
): Cause {
  const what = printKey(result);
  const hook = `${result.syncPhase ?? result.hookType} hook ${what}`;
  if (dryRun) {
    const title = `${result.hookType === undefined ? what : hook} did not pass the dry run${when}`;
    return cause(title, result.message, advise(result.message), result);
  }
  const title =
    result.hookType !== undefined
      ? // The controller deletes the hooks that still run (recording `terminate`).
        `${hook} ${result.message === 'Terminated' ? 'was interrupted' : 'failed'}`
      : isRefused(result)
        ? `${what} could not be applied`
        : `${what} did not become healthy`;
  return cause(title + when, result.message, advise(result.message), result);
}

function explainCondition({ type, message }: Condition): Cause {
  return cause(`Condition ${type}`, message, adviceFor(message));
}

/** Why nothing can be deployed, from the application's conditions alone. */
export function explainConditions(conditions: readonly Condition[]): readonly Cause[] {
  return conditions.map(explainCondition);
}

const mostTold = 5;

/** Limit on the causes of one application, including the line that says how many more there are. */
export const mostCauses = 50;

/** The first causes, and how many more there are: a reader starts with one. */
export function atMost(causes: readonly Cause[], most = mostTold): readonly Cause[] {
  const rest = causes.slice(most);
  if (rest.length === 0) return causes;
  const names = rest.slice(0, mostTold).map(({ title }) => title);
  const dots = rest.length > mostTold ? ', …' : '';
  return [...causes.slice(0, most), cause(`and ${rest.length} more`, `${names.join(', ')}${dots}`)];
}

/** The resources that keep an application from being healthy, worst first. */
export function explainHealth(
  health: Health,
  unhealthy: readonly ResourceStatus[],
): readonly Cause[] {
  if (unhealthy.length === 0) return [cause(`The application is ${health.status}`, health.message)];
  return atMost(unhealthy.map(explainUnhealthy));
}

/** A resource that is not healthy after its sync has ended. */
function explainUnhealthy(resource: ResourceStatus): Cause {
  const { status, message } = resource.health ?? { status: 'Unknown', message: '' };
  const advice =
    status === 'Missing' ? missingAdvice : message === pendingDeletion ? heldAdvice : '';
  return cause(`${printKey(resource)} is ${status}`, message, advice, resource);
}

const missingAdvice =
  'It is in Git but not in the cluster: something removed it after it was applied, or the sync skipped it.';

/** Argo CD's message for a resource that has been deleted but is still there. */
const pendingDeletion = 'Pending deletion';
const heldAdvice =
  'It was deleted, but a finalizer holds it: look at its metadata.finalizers, and whether the controller that removes them is running.';

function noAdvice(): string {
  return '';
}

function adviceFor(message: string): string {
  return judgeError(message).advice;
}
