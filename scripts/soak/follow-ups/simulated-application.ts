import type { Application } from '../../../src/sync/model/application.ts';
import type { OperationState } from '../../../src/sync/model/operation.ts';
import type { Chance } from './chance.ts';

/** How an operation really ended, and whether anybody could know. */
export interface TrueOperation {
  readonly number: number;
  end: 'Succeeded' | 'Failed' | undefined;
  /** A look that was stored has shown its end. */
  isEndSeen: boolean;
  isBegunSeen: boolean;
}

/** An application that is synced repeatedly, by somebody else. */
export class SimulatedApplication {
  readonly uid: string;
  readonly operations: TrueOperation[] = [];
  readonly #chance: Chance;
  #state: OperationState | undefined;
  #history: Application['history'] = [];

  constructor(uid: string, chance: Chance) {
    this.uid = uid;
    this.#chance = chance;
  }

  get last(): TrueOperation | undefined {
    return this.operations.at(-1);
  }

  /** Something happens to it: an operation starts, progresses, is retried or ends. */
  move(at: number): void {
    const now = Math.floor(at / 1_000) * 1_000;
    const { last } = this;
    if (last === undefined || last.end !== undefined) return this.#begin(now);
    const state = this.#state;
    if (state === undefined) return;
    const step = this.#chance.between(0, 3);
    if (step === 0) this.#state = { ...state, results: [hook('Running')] };
    else if (step === 1) this.#state = { ...state, results: [hook('Succeeded')] };
    else if (step === 2) this.#state = { ...state, retryCount: state.retryCount + 1, results: [] };
    else this.#end(now, state, last);
  }

  #begin(startedAt: number): void {
    const number = this.operations.length + 1;
    this.operations.push({ number, end: undefined, isEndSeen: false, isBegunSeen: false });
    this.#state = {
      operation: {
        sync: true,
        revisions: [`revision-${number}`],
        dryRun: false,
        prune: false,
        strategy: 'hook',
        resources: [],
        info: [{ name: 'azure-pipelines/run', value: `run-${number}` }],
        initiatedBy: { username: 'ci', automated: false },
        fingerprint: `operation-${number}`,
      },
      phase: 'Running',
      message: '',
      startedAt,
      finishedAt: undefined,
      retryCount: 0,
      revisions: [`revision-${number}`],
      results: [],
    };
  }

  #end(finishedAt: number, state: OperationState, last: TrueOperation): void {
    const phase = this.#chance.isHit(0.6) ? 'Succeeded' : 'Failed';
    last.end = phase;
    this.#state = { ...state, phase, finishedAt, results: [hook(phase)] };
    if (phase === 'Failed') return;
    const entry = {
      id: last.number,
      revisions: state.revisions,
      sources: '',
      deployStartedAt: state.startedAt,
      deployedAt: finishedAt,
      initiatedBy: 'ci',
      automated: false,
    };
    this.#history = [...this.#history, entry].slice(-10);
  }

  /** Its current state. */
  look(): Application {
    return {
      name: this.uid,
      namespace: 'argocd',
      uid: this.uid,
      resourceVersion: '1',
      project: 'default',
      labels: {},
      annotations: {},
      deleting: false,
      skipReconcile: false,
      sources: [],
      multiSource: false,
      hydrator: undefined,
      destinationNamespace: '',
      autoSync: false,
      syncOptions: [],
      retry: { limit: 0, duration: '', factor: undefined, maxDuration: '' },
      operation: this.last?.end === undefined ? this.#state?.operation : undefined,
      operationState: this.#state,
      sync: { status: 'Synced', revisions: [] },
      health: { status: 'Healthy', message: '' },
      resources: [],
      conditions: [],
      history: this.#history,
      reconciledAt: undefined,
      images: [],
    };
  }
}

function hook(hookPhase: 'Running' | 'Succeeded' | 'Failed') {
  const key = { group: 'batch', kind: 'Job', namespace: 'shop', name: 'smoke' };
  const phase = { hookType: 'PostSync', syncPhase: 'PostSync' } as const;
  return { ...key, ...phase, hookPhase, status: 'Synced' as const, message: '' };
}
