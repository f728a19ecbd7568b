import type { ApplicationResult, Progress, OperationStep } from '../../src/sync/model/outcome.ts';

/** When the examples start: 2026-11-21T10:00:00Z. */
export const start = Date.UTC(2026, 10, 21, 10);
export const commit = '4f2c9d1be33f21e2a4a1b2c3d4e5f60718293a4b';

/** Seconds after the start, as milliseconds. */
export function at(seconds: number): number {
  return start + seconds * 1_000;
}

export function step(changes: Partial<OperationStep>): OperationStep {
  return {
    group: '',
    kind: 'Job',
    namespace: 'shop',
    name: 'migrate',
    phase: 'Sync',
    wave: 0,
    hook: false,
    state: 'Succeeded',
    message: '',
    startedAt: at(0),
    finishedAt: at(4),
    attempt: 0,
    ...changes,
  };
}

export const migrate = step({
  phase: 'PreSync',
  wave: -1,
  hook: true,
  startedAt: at(1),
  finishedAt: at(5),
});
export const web = step({
  group: 'apps',
  kind: 'Deployment',
  name: 'web',
  startedAt: at(7),
  finishedAt: at(9),
  message: 'deployment.apps/web configured',
});
export const smokeTest = step({
  name: 'smoke-test',
  phase: 'PostSync',
  hook: true,
  startedAt: at(11),
  finishedAt: at(31),
});

export function result(changes: Partial<ApplicationResult> = {}): ApplicationResult {
  return {
    name: 'shop',
    outcome: 'succeeded',
    message: 'Synced to 4f2c9d1; the application is Healthy',
    causes: [],
    concerns: [],
    operation: {
      ours: true,
      phase: 'Succeeded',
      message: 'successfully synced (all tasks run)',
      revisions: [commit],
      startedAt: at(1),
      finishedAt: at(32),
      retryCount: 0,
      initiatedBy: 'pipeline',
    },
    evidence: 'the operation with our marker ended as Succeeded',
    steps: [migrate, web, smokeTest],
    revisions: [commit],
    syncStatus: 'Synced',
    health: { status: 'Healthy', message: '' },
    images: ['registry.example.com/shop:1.4.2'],
    url: 'https://argocd.example.com/applications/argocd/shop',
    startedAt: at(0),
    finishedAt: at(34),
    children: [],
    ...changes,
  };
}

export const failedMigration = result({
  outcome: 'failed',
  message: 'The operation failed in PreSync',
  causes: [
    {
      title: 'PreSync hook Job/migrate failed',
      message: 'Job has reached the specified backoff limit',
      advice: '',
      resource: migrate,
      log: ['applying 0042_orders.sql', 'ERROR: relation "orders" already exists'],
    },
  ],
  operation: {
    ours: true,
    phase: 'Failed',
    message: 'one or more synchronization tasks completed unsuccessfully',
    revisions: [commit],
    startedAt: at(1),
    finishedAt: at(6),
    retryCount: 0,
    initiatedBy: 'pipeline',
  },
  evidence: '',
  steps: [{ ...migrate, state: 'Failed', message: 'Job has reached the specified backoff limit' }],
  syncStatus: 'OutOfSync',
  finishedAt: at(7),
});

/** The follower's reports on one step, from its start. */
export function stepTold(of: OperationStep, name = 'shop'): readonly Progress[] {
  const application = { name };
  const running: OperationStep = { ...of, state: 'Running', finishedAt: undefined, message: '' };
  return [
    { kind: 'step', application, step: running },
    { kind: 'step', application, step: of },
  ];
}

/** The follower's reports on a successful run with hooks before and after the sync. */
export const successTold: readonly Progress[] = [
  { kind: 'status', application: { name: 'shop' }, message: 'Argo CD has not begun yet' },
  { kind: 'progress', application: { name: 'shop' }, done: 0, total: 3 },
  ...stepTold(migrate),
  { kind: 'progress', application: { name: 'shop' }, done: 1, total: 3 },
  ...stepTold(web),
  { kind: 'progress', application: { name: 'shop' }, done: 2, total: 3 },
  ...stepTold(smokeTest),
  { kind: 'progress', application: { name: 'shop' }, done: 3, total: 3 },
  { kind: 'status', application: { name: 'shop' }, message: 'Deployment/web is Progressing' },
  { kind: 'result', result: result() },
];
