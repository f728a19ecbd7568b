import type { Application, HealthStatus } from '../../src/sync/model/application.ts';
import { isEnded } from '../../src/sync/model/operation.ts';
import type { Operation, OperationState } from '../../src/sync/model/operation.ts';
import {
  application,
  ended,
  entry,
  foreign,
  operation,
  resource,
  result,
  second,
  state,
  synced,
} from './sample-application.ts';

/** The true result of an operation, whoever saw it. */
export interface Truth {
  readonly operation: Operation;
  outcome: 'pending' | 'running' | 'succeeded' | 'failed' | 'removed';
  /** The application was truly healthy at some time after the end. */
  healthyAfter: boolean;
}

/**
 * A small Argo CD whose true state is known: one slot for an operation, a controller that works in
 * steps, and whole seconds. The snapshot is what a client may see of it.
 */
export class SampleArgoCD {
  #real: Application = application({
    sync: synced('0'.repeat(40), 'OutOfSync'),
    history: [entry(0, '0'.repeat(40))],
    operationState: ended('Succeeded', {
      operation: foreign({ revisions: ['0'.repeat(40)] }),
      startedAt: second(0),
      finishedAt: second(1),
    }),
  });
  readonly truths: Truth[] = [];
  /** The last states of the replaced operations, oldest first. */
  readonly #replaced: OperationState[] = [];
  /** What is temporarily shown instead of the operation and its state. */
  #shown: Pick<Application, 'operation' | 'operationState'> | undefined;
  #milliseconds = 30_000;
  #deployedAt = 0;
  #deployed = '0'.repeat(40);
  #health: HealthStatus = 'Healthy';
  #before: HealthStatus = 'Healthy';

  get #second(): number {
    return second(Math.floor(this.#milliseconds / 1_000));
  }

  get current(): Truth | undefined {
    const last = this.truths.at(-1);
    return this.#real.operation === undefined ? undefined : last;
  }

  /** What a client sees. */
  get snapshot(): Application {
    return { ...this.#real, ...this.#shown };
  }

  /**
   * An agent's status update clears the operation, or shows the state of an older one, until the
   * next update (argo-cd.md §8.5).
   */
  hide(what: 'all' | 'request' | 'older end' | 'older run'): void {
    const older = this.#replaced.at(-1);
    const { operation: asked } = older ?? {};
    const { operationState: known } = this.#real;
    const running = older && { ...older, phase: 'Running' as const, finishedAt: undefined };
    const shown = {
      all: { operation: undefined, operationState: undefined },
      request: { operation: undefined, operationState: known },
      'older end': { operation: undefined, operationState: older },
      'older run': { operation: asked, operationState: running },
    };
    this.#shown = shown[what];
    this.#update({});
  }

  /** The next update shows the true state. */
  show(): void {
    this.#shown = undefined;
    this.#update({});
  }

  pass(milliseconds: number): void {
    this.#milliseconds += milliseconds;
  }

  #update(change: Partial<Application>): void {
    const resourceVersion = String(Number(this.#real.resourceVersion) + 1);
    this.#real = { ...this.#real, ...change, resourceVersion };
  }

  /** False if another operation holds the slot. */
  ask(asked: Operation): boolean {
    if (this.#real.operation !== undefined) return false;
    this.truths.push({ operation: asked, outcome: 'pending', healthyAfter: false });
    const { operationState: last } = this.#real;
    if (last !== undefined) this.#replaced.push(last);
    this.#update({ operation: asked, operationState: undefined });
    return true;
  }

  /** The controller's next step with the operation in the slot. */
  work(step: 'go on' | 'fail' | 'retry' | 'record'): void {
    const { operation: asked, operationState: known, history } = this.#real;
    const { current } = this;
    if (asked === undefined || current === undefined) return;
    if (known === undefined) {
      current.outcome = 'running';
      const begun = state({ operation: asked, startedAt: this.#second, revisions: [] });
      this.#update({ operationState: begun });
      return;
    }
    if (known.revisions.length === 0) {
      const results = [result()];
      const { revisions } = asked;
      this.#update({ operationState: { ...known, revisions, results } });
      return;
    }
    const { startedAt } = known;
    const isWritten = history.some(({ id }) => id === this.truths.length);
    if (step === 'retry' && !isWritten && known.phase === 'Running') {
      const finishedAt = known.finishedAt === undefined ? this.#second : undefined;
      this.#update({
        operationState: { ...known, finishedAt, retryCount: known.retryCount + 1 },
      });
      return;
    }
    const isFull = !asked.dryRun && asked.resources.length === 0;
    const isGood = isWritten || (step !== 'fail' && known.phase === 'Running');
    if (isGood && isFull && !isWritten) {
      const { username: initiatedBy, automated } = asked.initiatedBy;
      const times = { deployStartedAt: startedAt, deployedAt: this.#second };
      const one = { revisions: asked.revisions, initiatedBy, automated, ...times };
      this.#update({ history: [...history, entry(this.truths.length, '', one)].slice(-3) });
      // Only a success is written (argo-cd.md §2.1): from here on, it is certain.
      current.outcome = 'succeeded';
      this.#deployedAt = this.#milliseconds;
      this.#before = this.#health;
      this.#health = 'Progressing';
      this.#deployed = asked.revisions[0] ?? '';
      if (step === 'record') return;
    }
    current.outcome = isGood ? 'succeeded' : 'failed';
    this.#update({
      operation: undefined,
      operationState: {
        ...known,
        phase: isGood ? 'Succeeded' : 'Failed',
        message: known.phase === 'Terminating' ? 'Operation terminated' : known.message,
        finishedAt: this.#second,
      },
    });
  }

  terminate(): boolean {
    const { operationState: known } = this.#real;
    if (known === undefined || isEnded(known.phase)) return false;
    this.#update({ operationState: { ...known, phase: 'Terminating' } });
    return true;
  }

  /** The deployed revision becomes healthy, or does not. */
  settle(health: HealthStatus): void {
    this.#health = health;
    if (health !== 'Healthy') return;
    for (const truth of this.truths) {
      if (truth !== this.current || truth.outcome === 'succeeded') truth.healthyAfter = true;
    }
  }

  /** A comparison; soon after the end, it may see the cluster before the change. */
  compare(isLate: boolean): void {
    const lags = isLate && this.#milliseconds - this.#deployedAt < 1_000;
    this.#update({
      sync: synced(this.#deployed, lags ? 'OutOfSync' : 'Synced'),
      health: { status: lags ? this.#before : this.#health, message: '' },
      resources: [
        lags
          ? resource(this.#before, { status: 'OutOfSync' })
          : resource(this.#health, { status: 'Synced' }),
      ],
      reconciledAt: this.#second,
    });
  }

  /** Deleted, and recreated under the same name. */
  recreate(): void {
    for (const truth of this.truths) {
      if (truth.outcome === 'pending' || truth.outcome === 'running') truth.outcome = 'removed';
    }
    const resourceVersion = String(Number(this.#real.resourceVersion) + 1);
    this.#real = application({ uid: 'uid-2', resourceVersion });
    this.#shown = undefined;
  }
}

/** An operation of Argo CD itself. */
export function automated(change: Partial<Operation>): Operation {
  return operation({
    info: [],
    initiatedBy: { username: '', automated: true },
    ...change,
  });
}
