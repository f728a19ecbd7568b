import { HookLogs } from './hook-logs.ts';
import { resourceId } from '../sync/model/application.ts';
import type { Application, ResourceKey } from '../sync/model/application.ts';
import { atOnce } from '../sync/model/at-once.ts';
import type { Memory } from '../sync/model/memory.ts';
import type { OperationState, ResourceResult } from '../sync/model/operation.ts';
import { isRefused } from '../sync/rules/explanation.ts';
import { followedState } from '../sync/rules/followed-operation.ts';
import type { Cause, OperationStep } from '../sync/model/outcome.ts';
import { adviceOnRerun, printFindings } from '../sync/plan/finding.ts';
import type { Plan, StoredPlan } from '../sync/plan/plan.ts';
import { keepPlan, recallPlan, taskOf } from '../sync/plan/plan.ts';
import {
  countSteps,
  mostSteps,
  placeStepsInTurns,
  trackStepsInTurns,
} from '../sync/rules/steps.ts';
import { readPlan } from './operation-plan.ts';
import { throwIfDetached } from './detachment.ts';
import {
  hold,
  inOrder,
  mayHold,
  planWait,
  portionsOf,
  type HeldSteps,
  type Portion,
} from './held-steps.ts';
import type { FollowPorts, FollowSettings } from './settings.ts';
import { CancelScope } from '../async/cancel-scope.ts';
import { inTurns } from '../async/in-turns.ts';

/** The cost of reporting and storing a step, in comparisons. */
const stepsOfTelling = 20;

/**
 * What the operation does, step by step, with its plan and the logs of what failed. Until the plan
 * is available, or is late, steps are held back, so that they are reported in the plan's order.
 */
export class OperationTracker {
  readonly #settings: FollowSettings;
  readonly #ports: FollowPorts;
  readonly #logs: HookLogs;
  readonly #planned: () => void;
  readonly #keep: () => void;
  #planning: Promise<void> | undefined;
  #isPlanning = false;
  #held: HeldSteps | undefined;
  #told = '';
  #isLeftOutTold = false;
  #results: readonly ResourceResult[] = [];
  /** The number of attempts of the operations that the followed one replaced. */
  #earlier = 0;
  /** Where the application was when last reported. */
  #place: Pick<Application, 'uid' | 'project'> | undefined;
  plan: Plan | undefined;
  steps: readonly OperationStep[];

  /**
   * `kept`: the steps of an earlier process, those of them that it had not reported, and the plan.
   * `planned` is called when the plan is available or has failed, so that held steps can be
   * reported. `keep` stores what is known, in the same turn as it is reported, so that the two
   * cannot diverge.
   */
  constructor(
    settings: FollowSettings,
    ports: FollowPorts,
    kept: {
      readonly steps: readonly OperationStep[];
      readonly held?: HeldSteps | undefined;
      readonly plan: StoredPlan | undefined;
    },
    planned: () => void = () => undefined,
    keep: () => void = () => undefined,
  ) {
    this.plan = kept.plan && recallPlan(kept.plan);
    this.steps =
      this.plan === undefined ? kept.steps : atOnce(placeStepsInTurns(kept.steps, this.plan));
    this.#held = kept.held;
    this.#planned = planned;
    this.#keep = keep;
    this.#settings = settings;
    this.#ports = ports;
    this.#logs = new HookLogs(settings, ports);
  }

  /** Whether something is being read that would otherwise be lost or reported late. */
  get isReading(): boolean {
    return this.#logs.isKeeping || this.#isHolding;
  }

  /** What was not reported yet; absent where everything was. */
  get held(): HeldSteps | undefined {
    return this.#held;
  }

  /** When it is reported without the plan, local milliseconds. */
  get heldUntil(): number {
    return this.#isHolding ? (this.#held?.since ?? 0) + planWait : Infinity;
  }

