import { resourceId, type ResourceKey } from '../model/application.ts';
import { isFailed } from './explanation.ts';
import { isCreated } from '../plan/destination-namespace.ts';
import { syncPhases } from '../plan/hook.ts';
import { awaitsRetry } from '../model/operation.ts';
import type { OperationState, ResourceResult, SyncPhase } from '../model/operation.ts';
import type { OperationStep, StepState } from '../model/outcome.ts';
import { taskOf } from '../plan/plan.ts';
import type { Plan, Task } from '../plan/plan.ts';

/**
 * The steps of an operation after another look at it, in the order in which Argo CD began them. A
 * step that did not change is the same object as before, and a step keeps its place. Waves come
 * from the plan and times are when we saw a change, since Argo CD reports neither. `earlier`: the
 * attempts of operations that this one replaced, whose steps are separate. It yields how many steps
 * it has made since it yielded last.
 */
export function* trackStepsInTurns(
  known: readonly OperationStep[],
  state: OperationState,
  plan: Plan | undefined,
  now: number,
  earlier = 0,
): Generator<number, readonly OperationStep[]> {
  const steps = new Map<string, OperationStep>();
  let room: number = stepText.total;
  for (const step of known) {
    steps.set(stepIdOf(step), step);
    room -= step.message.length;
    yield stepsOfLook;
  }
  const tasks: (Task | undefined)[] = [];
  for (const result of state.results) {
    tasks.push(plan && taskOf(plan, result, result.syncPhase ?? 'Sync'));
    yield stepsOfLook;
  }
  const frontier = frontierOf(tasks);
  const furthest = furthestPhase(state);
  for (const [place, result] of state.results.entries()) {
    yield stepsOfLook;
    const phase = result.syncPhase ?? 'Sync';
    const id = stepIdOf({ ...result, phase });
    const last = steps.get(id);
    if (last === undefined && steps.size >= mostSteps) continue;
    const before = last !== undefined && last.attempt >= earlier ? last : undefined;
    const task = tasks[place];
    // It is created in a pass of its own, before everything else that is listed.
    const wasFirst = isCreated(result, phase) && state.results.length > 1;
    const isPast =
      wasFirst ||
      (task === undefined
        ? placeOf(phase) < furthest || (plan === undefined && wasPassed(before, state, earlier))
        : isPassed(task, frontier));
    const reached = stateOf(result, state, isPast);
    const wave = task === undefined ? before?.wave : waveIn(task);
    const order = task?.order ?? before?.order;
    if (before?.state === reached && before.wave === wave) continue;
    const isAgain = before !== undefined && isOver(before.state) && !isOver(reached);
    const isNoteworthy = before?.state !== reached;
    room += last?.message.length ?? 0;
    steps.set(id, {
      group: result.group,
      kind: result.kind,
      namespace: result.namespace,
      name: result.name,
      phase,
      wave,
      ...(order === undefined ? {} : { order }),
      hook: result.hookType !== undefined,
      state: reached,
      message: cut(result.message, Math.max(stepText.least, room)),
      startedAt: isAgain ? now : (before?.startedAt ?? now),
      finishedAt: isOver(reached) ? (isNoteworthy ? now : before.finishedAt) : undefined,
      attempt: isNoteworthy ? earlier + attemptOf(state) : before.attempt,
      ...(state.operation.dryRun ? { dryRun: true } : {}),
    });
    room -= Math.min(result.message.length, Math.max(stepText.least, room));
  }
  return [...steps.values()];
}

/** Limit on the steps of one application: further ones are followed, but not reported. */
export const mostSteps = 10_000;
/** Characters of all their messages together, and of each message once those are used up. */
const stepText = { total: 2 * 1_024 * 1_024, least: 200 } as const;

function cut(message: string, most: number): string {
  return message.length <= most
    ? message
    : `${message.slice(0, most)}… (cut at ${most} characters)`;
}

/** The cost of looking at a step or a result, in comparisons. */
const stepsOfLook = 5;

/** Identifies a step within an application. */
export function stepIdOf(step: ResourceKey & Pick<OperationStep, 'phase'>): string {
  return `${step.phase}\n${resourceId(step)}`;
}

/**
 * The steps with their positions in the plan, for steps that came before the plan. Yields as above.
 */
export function* placeStepsInTurns(
  steps: readonly OperationStep[],
  plan: Plan,
): Generator<number, readonly OperationStep[]> {
  const placed: OperationStep[] = [];
  for (const step of steps) {
    placed.push(placeStep(step, plan));
    yield stepsOfLook;
  }
  return placed;
}

