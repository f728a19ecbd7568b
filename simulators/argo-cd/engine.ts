import type { Operation, OperationPhase, ResourceResult } from './application.ts';
import type { Cluster } from './cluster.ts';
import { groupVersion, isInSync, kubectlName } from './cluster.ts';
import { healthOf } from './health.ts';
import { policies } from './hook-policy.ts';
import type { KubernetesObject, ObjectKey } from './kubernetes-object.ts';
import { annotation, groupOf, versionOf } from './kubernetes-object.ts';
import type { Task } from './ordering.ts';
import { placePrunes, roleOf, sortTasks, syncOption, tasksOf, waveOf } from './ordering.ts';
import { trackedObjects } from './comparison.ts';
import { imagesOf } from './workloads.ts';

/** The input of one pass of the sync engine. */
export interface Pass {
  readonly application: string;
  readonly operation: Operation;
  readonly targets: readonly KubernetesObject[];
  readonly namespace: string;
  /** The revision; empty for several sources. */
  readonly revision: string;
  /** Unix seconds. */
  readonly startedAt: number;
  readonly cluster: Cluster;
  /** What earlier passes did. The pass returns a new list. */
  readonly results: readonly ResourceResult[];
  readonly terminating: boolean;
  /** RFC 3339, from `argocd.argoproj.io/deletion-approved` on the application. */
  readonly deletionApproved: boolean;
}

export interface Outcome {
  readonly phase: OperationPhase;
  readonly message: string;
  readonly results: readonly ResourceResult[];
  /** A wave is complete and more follow: the controller sleeps before it records that. */
  readonly waveDelay: boolean;
}

type TaskState = 'pending' | 'running' | 'succeeded' | 'failed';
const unsuccessful = 'one or more synchronization tasks completed unsuccessfully';

function keyOfTask({ target, live, group, kind, name }: Task): ObjectKey {
  const object = target ?? live;
  return { group, kind, name, namespace: object?.metadata.namespace ?? '' };
}

function named(task: Task): string {
  return `${task.group}/${task.kind}/${task.name}`;
}

/** The result for a namespace that `CreateNamespace=true` created, which happens before the dry run. */
function isMadeNamespace({ kind, namespace, hookType }: ResourceResult): boolean {
  return kind === 'Namespace' && namespace === '' && hookType === undefined;
}

/** One pass over the tasks of an operation: gitops-engine's `syncContext.Sync` (argo-cd.md §3.5). */
class SyncPass {
  readonly #pass: Pass;
  readonly #results: ResourceResult[];
  readonly #options: readonly string[];
  readonly #tasks: readonly Task[];
  readonly #selective: boolean;

  constructor(pass: Pass) {
    this.#pass = pass;
    this.#results = pass.results.map((result) => ({ ...result }));
    this.#options = pass.operation.sync.syncOptions ?? [];
    this.#selective = (pass.operation.sync.resources?.length ?? 0) > 0;
    this.#tasks = this.#makeTasks();
  }

  run(): Outcome {
    if (this.#pass.terminating) return this.#terminate();
    const invalid = this.#refuseUnknownKinds();
    if (invalid) return invalid;
    if (this.#pass.operation.sync.dryRun) return this.#dryRun();
    const first = this.#results.every(isMadeNamespace);
    const created = first ? this.#createNamespace() : undefined;
    if (created) return created;
    const refused = first ? this.#dryRunFailure() : undefined;
    if (refused) return refused;
    this.#updateRunning();
    return this.#proceed();
  }

  #makeTasks(): readonly Task[] {
    const { operation, targets, namespace, revision, startedAt, cluster, application } = this.#pass;
    const withHooks = !operation.sync.syncStrategy?.apply && !this.#selective;
    const settings = { namespace, revision: revision.slice(0, 7), startedAt, withHooks };
    const tasks = tasksOf(targets, settings).map((task) => ({
      ...task,
      live: cluster.get(keyOfTask(task)),
    }));
    const wanted = new Set(tasks.map((task) => named(task) + keyOfTask(task).namespace));
    for (const live of trackedObjects(application, cluster.objects())) {
      const task: Task = {
        phase: 'Sync',
        wave: waveOf(live),
        group: groupOf(live),
        kind: live.kind,
        name: live.metadata.name ?? '',
        namespace: live.metadata.namespace ?? namespace,
        target: undefined,
        live,
        hookType: undefined,
      };
      const key = named(task) + keyOfTask(task).namespace;
      if (roleOf(live).role === 'resource' && !wanted.has(key)) tasks.push(task);
    }
    placePrunes(tasks, this.#options);
    return sortTasks(tasks.filter((task) => this.#isSelected(task) && !this.#isLeftOut(task)));
  }

  #isLeftOut({ target, live, hookType }: Task): boolean {
    const only = this.#options.includes('ApplyOutOfSyncOnly=true');
    return (
      only && !hookType && target !== undefined && live !== undefined && isInSync(target, live)
    );
  }

  #isSelected(task: Task): boolean {
    const { resources = [] } = this.#pass.operation.sync;
    return (
      !this.#selective ||
      resources.some(
        ({ group = '', kind, name, namespace = '' }) =>
          group === task.group &&
          kind === task.kind &&
          name === task.name &&
          (namespace === '' || namespace === task.namespace),
      )
    );
  }

  #outcome(phase: OperationPhase, message: string, waveDelay = false): Outcome {
    return { phase, message, results: this.#results, waveDelay };
  }

  #resultOf(task: Task): ResourceResult | undefined {
    return this.#results.find(
      ({ group, kind, name, namespace, syncPhase }) =>
        group === task.group &&
        kind === task.kind &&
        name === task.name &&
        namespace === task.namespace &&
        syncPhase === task.phase,
    );
  }

