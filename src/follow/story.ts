import type { ManifestRevisions } from '../argocd/port.ts';
import { HookLogs } from './hook-logs.ts';
import type { Application, ResourceKey } from '../sync/application.ts';
import { dryOf } from '../sync/hydration.ts';
import type { Memory } from '../sync/memory.ts';
import { revisionsOf } from '../sync/operation.ts';
import type { OperationState } from '../sync/operation.ts';
import type { Cause, Step } from '../sync/outcome.ts';
import { planOf } from '../sync/order.ts';
import { sight } from '../sync/ownership.ts';
import { withoutPast } from '../sync/past.ts';
import type { KeptPlan, Plan } from '../sync/plan.ts';
import { keepPlan, recallPlan, taskOf } from '../sync/plan.ts';
import { countSteps, trackSteps } from '../sync/steps.ts';
import type { FollowPorts, FollowSettings } from './settings.ts';

/** What the operation does, step by step, with its plan and the logs of what failed. */
export class Story {
  readonly #settings: FollowSettings;
  readonly #ports: FollowPorts;
  readonly #logs: HookLogs;
  #planning: Promise<void> | undefined;
  #state: OperationState | undefined;
  #told = '';
  /** The attempts of operations that the one that is followed replaced. */
  #earlier = 0;
  /** Where the application was when it was last told of. */
  #place: Pick<Application, 'uid' | 'project'> | undefined;
  plan: Plan | undefined;
  steps: readonly Step[];

  /** `kept`: the steps that another process has told, and the plan that it knew. */
  constructor(
    settings: FollowSettings,
    ports: FollowPorts,
    kept: { readonly steps: readonly Step[]; readonly plan: KeptPlan | undefined },
  ) {
    this.steps = kept.steps;
    this.plan = kept.plan && recallPlan(kept.plan);
    this.#settings = settings;
    this.#ports = ports;
    this.#logs = new HookLogs(settings, ports);
  }

  /** Whether something is being read that would be lost otherwise. */
  get isReading(): boolean {
    return this.#logs.isKeeping;
  }

  /** Tells what changed in the operation since the last look. */
  track(application: Application, memory: Memory): void {
    this.#tellMove(application);
    const state = followedState(application, memory);
    if (state === undefined) return;
    this.#state = state;
    this.#earlier = memory.earlierAttempts ?? 0;
    this.#planOnce(application, state, memory);
    this.#advance(state);
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

  #advance(state: OperationState): void {
    const known = new Map(this.steps.map((step) => [step.phase + idOf(step), step]));
    this.steps = trackSteps(this.steps, state, this.plan, this.#ports.clock.now(), this.#earlier);
    for (const step of this.steps) {
      const before = known.get(step.phase + idOf(step));
      if (before?.state === step.state && before.attempt === step.attempt) continue;
      this.#ports.tell({ kind: 'step', application: this.#settings.address, step });
      if (step.state === 'Failed') void this.#logs.begin(step);
      if (step.state === 'Succeeded') this.#logs.forget(step);
      if (step.state === 'Running' && this.#vanishes(step))
        this.#logs.keep(step, () => this.#isRunning(step));
    }
    if (this.plan === undefined) return;
    const { done, total } = countSteps(this.steps, this.plan);
    const text = `${done}/${total}`;
    if (text === this.#told) return;
    this.#told = text;
    this.#ports.tell({ kind: 'progress', application: this.#settings.address, done, total });
  }

  /** The plan comes from the manifests of the very revisions; without it only the waves are missing. */
  #planOnce(application: Application, state: OperationState, memory: Memory): void {
    if (this.#planning !== undefined || this.plan !== undefined) return;
    const revisions = revisionsOf(state);
    if (revisions.length === 0) return;
    const { argocd, signal } = this.#ports;
    const asked = revisionsToRead(application, memory, revisions);
    if (asked === undefined) return;
    this.#planning = argocd
      .manifests(this.#settings.address, asked, signal)
      .then((manifests) => {
        this.plan = this.planFrom(manifests, application, state);
        this.#ports.journal?.plan(this.#settings.path, keepPlan(this.plan));
        // The operation may have gone on meanwhile: steps never go back.
        this.#advance(this.#state ?? state);
      })
      .catch(() => undefined);
  }

  planFrom(manifests: readonly unknown[], application: Application, state: OperationState): Plan {
    const { operation, startedAt } = state;
    const [revision] = revisionsOf(state);
    return planOf(manifests, {
      destinationNamespace: application.destinationNamespace,
      createNamespace: application.syncOptions.includes('CreateNamespace=true'),
      // Argo CD does not say whether it is there; whoever has deployed before has made it.
      namespaceExists: application.history.length > 0,
      skipHooks: operation.strategy === 'apply',
      resources: operation.resources,
      dryRun: operation.dryRun,
      startedAt,
      ...(application.multiSource || revision === undefined ? {} : { revision }),
    });
  }

  /** A hook that is deleted at the very moment of its failure takes its log along. */
  #vanishes(step: Step): boolean {
    const task = this.plan && taskOf(this.plan, step, step.phase);
    return task?.deletePolicies.includes('HookFailed') ?? false;
  }

  #isRunning(step: Step): boolean {
    return this.steps.some(
      (current) =>
        current.phase === step.phase && idOf(current) === idOf(step) && current.state === 'Running',
    );
  }

  /** Adds the logs of what failed to the causes: the end of the story. */
  async withLogs(causes: readonly Cause[]): Promise<readonly Cause[]> {
    this.#logs.close();
    return Promise.all(
      causes.map(async (cause) => {
        if (cause.resource === undefined) return cause;
        const { lines, fault } = await this.#logs.read(cause.resource);
        return { ...cause, log: lines, advice: `${cause.advice} ${fault}`.trim() };
      }),
    );
  }
}

/** Manifests are made from the dry commit where there is one, whatever is deployed of it. */
function revisionsToRead(
  application: Application,
  memory: Memory,
  revisions: readonly string[],
): ManifestRevisions | undefined {
  if (application.multiSource) {
    return { revisions: revisions.map((revision, index) => ({ position: index + 1, revision })) };
  }
  if (application.hydrator === undefined) return { revision: revisions[0] ?? '' };
  const dry = dryOf(memory, revisions);
  return dry === undefined ? undefined : { revision: dry };
}

/** The operation that is told about: the one that is followed, or whichever runs when none is. */
export function followedState(
  application: Application,
  memory: Memory,
): OperationState | undefined {
  if (memory.ended !== undefined) return memory.ended.state;
  const { identity } = memory;
  if (identity === undefined) {
    const { operationState: state } = application;
    const isNew = state !== undefined && state.startedAt !== memory.first?.operationStartedAt;
    return isNew || application.operation !== undefined ? state : undefined;
  }
  const seen = sight(withoutPast(application, memory), identity);
  // Replaced before its end was seen, it is told as it was last.
  return seen.kind === 'running' || seen.kind === 'ended' ? seen.state : memory.begun;
}

function idOf({ group, kind, namespace, name }: ResourceKey): string {
  return [group, kind, namespace, name].join('\n');
}