  get #isHolding(): boolean {
    return this.#isPlanning && this.#held !== undefined;
  }

  /** The steps as reported. */
  get toldSteps(): readonly OperationStep[] {
    return this.#held?.told ?? this.steps;
  }

  /** Reports what changed in the operation since the last look, and stores it. For `inTurns`. */
  *track(application: Application, memory: Memory): Generator<number, void> {
    this.#tellMove(application);
    const state = followedState(application, memory);
    if (state !== undefined) {
      this.#earlier = memory.earlierAttempts ?? 0;
      this.#planOnce(application, state, memory);
      yield* this.#advance(state);
    }
    if (!this.#isPlanning || !mayHold(this.#held, this.#ports.clock.now())) {
      yield* this.release();
    } else this.#keep();
  }

  /** Reports what is held back, in the order of the plan if that is known; see `track`. */
  *release(): Generator<number, void> {
    const { tell } = this.#ports;
    const { address } = this.#settings;
    for (const { steps, held } of yield* this.#portions()) {
      this.#held = held;
      for (const step of steps) tell({ kind: 'step', application: address, step });
      if (held === undefined) break;
      this.#keep();
      yield* this.#othersTurn(steps.length * stepsOfTelling);
    }
    this.#tellProgress();
    this.#keep();
  }

  *#portions(): Generator<number, Iterable<Portion>> {
    if (this.#held === undefined) return [];
    const changes = yield* inOrder(this.#held.changes, this.plan);
    throwIfDetached(this.#ports.signal);
    return portionsOf(this.#held, changes);
  }

  #tellProgress(): void {
    if (this.plan === undefined) return;
    const { done, total } = countSteps(this.steps, this.plan);
    const text = `${done}/${total}`;
    if (text === this.#told) return;
    this.#told = text;
    this.#ports.tell({ kind: 'progress', application: this.#settings.address, done, total });
  }

  /** Resolves when nothing must be held back any more: the plan is available, or late. */
  async settled(): Promise<void> {
    const { clock, signal } = this.#ports;
    if (!this.#isHolding) return;
    const scope = new CancelScope(clock, { parent: signal, at: this.heldUntil });
    await Promise.race([this.#planning, clock.sleep(planWait, scope.signal)]);
    scope.end();
  }

  #tellMove({ uid, project }: Application): void {
    const before = this.#place;
    this.#place = { uid, project };
    if (before === undefined || before.uid !== uid || before.project === project) return;
    this.#ports.tell({
      kind: 'notice',
      application: this.#settings.address,
      level: 'warning',
      message: `The application was moved from AppProject "${before.project}" to "${project}", and is followed there`,
    });
  }

  /** Yields to others; the process may begin to shut down in the meantime. */
  *#othersTurn(steps: number): Generator<number, void> {
    yield steps;
    throwIfDetached(this.#ports.signal);
  }

  *#advance(state: OperationState): Generator<number, void> {
    const { steps: before, plan } = this;
    const now = this.#ports.clock.now();
    this.#results = state.results;
    const changes: OperationStep[] = [];
    const steps = yield* trackStepsInTurns(before, state, plan, now, this.#earlier);
    yield* this.#othersTurn(steps.length);
    // The plan may have arrived in the meantime.
    this.steps =
      plan === undefined && this.plan !== undefined
        ? yield* placeStepsInTurns(steps, this.plan)
        : steps;
    for (const [place, step] of this.steps.entries()) {
      const last = before[place];
      if (last?.state === step.state && last.attempt === step.attempt) continue;
      changes.push(step);
      if (step.state === 'Failed') void this.#logs.begin(step);
      if (step.state === 'Succeeded') this.#logs.forget(step);
      this.#keepLog(step, place);
    }
    this.#held = hold(this.#held, before, changes, now);
    this.#tellLeftOut(state);
  }

  /** Reported once: steps beyond the limit are followed all the same. */
  #tellLeftOut({ results }: OperationState): void {
    if (this.#isLeftOutTold || results.length <= mostSteps) return;
    this.#isLeftOutTold = true;
    this.#ports.tell({
      kind: 'notice',
      application: this.#settings.address,
      level: 'info',
      message: `The operation has ${results.length} steps: the first ${mostSteps} are reported, and ${results.length - mostSteps} more are only followed`,
    });
  }

  /** The log of a hook that is deleted as soon as it fails is lost. */
  #keepLog(step: OperationStep, place: number): void {
    if (!step.hook || step.state !== 'Running' || this.plan === undefined) return;
    const task = taskOf(this.plan, step, step.phase);
    if (!task?.deletePolicies.includes('HookFailed')) return;
    this.#logs.keep(step, () => this.steps[place]?.state === 'Running');
  }

  /** Without the plan, only the waves are missing. */
  #planOnce(application: Application, state: OperationState, memory: Memory): void {
    if (this.#planning !== undefined || this.plan !== undefined) return;
    const { address } = this.#settings;
    const planning = readPlan({ application, state, memory }, address, this.#ports);
    if (planning === undefined) return;
    this.#isPlanning = true;
    this.#planning = planning
      .then((plan) => this.#take(plan))
      .catch(() => undefined)
      .finally(() => {
        this.#isPlanning = false;
        this.#planned();
      });
  }

  /** The plan counts from the turn in which all steps until then have their places in it. */
  async #take(plan: Plan): Promise<void> {
    const { signal, checkpoints } = this.#ports;
    let before: readonly OperationStep[];
    let placed: readonly OperationStep[];
    do {
      before = this.steps;
      placed = await inTurns(placeStepsInTurns(before, plan));
    } while (this.steps !== before);
    throwIfDetached(signal);
    this.plan = plan;
    checkpoints?.plan(this.#settings.path, keepPlan(plan));
    if (!signal.aborted) this.#tellFindings(plan);
    this.steps = placed;
    for (const [place, step] of this.steps.entries()) this.#keepLog(step, place);
  }

  /**
   * In the turn in which the plan is stored: a process that resumes with it does not report them
   * again.
   */
  #tellFindings({ findings }: Plan): void {
    const { address, goal } = this.#settings;
    if (goal.action === 'terminate') return;
    for (const message of printFindings(findings)) {
      this.#ports.tell({ kind: 'notice', application: address, level: 'issue', message });
    }
  }

  /**
   * Adds the logs of what failed to the causes, at the end of the following. What the cluster
   * refused has none: a Job of that name, if there is one, is from an earlier sync.
   */
  async withLogs(causes: readonly Cause[]): Promise<readonly Cause[]> {
    this.#logs.close();
    const refused = new Set(this.#results.filter(isRefused).map(resourceId));
    return Promise.all(
      causes.map(async (cause) => {
        if (cause.resource === undefined || refused.has(resourceId(cause.resource))) return cause;
        const { lines, fault } = await this.#logs.read(cause.resource);
        const advice = [cause.advice, this.#adviceOn(cause.resource), fault];
        return { ...cause, log: lines, advice: advice.filter(Boolean).join(' ') };
      }),
    );
  }

  #adviceOn(resource: ResourceKey): string {
    const id = resourceId(resource);
    const step = this.steps.findLast((one) => resourceId(one) === id);
    if (step === undefined || this.plan === undefined) return '';
    const task = taskOf(this.plan, step, step.phase);
    return task === undefined ? '' : adviceOnRerun(task, step);
  }
}