  #record(task: Task, change: Omit<Partial<ResourceResult>, 'syncPhase'>): void {
    const object = task.target ?? task.live;
    const images = task.target ? imagesOf(task.target) : [];
    const known = this.#resultOf(task);
    if (known) {
      Object.assign(known, change);
      return;
    }
    this.#results.push({
      group: task.group,
      version: object ? versionOf(object) : '',
      kind: task.kind,
      namespace: task.namespace,
      name: task.name,
      ...change,
      ...(task.hookType && { hookType: task.hookType }),
      syncPhase: task.phase,
      ...(images.length > 0 && { images: [...images] }),
    });
  }

  #state(task: Task): TaskState {
    const result = this.#resultOf(task);
    if (!result) return 'pending';
    if (result.status === 'SyncFailed') return 'failed';
    if (result.hookPhase === 'Succeeded') return 'succeeded';
    if (result.hookPhase === 'Failed' || result.hookPhase === 'Error') return 'failed';
    return 'running';
  }

  #refuseUnknownKinds(): Outcome | undefined {
    const targets = this.#pass.targets;
    const unknown = this.#tasks.filter(
      ({ target }) =>
        target &&
        !this.#pass.cluster.serves(target, targets) &&
        syncOption(target, 'SkipDryRunOnMissingResource', this.#options) !== 'true',
    );
    const [first] = unknown;
    if (!first?.target) return undefined;
    for (const task of unknown) {
      this.#record(task, {
        status: 'SyncFailed',
        message: `The Kubernetes API could not find ${task.group}/${task.kind} for requested resource ${task.namespace}/${task.name}. Make sure the "${task.kind}" CRD is installed on the destination cluster.`,
      });
    }
    return this.#outcome(
      'Failed',
      `one or more synchronization tasks are not valid: failed to discover server resources for group version ${groupVersion(first.target)}: the server could not find the requested resource`,
    );
  }

  #missingNamespace(): Task | undefined {
    const { namespace, cluster } = this.#pass;
    if (!this.#options.includes('CreateNamespace=true') || cluster.hasNamespace(namespace)) return;
    const declared = this.#tasks.some(
      ({ kind, group, name }) => kind === 'Namespace' && group === '' && name === namespace,
    );
    if (declared) return undefined;
    const target = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } };
    return {
      phase: 'PreSync',
      wave: 0,
      group: '',
      kind: 'Namespace',
      name: namespace,
      namespace: '',
      target,
      live: undefined,
      hookType: undefined,
    };
  }

  /** A missing namespace is created before everything else, in a separate pass (recordings.md §1). */
  #createNamespace(): Outcome | undefined {
    const task = this.#missingNamespace();
    if (!task?.target) return undefined;
    this.#pass.cluster.addNamespace(task.name);
    const message = `${kubectlName(task.target)} created`;
    this.#record(task, { status: 'Synced', message, hookPhase: 'Running' });
    return this.#outcome('Running', `waiting for healthy state of ${named(task)}`);
  }

  #dryRun(): Outcome {
    const namespace = this.#missingNamespace();
    for (const task of [...(namespace ? [namespace] : []), ...this.#tasks]) {
      if (!task.target) {
        this.#recordPrune(task, ' (dry run)');
        continue;
      }
      const verb = task.live ? 'configured' : 'created';
      const name = kubectlName({ ...task.target, metadata: { name: task.name } });
      const message = `${name} ${verb} (dry run)`;
      this.#record(task, { status: 'Synced', message, hookPhase: 'Succeeded' });
    }
    return (
      this.#dryRunFailure() ?? this.#outcome('Succeeded', 'successfully synced (no more tasks)')
    );
  }

  /** A test's `lab/dry-run` annotation fails the client-side dry run, which runs no hooks. */
  #dryRunFailure(): Outcome | undefined {
    const failing = this.#tasks.filter(({ target }) => target && annotation(target, 'lab/dry-run'));
    if (failing.length === 0) return undefined;
    const reasons = failing.map((task) => {
      const message = (task.target && annotation(task.target, 'lab/dry-run')) ?? '';
      this.#record(task, { status: 'SyncFailed', message, hookPhase: 'Failed' });
      return message;
    });
    return this.#outcome(
      'Failed',
      `one or more objects failed to apply (dry run), reason: ${reasons.join(',')}`,
    );
  }

  get #isMultiStep(): boolean {
    return new Set(this.#tasks.map(({ phase, wave }) => `${phase} ${wave}`)).size > 1;
  }

  #updateRunning(): void {
    for (const task of this.#tasks) {
      if (this.#state(task) !== 'running' || !task.target) continue;
      if (!task.hookType && !this.#isMultiStep) continue;
      const live = this.#pass.cluster.get(keyOfTask(task));
      if (!live) {
        if (task.hookType) this.#record(task, { hookPhase: 'Succeeded', message: '' });
        continue;
      }
      const { status, message } = healthOf(live);
      if (status === 'Degraded' || (task.hookType && status === 'Unknown')) {
        this.#record(task, { hookPhase: 'Failed', ...(message && { message }) });
      } else if (status === undefined || status === 'Healthy') {
        this.#record(task, {
          hookPhase: 'Succeeded',
          ...(task.hookType && message && { message }),
        });
      }
    }
  }

  #running(): readonly Task[] {
    return this.#tasks.filter((task) => this.#state(task) === 'running');
  }

  #proceed(): Outcome {
    const running = this.#running();
    const waits = running.filter(({ hookType }) => hookType !== undefined || this.#isMultiStep);
    if (waits.length > 0) return this.#waiting(waits);
    const main = this.#tasks.filter(({ phase }) => phase !== 'SyncFail');
    if (main.some((task) => this.#state(task) === 'failed')) return this.#fail(unsuccessful);
    const pending = main.filter((task) => this.#state(task) === 'pending');
    const [next] = pending;
    if (!next) return this.#succeed('successfully synced (no more tasks)');
    const inWave = (task: Task) => task.phase === next.phase && task.wave === next.wave;
    const wave = pending.filter(inWave);
    const unconfirmed = wave.filter((task) => this.#awaitsConfirmation(task));
    const [asked] = unconfirmed;
    if (asked) {
      const others = unconfirmed.length > 1 ? ` and ${unconfirmed.length - 1} more resources` : '';
      return this.#outcome(
        'Running',
        `waiting for pruning confirmation of ${named(asked)}${others}`,
      );
    }
    const final = wave.length === pending.length;
    const ran = this.#runTasks(wave);
    if (ran === 'failed') return this.#fail('one or more objects failed to apply');
    if (ran === 'deleting') return this.#waiting(this.#toReplace(wave), 'deletion', !final);
    if (final && !wave.some(({ hookType }) => hookType)) {
      return this.#succeed('successfully synced (all tasks run)');
    }
    return this.#waiting(wave, 'completion', !final);
  }

  #waiting(
    tasks: readonly Task[],
    what: 'completion' | 'deletion' = 'completion',
    waveDelay = false,
  ): Outcome {
    const hooks = tasks.filter(({ hookType }) => hookType);
    const [first] = hooks.length > 0 ? hooks : tasks;
    if (!first) return this.#outcome('Running', '', waveDelay);
    const kind = hooks.length > 0 ? `${what} of hook` : 'healthy state of';
    const others = tasks.length - 1;
    const more =
      others === 0
        ? ''
        : ` and ${others} more ${hooks.length === tasks.length ? 'hooks' : 'resources'}`;
    return this.#outcome('Running', `waiting for ${kind} ${named(first)}${more}`, waveDelay);
  }

  /** Hooks of earlier runs must be deleted first. */
  #toReplace(tasks: readonly Task[]): readonly Task[] {
    return tasks.filter(
      (task) =>
        task.hookType && policies(task.target).has('BeforeHookCreation') && this.#exists(task),
    );
  }

  #exists(task: Task): boolean {
    return this.#pass.cluster.get(keyOfTask({ ...task, name: task.name })) !== undefined;
  }

  #runTasks(tasks: readonly Task[]): 'done' | 'failed' | 'deleting' {
    const old = this.#toReplace(tasks);
    for (const task of tasks) if (!task.target) this.#recordPrune(task, '');
    if (old.length > 0) {
      for (const task of old) this.#pass.cluster.delete(keyOfTask(task));
      return 'deleting';
    }
    let failed = false;
    for (const task of tasks) {
      if (!task.target) continue;
      const metadata = { ...task.target.metadata, name: task.name };
      delete metadata.generateName;
      const target = { ...task.target, metadata };
      const applied = this.#pass.cluster.apply(target);
      if (applied.ok) {
        const message = `${kubectlName(target)} ${applied.verb}`;
        this.#record(task, { status: 'Synced', message, hookPhase: 'Running' });
      } else {
        this.#record(task, { status: 'SyncFailed', message: applied.message, hookPhase: 'Failed' });
        failed = true;
      }
      if (failed) break;
    }
    return failed ? 'failed' : 'done';
  }

  /** `Prune=confirm` waits until a person annotates the application. */
  #awaitsConfirmation({ target, live }: Task): boolean {
    const { operation, deletionApproved } = this.#pass;
    const confirms = syncOption(live, 'Prune', this.#options) === 'confirm';
    return !target && operation.sync.prune === true && confirms && !deletionApproved;
  }

  #recordPrune(task: Task, suffix: string): void {
    const option = syncOption(task.live, 'Prune', this.#options);
    const skipped =
      option === 'false'
        ? 'ignored (no prune)'
        : this.#pass.operation.sync.prune
          ? undefined
          : 'ignored (requires pruning)';
    if (skipped) {
      this.#record(task, {
        status: 'PruneSkipped',
        message: skipped + suffix,
        hookPhase: 'Succeeded',
      });
      return;
    }
    if (suffix === '') this.#pass.cluster.delete(keyOfTask(task));
    this.#record(task, { status: 'Pruned', message: `pruned${suffix}`, hookPhase: 'Succeeded' });
  }

  #fail(message: string): Outcome {
    const reasons = this.#tasks
      .map((task) => this.#resultOf(task))
      .filter((result) => result?.status === 'SyncFailed')
      .map((result) => result?.message ?? '');
    const told = reasons.length > 0 ? `${message}, reason: ${reasons.join(',')}` : message;
    const hooks = this.#tasks.filter(({ phase }) => phase === 'SyncFail');
    const pending = hooks.filter((task) => this.#state(task) === 'pending');
    if (pending.length > 0) {
      this.#runTasks(pending);
      const running = this.#running();
      return this.#waiting(running.some(({ hookType }) => hookType) ? running : pending);
    }
    this.#deleteHooks('HookFailed');
    return this.#outcome('Failed', told);
  }

  #succeed(message: string): Outcome {
    this.#deleteHooks('HookSucceeded');
    return this.#outcome('Succeeded', message);
  }

  /** These policies apply at the end of the whole sync, not of the hook (argo-cd.md §3.5). */
  #deleteHooks(policy: string): void {
    for (const task of this.#tasks) {
      if (task.hookType && policies(task.target).has(policy) && this.#resultOf(task)) {
        this.#pass.cluster.delete(keyOfTask(task));
      }
    }
  }

  #terminate(): Outcome {
    this.#updateRunning();
    for (const task of this.#running()) {
      if (!task.hookType) continue;
      this.#pass.cluster.delete(keyOfTask(task));
      this.#record(task, { hookPhase: 'Failed', message: 'Terminated' });
    }
    return this.#outcome('Failed', 'Operation terminated');
  }
}

export function runPass(pass: Pass): Outcome {
  return new SyncPass(pass).run();
}