function placeStep(step: OperationStep, plan: Plan): OperationStep {
  if (step.order !== undefined) return step;
  const task = taskOf(plan, step, step.phase);
  return task === undefined ? step : { ...step, wave: waveIn(task), order: task.order };
}

/**
 * By attempt, phase, wave and place in the plan. What the plan does not know comes last, except for
 * a namespace, which is created before all that needs it.
 */
export function compareSteps(a: OperationStep, b: OperationStep): number {
  return (
    a.attempt - b.attempt ||
    placeOf(a.phase) - placeOf(b.phase) ||
    Number(isUnforeseenNamespace(b)) - Number(isUnforeseenNamespace(a)) ||
    compareKnown(a.wave, b.wave) ||
    compareKnown(a.order, b.order)
  );
}

function isUnforeseenNamespace(step: OperationStep): boolean {
  return step.order === undefined && isCreated(step, step.phase);
}

function compareKnown(a: number | undefined, b: number | undefined): number {
  if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined);
  return a - b;
}

function placeOf(phase: SyncPhase): number {
  return syncPhases.indexOf(phase);
}

function waveIn({ waveless, wave }: Task): number | undefined {
  return waveless ? undefined : wave;
}

/** Until a retry begins, and a little longer, the results are those of the previous attempt. */
function attemptOf(state: OperationState): number {
  return awaitsRetry(state) ? Math.max(0, state.retryCount - 1) : state.retryCount;
}

/** Steps of the plan beyond what was reached: those that a failure prevented. */
export function unreachedSteps(
  steps: readonly OperationStep[],
  plan: Plan,
): readonly OperationStep[] {
  const reached = steps.flatMap((step) =>
    step.phase === 'SyncFail' ? [] : (taskOf(plan, step, step.phase) ?? []),
  );
  // What Argo CD skipped (an existing namespace, resources in sync) was not prevented.
  const last = Math.max(-1, ...reached.map(({ group }) => group));
  const attempt = Math.max(0, ...steps.map((step) => step.attempt));
  return plan.tasks
    .filter(({ group, waveless, prune }) => group > last && !waveless && prune === undefined)
    .map((task) => ({
      ...task.key,
      name: task.generateName ?? task.key.name,
      phase: task.phase,
      wave: task.wave,
      order: task.order,
      hook: task.hookType !== undefined,
      state: 'Pending',
      message: '',
      startedAt: undefined,
      finishedAt: undefined,
      attempt,
    }));
}

/** How many steps of the plan have ended; SyncFail is not counted. */
export function countSteps(
  steps: readonly OperationStep[],
  plan: Plan,
): { readonly done: number; readonly total: number } {
  const total = plan.tasks.filter(({ waveless }) => !waveless).length;
  const done = steps.filter(({ state, phase }) => isOver(state) && phase !== 'SyncFail').length;
  return { done: Math.min(done, total), total };
}

function isOver(state: StepState): boolean {
  return state !== 'Pending' && state !== 'Running';
}

/** The last task that has results; SyncFail runs outside the order. */
function frontierOf(tasks: readonly (Task | undefined)[]): Task | undefined {
  return tasks
    .filter((task) => task?.waveless === false)
    .reduce(
      (last, task) => (last === undefined || (task && task.order > last.order) ? task : last),
      undefined,
    );
}

/** Argo CD starts the next wave only when the previous one is healthy. */
function isPassed(task: Task, frontier: Task | undefined): boolean {
  if (frontier === undefined || task.order >= frontier.order) return false;
  return task.phase !== frontier.phase || task.wave !== frontier.wave;
}

/** The last phase that has results; -1 where there are none. SyncFail runs outside the order. */
function furthestPhase({ results }: OperationState): number {
  return results.reduce(
    (last, { syncPhase = 'Sync' }) =>
      syncPhase === 'SyncFail' ? last : Math.max(last, placeOf(syncPhase)),
    -1,
  );
}

/** Uses what an earlier process knew to be done while the plan is not available yet. */
function wasPassed(
  before: OperationStep | undefined,
  state: OperationState,
  earlier: number,
): boolean {
  return before?.state === 'Succeeded' && before.attempt === earlier + attemptOf(state);
}

function stateOf(result: ResourceResult, { phase }: OperationState, passed: boolean): StepState {
  if (isFailed(result)) return 'Failed';
  if (result.status === 'Pruned' || result.status === 'PruneSkipped') return result.status;
  if (result.hookPhase === 'Succeeded') return 'Succeeded';
  if (result.hookType !== undefined) return 'Running';
  // An ordinary resource of the last wave stays `Running` forever: the operation waits only until
  // it is applied.
  return passed || phase === 'Succeeded' ? 'Succeeded' : 'Running';
}
