import type { Application, OperationState } from './application.ts';
import { sourcesOf } from './application.ts';
import { timestamp } from './clock.ts';
import type { Outcome } from './engine.ts';
import { runPass } from './engine.ts';
import { compare } from './comparison.ts';
import type { Environment } from './environment.ts';
import { generate, normalize } from './manifests.ts';
import { addHistory, kitchen, setResults } from './operation-record.ts';
import { skipsReconcile } from './reconciler.ts';
import { parseDuration } from './windows.ts';

/** The time that a pass takes before and after it changes the cluster: measured in recordings. */
const firstPass = 115;
const nextPass = 35;
const writing = 15;
const betweenPasses = 15;
/** A pass that cannot proceed is repeated after this; the controller does so within 30 s. */
const requeue = 10_000;
const windowMessage = 'Sync operation blocked by sync window';

function ended({ phase }: OperationState): boolean {
  return phase === 'Succeeded' || phase === 'Failed' || phase === 'Error';
}

/** Executes the operations of one Application, one at a time (argo-cd.md §2.3). */
export class OperationRun {
  readonly #environment: Environment;
  readonly #uid: string;
  readonly #finished: () => void;
  readonly #retried: () => void;
  /** A pass is scheduled or running. */
  #busy = false;
  #again = false;
  #cancelRequeue: (() => void) | undefined;
  #cancelRetry: (() => void) | undefined;
  /** A retry starts without results, whatever the application still shows (retry-then-fails). */
  #forget = false;

  constructor(environment: Environment, uid: string, finished: () => void, retried: () => void) {
    this.#environment = environment;
    this.#uid = uid;
    this.#finished = finished;
    this.#retried = retried;
  }

