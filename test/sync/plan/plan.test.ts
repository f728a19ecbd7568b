import { strict as assert } from 'node:assert';
import { readFileSync } from 'node:fs';
import type { ResourceKey } from '../../../src/sync/model/application.ts';
import type { SyncPhase } from '../../../src/sync/model/operation.ts';
import { keepPlan, recallPlan, taskOf, waveOf } from '../../../src/sync/plan/plan.ts';
import { planOf } from '../../in-one-go.ts';
import { hook, object, wave } from '../sample-manifests.ts';

const core = (kind: string, name: string, namespace: string) => ({
  group: '',
  kind,
  namespace,
  name,
});
const job = (name: string, namespace = 'shop') => ({
  group: 'batch',
  kind: 'Job',
  namespace,
  name,
});
const generated = (generateName: string, annotations: object) => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { generateName, annotations },
});

describe('waveOf', () => {
  const plan = planOf(
    [
      object('ConfigMap/a', wave('1')),
      object('ConfigMap/other/a', wave('2')),
      object('Namespace/apart', wave('-3')),
      object('Job/both', { ...hook('PreSync,PostSync'), ...wave('4') }),
      generated('migrate-', { ...hook('PreSync'), ...wave('5') }),
      generated('migrate-data-', { ...hook('PreSync,Sync'), ...wave('6') }),
    ],
    { destinationNamespace: 'shop', createNamespace: true, namespaceExists: false },
  );

  it('distinguishes objects of one name by namespace', () => {
    assert.equal(waveOf(plan, core('ConfigMap', 'a', 'shop'), 'Sync'), 1);
    assert.equal(waveOf(plan, core('ConfigMap', 'a', 'other'), 'Sync'), 2);
    assert.equal(waveOf(plan, core('ConfigMap', 'a', 'third'), 'Sync'), undefined);
  });

  it('treats an empty namespace on either side as any', () => {
    assert.equal(waveOf(plan, core('Namespace', 'apart', 'shop'), 'Sync'), -3);
    assert.equal(waveOf(plan, core('Namespace', 'apart', ''), 'Sync'), -3);
    assert.equal(waveOf(plan, core('Namespace', 'shop', 'shop'), 'PreSync'), 0);
  });

  it('distinguishes the phases of a hook, and finds the first without one', () => {
    assert.equal(taskOf(plan, job('both'), 'PreSync')?.phase, 'PreSync');
    assert.equal(taskOf(plan, job('both'), 'PostSync')?.phase, 'PostSync');
    assert.equal(taskOf(plan, job('both'), 'Sync'), undefined);
    assert.equal(taskOf(plan, job('both'), undefined)?.phase, 'PreSync');
  });

  const names: readonly (readonly [string, 'PreSync' | 'Sync', number | undefined])[] = [
    ['migrate-1610973-presync-1795225156', 'PreSync', 5],
    ['migrate--presync-1795225156', 'PreSync', 5],
    ['migrate-1.2-rc-presync-1795225156', 'PreSync', 5],
    ['migrate-data-1610973-presync-1795225156', 'PreSync', 6],
    ['migrate-data-1610973-sync-1795225156', 'Sync', 6],
    ['migrate-1610973-sync-1795225156', 'Sync', undefined],
    ['migrate-1610973-presync-1795225156', 'Sync', undefined],
    ['migrate-1610973-presync-', 'PreSync', undefined],
    ['other-1610973-presync-1795225156', 'PreSync', undefined],
  ];
  for (const [name, phase, expected] of names) {
    it(`finds ${String(expected)} for the generated name ${name} in ${phase}`, () => {
      assert.equal(waveOf(plan, job(name), phase), expected);
    });
  }

  it('reads the phase from a generated name if the result has none', () => {
    const task = taskOf(plan, job('migrate-data-1610973-sync-1795225156'), undefined);
    assert.equal(task?.phase, 'Sync');
  });

  it('finds a generated name directly if the plan knew the operation', () => {
    const known = planOf([generated('a-', hook('Sync')), generated('a-', hook('PreSync'))], {
      destinationNamespace: 'shop',
      revision: '1610973b8e3f',
      startedAt: 1795225156000,
    });
    assert.equal(taskOf(known, job('a-1610973-sync-1795225156'), 'Sync')?.order, 1);
  });

  it('finds nothing for an unplanned object', () => {
    assert.equal(waveOf(plan, core('Secret', 'a', 'shop'), 'Sync'), undefined);
  });
});

