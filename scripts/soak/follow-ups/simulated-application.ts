import { markerName, type OperationState } from '../../../src/sync/model/operation.ts';
import type { Application } from '../../../src/sync/model/application.ts';
import type { Chance } from './chance.ts';

/** The true result of an operation, and whether anybody could observe it. */
export interface TrueOperation {
  readonly number: number;
  /** Argo CD's milliseconds. */
  readonly startedAt: number;
  end: 'Succeeded' | 'Failed' | undefined;
  /** How often Argo CD retried it. */
  retries: number;
  /** The handler saw its end and kept running, or stored that it saw it. */
  isEndSeen: boolean;
  /** The handler has promised one of its hooks to carry out the request. */
  isHookAccepted: boolean;
}

/**
 * One of our runs requests every second operation, and brings its own rule. All others differ only in their
 * start, like those of auto-sync.
 */
export const runMarker = /^run-(\d+)$/;
const mostEntries = 10;

/** An application that is synced repeatedly, by somebody else. */
export class SimulatedApplication {
  readonly name: string;
  readonly uid: string;
  readonly operations: TrueOperation[] = [];
  readonly #chance: Chance;
  #state: OperationState | undefined;
  #history: Application['history'] = [];
  readonly #nextVersion: () => number;
  #version: number;
  #health: 'Healthy' | 'Degraded' = 'Healthy';
  /** How often it really became degraded. */
  degradations = 0;
  isGone = false;

  /** `nextVersion` counts the changes of all applications, as Kubernetes does. */
  constructor(name: string, uid: string, chance: Chance, nextVersion: () => number) {
    this.name = name;
    this.uid = uid;
    this.#chance = chance;
    this.#nextVersion = nextVersion;
    this.#version = nextVersion();
  }

  get last(): TrueOperation | undefined {
    return this.operations.at(-1);
  }

  /** Whether a hook of the operation can call. */
  get hasHook(): boolean {
    return (this.#state?.results.length ?? 0) > 0;
  }

  /** Something happens to it: an operation starts, continues, is retried or ends, or its health changes. */
  move(at: number): void {
    const now = Math.floor(at / 1_000) * 1_000;
    this.#version = this.#nextVersion();
    if (this.#chance.isHit(0.1)) return this.#turn();
    const { last } = this;
    const state = this.#state;
    if (last === undefined || last.end !== undefined || state === undefined)
      return this.#begin(now);
    const step = this.#chance.between(0, 4);
    if (step <= 1) this.#state = { ...state, results: [hook('Running')] };
    else if (step === 2) this.#state = { ...state, results: [hook('Succeeded')] };
    else if (step === 3) {
      last.retries += 1;
      this.#state = { ...state, retryCount: state.retryCount + 1, results: [] };
    } else this.#end(now, state, last);
  }

  #turn(): void {
    this.#health = this.#health === 'Healthy' ? 'Degraded' : 'Healthy';
    if (this.#health === 'Degraded') this.degradations += 1;
  }

  /** The operation of an event or a memory; undefined if there was none. */
  operationOf(known: { readonly key: string; readonly startedAt: number }) {
    const [, number] = /(?:run-|history\/)(\d+)$/.exec(known.key) ?? [];
    if (number !== undefined) return this.operations[Number(number) - 1];
    return this.operations.find((one) => one.startedAt === known.startedAt && one.number % 2 === 1);
  }

  #begin(now: number): void {
    const number = this.operations.length + 1;
    // Two operations that start in the same second and are otherwise equal count as one.
    const alike = this.operations.at(-2)?.startedAt ?? 0;
    const startedAt = Math.max(now, alike + 1_000);
    const none = { end: undefined, retries: 0, isEndSeen: false, isHookAccepted: false };
    this.operations.push({ number, startedAt, ...none });
    this.#state = {
      operation: {
        sync: true,
        revisions: [`revision-${number}`],
        dryRun: false,
        prune: false,
        strategy: 'hook',
        resources: [],
        info: number % 2 === 0 ? [{ name: markerName, value: `run-${number}` }] : [],
        initiatedBy: { username: 'ci', automated: false },
        fingerprint: number % 2 === 0 ? `operation-${number}` : 'auto-sync',
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

  #end(now: number, state: OperationState, last: TrueOperation): void {
    const finishedAt = Math.max(now, state.startedAt);
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
    this.#history = [...this.#history, entry].slice(-mostEntries);
  }

  /** Its current state. */
  look(): Application {
    return {
      name: this.name,
      namespace: 'argocd',
      uid: this.uid,
      resourceVersion: String(this.#version),
      project: 'default',
      labels: {},
      annotations: { 'azure-pipelines/on-success': 'shop/docs' },
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
      health: { status: this.#health, message: '' },
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
