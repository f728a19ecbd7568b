import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Checkpoint } from '../../../src/follow/checkpoint-store.ts';
import { newMemory } from '../../../src/sync/model/memory.ts';
import type { ApplicationResult } from '../../../src/sync/model/outcome.ts';
import type { KeptPlan, Task } from '../../../src/sync/plan/plan.ts';
import { nothingReported } from '../../../src/handler/run.ts';
import type { FollowSpec, Run } from '../../../src/handler/run.ts';
import { EventClaims } from '../../../src/handler/follow-ups/event-claims.ts';
import type { StoreStep, StoredToken, StoredWait } from '../../../src/handler/store/store.ts';
import { plainOptions, waiting } from '../../goals.ts';

const guid = (digit: string) => `${digit.repeat(8)}-0000-4000-8000-000000000000`;

export const sampleSpec: FollowSpec = {
  kind: 'sync',
  address: {
    collection: 'https://dev.azure.com/fabrikam',
    projectId: guid('1'),
    hub: 'build',
    planId: guid('2'),
    jobId: guid('3'),
    timelineId: guid('4'),
    taskInstanceId: guid('5'),
  },
  client: 'fabrikam',
  azureProject: 'shop',
  argocd: 'prod',
  request: {
    subject: { names: [{ name: 'shop' }] },
    project: '',
    goal: { action: 'sync', target: { kind: 'tracked' }, options: plainOptions, ...waiting },
    timeout: 1_800_000,
    onTimeout: 'leave',
    onCancel: 'leave',
    hookLogLines: 50,
    publishSummary: true,
    warnings: [],
  },
  info: [{ name: 'run', value: '„1“ \u{1F680}\0\ud800' }],
  page: '',
  buildId: undefined,
};

/** A run that follows applications; `more` adds to its spec. */
export function sampleRun(
  id: string,
  more: Partial<Run> = {},
): Run & { readonly spec: FollowSpec } {
  return {
    id,
    key: 'key-1',
    spec: sampleSpec,
    marker: `marker of ${id}`,
    acceptedAt: 1_000,
    deadline: 2_000,
    tokenExpiresAt: 3_000,
    state: 'accepted',
    attempt: 1,
    isCanceled: false,
    names: undefined,
    report: nothingReported,
    outcome: undefined,
    message: '',
    endedAt: undefined,
    results: [],
    ...more,
  } as Run & { readonly spec: FollowSpec };
}

/** A handler that has had no events. */
export const noEvents = new EventClaims({
  store: {
    actionsOfEvent: () => Promise.resolve([]),
    claimAction: () => Promise.resolve(undefined),
  },
  clock: { now: () => 0, sleep: () => Promise.resolve() },
  onClaim: () => undefined,
});

export const sampleToken: StoredToken = { sealed: 'sealed', digest: 'digest-1' };

export function adding(id: string, more: Partial<Run> = {}, token = sampleToken): StoreStep {
  return { runId: id, add: { run: sampleRun(id, more), token } };
}

export function sampleCheckpoint(startedAt: number): Checkpoint {
  return { memory: newMemory(startedAt, undefined), steps: [] };
}

/** Of an application with so many resources. */
export function largeCheckpoint(resources: number): Checkpoint {
  const step = {
    ...{ group: '', kind: 'ConfigMap', namespace: 'shop', wave: 0, hook: false, attempt: 0 },
    ...{ message: 'configured \u{1F680}\0\ud800', startedAt: 1, finishedAt: undefined },
    ...({ phase: 'Sync', state: 'Running' } as const),
  };
  const steps = Array.from({ length: resources }, (_, place) => {
    return { ...step, name: `settings-${place}` };
  });
  return { ...sampleCheckpoint(1), steps };
}

export function samplePlan(wave: number): KeptPlan {
  const key = { group: '', kind: 'ConfigMap', namespace: 'shop', name: 'settings' };
  const task: Task = {
    ...{ key, phase: 'Sync', wave, order: 0, group: 0, hookType: undefined, hookTypes: [] },
    ...{ deletePolicies: [], generateName: undefined, prune: undefined },
    ...{ waveless: false, moved: false, tied: false },
  };
  return asStored<KeptPlan>({ tasks: [task], skippedHooks: [] });
}

export function sampleResult(startedAt: number): ApplicationResult {
  return {
    name: 'shop',
    outcome: 'succeeded',
    message: 'It is live.',
    causes: [],
    concerns: [],
    operation: undefined,
    evidence: '',
    steps: [],
    revisions: [],
    syncStatus: 'Synced',
    health: { status: 'Healthy', message: '' },
    images: [],
    url: 'https://argocd.example.com/applications/argocd/shop',
    startedAt,
    finishedAt: startedAt + 1,
    children: [],
  };
}

/** What a run waits for, and since when. */
export function sampleWait(since: number): StoredWait {
  return { result: sampleResult(since), followUps: [], since };
}

/** What JSON keeps of a value: undefined parts are gone. */
export function asStored<T>(value: T): T {
  return value === undefined ? value : (JSON.parse(JSON.stringify(value)) as T);
}

/** A separate folder for a test's file; `remove` removes it. */
export function storeFolder(): { readonly path: string; readonly remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'store-'));
  const remove = () => {
    rmSync(folder, { recursive: true });
  };
  return { path: join(folder, 'handler.db'), remove };
}