interface RecordedApplication {
  readonly spec: { readonly destination: { readonly namespace: string } };
  readonly status: {
    readonly operationState?: {
      readonly startedAt: string;
      readonly operation: { readonly sync: RecordedSync };
      readonly syncResult?: { readonly revision: string; readonly resources?: RecordedResults };
    };
  };
}

interface RecordedSync {
  readonly resources?: readonly Partial<ResourceKey>[];
  readonly syncStrategy?: { readonly apply?: object };
}

type RecordedResults = readonly (ResourceKey & { readonly syncPhase: SyncPhase })[];

interface RecordedLine {
  readonly event?: { readonly result?: { readonly application?: RecordedApplication } };
  readonly response?: { readonly body?: { readonly manifests?: readonly string[] } };
}

describe('taskOf, on recorded operations', () => {
  const recordings = [
    'apply-strategy',
    'dry-run',
    'generated-hook-names',
    'hooks-and-waves',
    'invalid-manifest',
    'multi-source',
    'plain',
    'postsync-fails',
    'presync-fails',
    'retry-then-fails',
    'selective',
    'wave-degraded',
  ];
  for (const name of recordings) {
    it(`finds every result of ${name}, in the order of the plan`, () => {
      const file = new URL(`../../fixtures/argo-cd/recordings/${name}.jsonl`, import.meta.url);
      const lines = readFileSync(file, 'utf8').trim().split('\n');
      const recorded = lines.map((line) => JSON.parse(line) as RecordedLine);
      const manifests = recorded.findLast(({ response }) => response?.body?.manifests);
      const applications = recorded.flatMap(({ event }) => event?.result?.application ?? []);
      const ended = applications.findLast(({ status }) => status.operationState?.syncResult);
      const state = ended?.status.operationState;
      assert.ok(manifests?.response?.body?.manifests && state?.syncResult?.resources);

      const { sync } = state.operation;
      const { revision, resources } = state.syncResult;
      const recordedPlan = planOf(
        manifests.response.body.manifests.map((text): unknown => JSON.parse(text)),
        {
          destinationNamespace: ended?.spec.destination.namespace ?? '',
          createNamespace: true,
          revision,
          startedAt: Date.parse(state.startedAt),
          skipHooks: sync.syncStrategy?.apply !== undefined,
          resources: (sync.resources ?? []).map((key) => ({ ...core('', '', ''), ...key })),
        },
      );
      const groups = resources.map(
        (result) =>
          taskOf(recordedPlan, { ...core('', '', ''), ...result }, result.syncPhase)?.group,
      );
      assert.ok(groups.length > 0 && !groups.includes(undefined));
      assert.deepEqual(
        groups,
        [...groups].sort((a = 0, b = 0) => a - b),
      );
    });
  }
});

describe('A plan in a checkpoint', () => {
  const plan = planOf([object('Pod/a', wave('x')), object('Job/b', hook('Skip'))], {
    destinationNamespace: 'shop',
  });
  const stored = <T>(kept: T) => JSON.parse(JSON.stringify(kept)) as T;

  it('contains what following needs, but not what was reported at its creation', () => {
    assert.deepEqual(Object.keys(keepPlan(plan)), ['tasks', 'skippedHooks']);
    const { tasks, skippedHooks, findings } = recallPlan(stored(keepPlan(plan)));
    assert.deepEqual(
      JSON.stringify([tasks, skippedHooks]),
      JSON.stringify([plan.tasks, plan.skippedHooks]),
    );
    assert.deepEqual([plan.findings.length, findings.length], [1, 0]);
  });

  it('can be read as an earlier handler stored it, with more content', () => {
    const key = core('Pod', 'a', 'shop');
    const before = {
      tasks: plan.tasks,
      skipped: [
        { key, reason: 'hooksSkipped' },
        { key: core('Pod', 'b', 'shop'), reason: 'notSelected' },
      ],
      dropped: [{ key, reason: 'duplicate' }],
      deletionHooks: [{ key, phases: ['PreDelete'] }],
      findings: [{ code: 'duplicate', severity: 'warning', key, message: 'Pod/a: twice' }],
    };
    const recalled = recallPlan(stored(before));
    assert.deepEqual(keepPlan(recalled), stored({ tasks: plan.tasks, skippedHooks: [key] }));
    assert.deepEqual(recalled.findings, []);
    assert.equal(waveOf(recalled, key, undefined), 0);
  });
});
