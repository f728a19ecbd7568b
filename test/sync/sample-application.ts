import type {
  Application,
  Condition,
  HealthStatus,
  HistoryEntry,
  ResourceStatus,
  SyncStatus,
} from '../../src/sync/model/application.ts';
import { observe, decide } from '../../src/sync/rules/decide.ts';
import type {
  Goal,
  RollbackGoal,
  SyncGoal,
  RevisionTarget,
  WaitGoal,
} from '../../src/sync/model/goal.ts';
import { newMemory } from '../../src/sync/model/memory.ts';
import type { Memory, SentRequest } from '../../src/sync/model/memory.ts';
import { markerName } from '../../src/sync/model/operation.ts';
import type { Operation, OperationState, ResourceResult } from '../../src/sync/model/operation.ts';
import { pastOf } from '../../src/sync/model/past.ts';
import type { Ending, Verdict } from '../../src/sync/model/verdict.ts';
import { plainOptions, waiting } from '../goals.ts';

/** Commits that are easy to distinguish: `A` is `aaaa…`. */
export const A = 'a'.repeat(40);
export const B = 'b'.repeat(40);
export const C = 'c'.repeat(40);

/**
 * The local clock when a run starts; Argo CD's is decades away, so that no rule can compare them.
 */
export const start = 1_000_000;

/** Argo CD's clock: whole seconds since an arbitrary moment. */
export function second(count: number): number {
  return Date.parse('2061-01-01T00:00:00Z') + count * 1_000;
}

export const marker = 'run-1';

export function operation(change: Partial<Operation> = {}): Operation {
  const all: Operation = {
    sync: true,
    revisions: [A],
    dryRun: false,
    prune: false,
    strategy: 'hook',
    resources: [],
    info: [{ name: markerName, value: marker }],
    initiatedBy: { username: 'ci', automated: false },
    fingerprint: '',
    ...change,
  };
  return { ...all, fingerprint: change.fingerprint ?? JSON.stringify(all) };
}

/** Another actor's operation. */
export function foreign(change: Partial<Operation> = {}): Operation {
  return operation({ info: [], initiatedBy: { username: 'eve', automated: false }, ...change });
}

export function state(change: Partial<OperationState> = {}): OperationState {
  const asked = change.operation ?? operation();
  return {
    operation: asked,
    phase: 'Running',
    message: '',
    startedAt: second(10),
    finishedAt: undefined,
    retryCount: 0,
    revisions: asked.revisions,
    results: [],
    ...change,
  };
}

export function ended(
  phase: 'Succeeded' | 'Failed' | 'Error',
  change: Partial<OperationState> = {},
): OperationState {
  return state({ phase, finishedAt: second(20), ...change });
}

export function result(change: Partial<ResourceResult> = {}): ResourceResult {
  return {
    group: 'apps',
    kind: 'Deployment',
    namespace: 'shop',
    name: 'web',
    status: 'Synced',
    message: 'deployment.apps/web configured',
    hookType: undefined,
    hookPhase: 'Running',
    syncPhase: 'Sync',
    ...change,
  };
}

export function hook(change: Partial<ResourceResult> = {}): ResourceResult {
  return result({
    group: 'batch',
    kind: 'Job',
    name: 'migrate',
    message: 'job.batch/migrate created',
    hookType: 'PreSync',
    syncPhase: 'PreSync',
    ...change,
  });
}

export function resource(
  health: HealthStatus | undefined,
  change: Partial<ResourceStatus> = {},
): ResourceStatus {
  return {
    group: 'apps',
    kind: 'Deployment',
    namespace: 'shop',
    name: 'web',
    status: 'Synced',
    health: health === undefined ? undefined : { status: health, message: `it is ${health}` },
    hook: false,
    requiresPruning: false,
    ...change,
  };
}

export function entry(id: number, revision: string, change: Partial<HistoryEntry> = {}) {
  const all: HistoryEntry = {
    id,
    revisions: [revision],
    sources: 'shop',
    deployStartedAt: second(id),
    deployedAt: second(id),
    initiatedBy: 'ci',
    automated: false,
    ...change,
  };
  return all;
}

/** What Argo CD stores if no retries are requested. */
export const noRetry = {
  limit: 0,
  duration: '',
  factor: undefined,
  maxDuration: '',
  refresh: false,
};