  get #application(): Application | undefined {
    return this.#environment.applications.byUid(this.#uid);
  }

  /** Something changed that may let the operation continue. */
  wake(delay: number): void {
    const application = this.#application;
    if (!application?.operation || skipsReconcile(application)) return;
    const state = application.status.operationState;
    if (this.#busy) {
      this.#again = true;
      return;
    }
    if (!state || ended(state)) this.#pickUp();
    else if (state.finishedAt === undefined || state.phase === 'Terminating') this.#schedule(delay);
  }

  #after(delay: number, run: (application: Application) => void): () => void {
    return this.#environment.clock.after(delay, () => {
      const application = this.#application;
      if (application) run(application);
    });
  }

  #pickUp(): void {
    this.#busy = true;
    this.#forget = false;
    this.#after(this.#environment.behavior.pickUp, (application) => {
      const { operation } = application;
      if (!operation || skipsReconcile(application)) {
        this.#busy = false;
        return;
      }
      this.#update((status) => {
        const startedAt = timestamp(this.#environment.clock.now);
        status.operationState = { operation, phase: 'Running', startedAt };
      });
      this.#schedule(0);
    });
  }

  #update(change: (status: Application['status'], application: Application) => void): boolean {
    return this.#environment.applications.update(this.#uid, (application) =>
      change(application.status, application),
    );
  }

  #schedule(delay: number): void {
    this.#busy = true;
    this.#cancelRequeue?.();
    this.#after(delay, (application) => {
      const state = application.status.operationState;
      const started = state?.syncResult !== undefined;
      this.#after(started ? nextPass : firstPass, () => this.#pass());
    });
  }

  /** The pass is over. Anything that happened meanwhile, or its own change, triggers another. */
  #rest(changed: boolean): void {
    this.#busy = false;
    const again = this.#again || changed;
    this.#again = false;
    if (again) this.wake(betweenPasses);
    if (this.#busy) return;
    this.#cancelRequeue = this.#after(requeue, () => this.wake(0));
  }

  #pass(): void {
    const application = this.#application;
    const state = application?.status.operationState;
    if (!application?.operation || !state) {
      this.#busy = false;
      return;
    }
    const { clock, projects, behavior } = this.#environment;
    const manual = state.operation.initiatedBy.automated !== true;
    const fault = projects.windowFault(application);
    if (fault !== undefined || !projects.allowsSync(application, clock.now, manual)) {
      const message = fault === undefined ? windowMessage : `${windowMessage}: ${fault}`;
      this.#update(({ operationState }) => {
        if (operationState?.phase === 'Running') operationState.message = message;
      });
      this.#rest(false);
      return;
    }
    const revisions = this.#revisions(application, state);
    const outcome = this.#work(application, state, revisions);
    if (typeof outcome === 'string') {
      this.#end('Error', outcome, revisions, []);
      return;
    }
    this.#forget = false;
    const delay = writing + (outcome.waveDelay ? behavior.waveDelay : 0);
    this.#after(delay, () => this.#write(outcome, revisions));
  }

  #revisions(
    application: Application,
    { operation, syncResult }: OperationState,
  ): readonly string[] {
    const { sync } = operation;
    const pinned =
      syncResult?.revisions ?? (syncResult?.revision ? [syncResult.revision] : undefined);
    const wanted = sync.revisions ?? (sync.revision ? [sync.revision] : []);
    const sources = sourcesOf(sync.source || sync.sources ? sync : application.spec);
    return (
      pinned ??
      sources.map(({ targetRevision = 'HEAD' }, index) => {
        const name = wanted[index] ?? targetRevision;
        const { repository } = this.#environment;
        const resolved = repository.resolve(name, sources[index]);
        // With several sources, a commit stays as written, even when it is checked out.
        return (sync.sources ? repository.peek(name, sources[index]) : resolved) ?? name;
      })
    );
  }

  /** One pass of the engine, or why the target state cannot be compared. */
  #work(
    application: Application,
    state: OperationState,
    revisions: readonly string[],
  ): Outcome | string {
    const { repository, cluster } = this.#environment;
    const { operation } = state;
    const sources = sourcesOf(
      operation.sync.source || operation.sync.sources ? operation.sync : application.spec,
    );
    const made = generate(repository, application, sources, revisions);
    if (!made.ok) return `ComparisonError: ${made.message}`;
    const namespace = application.spec.destination.namespace ?? '';
    const targets = normalize(made.manifests, namespace);
    if (operation.sync.syncOptions?.includes('FailOnSharedResource=true')) {
      const [shared] = compare(application, targets, cluster.cached()).shared;
      if (shared)
        return `Shared resource found: ${shared.object} is part of applications ${application.metadata.namespace}/${application.metadata.name} and ${shared.owner}`;
    }
    const approved = application.metadata.annotations?.['argocd.argoproj.io/deletion-approved'];
    return runPass({
      application: application.metadata.name,
      operation,
      targets,
      namespace,
      revision: revisions.length === 1 ? (revisions[0] ?? '') : '',
      startedAt: Date.parse(state.startedAt) / 1000,
      cluster,
      results: this.#forget ? [] : (state.syncResult?.resources ?? []),
      terminating: state.phase === 'Terminating',
      deletionApproved: approved !== undefined && approved >= state.startedAt,
    });
  }

  #write(outcome: Outcome, revisions: readonly string[]): void {
    const { phase, message, results } = outcome;
    const application = this.#application;
    const state = application?.status.operationState;
    if (!application || !state) return;
    if (phase === 'Succeeded' && this.#leavesHistory(state)) {
      this.#update((status) =>
        addHistory(status, application, state, revisions, this.#environment.clock.now),
      );
      this.#after(8, () => this.#end(phase, message, revisions, results));
      return;
    }
    if (phase !== 'Running') {
      this.#end(phase, message, revisions, results);
      return;
    }
    const changed = this.#update((status) => {
      const { operationState } = status;
      if (!operationState) return;
      operationState.message = message;
      setResults(operationState, application, revisions, results);
    });
    this.#rest(changed);
  }

  #leavesHistory({ operation: { sync } }: OperationState): boolean {
    return !sync.dryRun && !sync.resources?.length;
  }

  #end(
    phase: 'Succeeded' | 'Failed' | 'Error' | 'Running' | 'Terminating',
    message: string,
    revisions: readonly string[],
    results: Outcome['results'],
  ): void {
    const application = this.#application;
    const state = application?.status.operationState;
    if (!application || !state) return;
    this.#busy = false;
    this.#again = false;
    const { clock, events } = this.#environment;
    const finishedAt = timestamp(clock.now);
    const { limit = 0 } = state.operation.retry;
    const retries = state.retryCount ?? 0;
    const terminated = state.phase === 'Terminating';
    if (phase !== 'Succeeded' && !terminated && (limit < 0 || retries < limit)) {
      this.#awaitRetry(message, revisions, results, finishedAt);
      return;
    }
    const told =
      retries > 0 && phase !== 'Succeeded' ? `${message} (retried ${retries} times).` : message;
    this.#update((status, changed) => {
      const { operationState } = status;
      if (!operationState) return;
      operationState.phase = phase;
      operationState.message = told;
      operationState.finishedAt = finishedAt;
      setResults(operationState, application, revisions, results);
      delete changed.operation;
    });
    const after = this.#application;
    if (after) {
      const which = revisions.join(', ');
      const what =
        phase === 'Succeeded'
          ? `Sync operation to ${which} succeeded`
          : `Sync operation to ${which} failed: ${told}`;
      events.add(after, 'argocd-application-controller', 'OperationCompleted', what);
    }
    this.#finished();
  }

  #awaitRetry(
    message: string,
    revisions: readonly string[],
    results: Outcome['results'],
    finishedAt: string,
  ): void {
    const state = this.#application?.status.operationState;
    const application = this.#application;
    if (!state || !application) return;
    const attempt = (state.retryCount ?? 0) + 1;
    const { duration = '5s', factor = 2, maxDuration = '3m' } = state.operation.retry.backoff ?? {};
    const wait = Math.min(parseDuration(duration) * factor ** attempt, parseDuration(maxDuration));
    const at = Date.parse(finishedAt) + wait;
    this.#update(({ operationState }) => {
      if (!operationState) return;
      operationState.message = `${message}. Retrying attempt #${attempt} at ${kitchen(at)}.`;
      operationState.finishedAt = finishedAt;
      operationState.retryCount = attempt;
      setResults(operationState, application, revisions, results);
    });
    this.#cancelRetry?.();
    this.#cancelRetry = this.#after(at - this.#environment.clock.now, () => this.#retry(attempt));
  }

  #retry(attempt: number): void {
    const state = this.#application?.status.operationState;
    if (state?.phase !== 'Running' || state.retryCount !== attempt || !state.finishedAt) return;
    this.#retried();
    this.#busy = true;
    this.#after(40, () => {
      const refresh = state.operation.retry.refresh === true;
      this.#update(({ operationState }) => {
        if (!operationState) return;
        delete operationState.finishedAt;
        const latest = refresh ? ' with latest revisions' : '';
        operationState.message = `Retrying operation${latest}. Attempt #${attempt}`;
        if (!refresh) return;
        delete operationState.syncResult;
        delete operationState.operation.sync.revision;
        delete operationState.operation.sync.revisions;
      });
      this.#forget = true;
      this.#schedule(0);
    });
  }
}