/** An application at rest: Synced and Healthy at `A`, compared a while ago. */
export function application(change: Partial<Application> = {}): Application {
  return {
    name: 'shop',
    namespace: 'argocd',
    uid: 'uid-1',
    resourceVersion: '1',
    project: 'default',
    labels: {},
    annotations: {},
    deleting: false,
    skipReconcile: false,
    sources: [{ repoURL: 'git', path: 'shop', chart: '', targetRevision: 'main' }],
    multiSource: false,
    hydrator: undefined,
    destinationNamespace: 'shop',
    autoSync: false,
    syncOptions: [],
    retry: noRetry,
    operation: undefined,
    operationState: undefined,
    sync: synced(A),
    health: { status: 'Healthy', message: '' },
    resources: [],
    conditions: [],
    history: [],
    reconciledAt: second(5),
    images: [],
    ...change,
  };
}

export function synced(revision: string, status: SyncStatus = 'Synced') {
  return { status, revisions: [revision] };
}

export function comparisonError(
  message = 'Failed to load target state: rpc error: code = FailedPrecondition desc = Failed to unmarshal "a.yaml"',
): Condition {
  return { type: 'ComparisonError', message };
}

export const tracked: RevisionTarget = { kind: 'tracked' };

export function revision(name: string): RevisionTarget {
  return { kind: 'revision', revision: name };
}

export function syncGoal(
  change: Partial<Omit<SyncGoal, 'options'>> & {
    readonly options?: Partial<SyncGoal['options']>;
  } = {},
): SyncGoal {
  const { options: changed = {}, ...rest } = change;
  return {
    ...waiting,
    action: 'sync',
    target: tracked,
    ...rest,
    options: { ...plainOptions, ...changed },
  };
}

export function waitGoal(change: Partial<WaitGoal> = {}): WaitGoal {
  return { ...waiting, action: 'wait', target: revision(A), ...change };
}

export function rollbackGoal(change: Partial<RollbackGoal> = {}): RollbackGoal {
  return {
    ...waiting,
    action: 'rollback',
    to: { kind: 'previous' },
    prune: false,
    dryRun: false,
    ...change,
  };
}

export const terminateGoal: Goal = { ...waiting, action: 'terminate' };

export function request(change: Partial<SentRequest> = {}): SentRequest {
  return {
    state: 'accepted',
    at: start,
    times: 1,
    failure: undefined,
    reason: '',
    operation: operation(),
    historyId: -1,
    past: pastOf(application()),
    ...change,
  };
}

/** The memory of a run that has not read yet; a sync knows its marker from the beginning. */
export function fresh(goal: Goal = syncGoal(), change: Partial<Memory> = {}): Memory {
  const identity = goal.action === 'sync' ? ({ kind: 'marker', marker } as const) : undefined;
  return { ...newMemory(start, identity), ...change };
}

/** A refresh that was requested and answered at these local times. */
export function refreshed(at = start): Memory['refresh'] {
  return { askedAt: at, answeredAt: at, failures: 0 };
}

/** A run on snapshots, like the follower does it: it reads, then asks the rules. */
export class Run {
  readonly goal: Goal;
  memory: Memory;
  now: number;
  #application: Application | undefined;

  constructor(goal: Goal = syncGoal(), memory: Partial<Memory> = {}) {
    this.goal = goal;
    this.memory = fresh(goal, memory);
    this.now = start;
  }

  /** Reads a snapshot, `after` milliseconds later. */
  see(snapshot: Application, after = 0): Verdict {
    this.now += after;
    this.#application = snapshot;
    return this.change({ lookedAt: this.now });
  }

  /** Changes what is remembered, like acts and responses do, and asks again. */
  change(memory: Partial<Memory>, after = 0): Verdict {
    if (this.#application === undefined) throw new Error('nothing was seen yet');
    this.now += after;
    const { goal, now } = this;
    this.memory = observe({ ...this.memory, ...memory }, this.#application, goal, now);
    return decide({ application: this.#application, memory: this.memory, goal, now });
  }
}

/** The end in a verdict that has one. */
export function ending(verdict: Verdict): Ending {
  if (verdict.kind !== 'done') throw new Error(`not done: ${JSON.stringify(verdict)}`);
  return verdict.ending;
}

/** A verdict in few words, for tables: `wait: …`, `sync`, `succeeded`. */
export function brief(verdict: Verdict): string {
  switch (verdict.kind) {
    case 'wait':
      return 'wait';
    case 'act':
      return verdict.act.kind;
    case 'done':
      return verdict.ending.outcome;
  }
}

export function titles(verdict: Verdict): readonly string[] {
  return ending(verdict).causes.map(({ title }) => title);
}
