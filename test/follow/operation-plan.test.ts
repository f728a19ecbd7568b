import assert from 'node:assert/strict';
import { readPlan } from '../../src/follow/operation-plan.ts';
import type { Application } from '../../src/sync/model/application.ts';
import { noHydration } from '../../src/sync/model/hydration-memory.ts';
import type { Operation, OperationState } from '../../src/sync/model/operation.ts';
import {
  A,
  application,
  entry,
  fresh,
  hook,
  operation,
  second,
  state,
} from '../sync/sample-application.ts';
import { D1, first, H1, hydratedApplication } from '../sync/sample-hydrator.ts';
import { object, wave } from '../sync/sample-manifests.ts';
import { address, failed, FakeArgoCD, portsOn } from './fake-argo-cd.ts';
import { ManualClock } from './manual-clock.ts';

describe('The plan of an operation', () => {
  let argocd: FakeArgoCD;
  let asked: unknown[];

  beforeEach(() => {
    argocd = new FakeArgoCD(new ManualClock());
    asked = [];
    argocd.onManifests = (_, revisions) => {
      asked.push(revisions);
      return Promise.resolve([
        object('Job/migrate', { 'argocd.argoproj.io/hook': 'PreSync', ...wave('-1') }),
        object('Deployment/web'),
      ]);
    };
  });

  const read = (seen: Application, change: Partial<OperationState> = {}, memory = fresh()) => {
    const ports = portsOn(argocd, new ManualClock());
    return readPlan({ application: seen, state: state(change), memory }, address, ports);
  };
  const planned = async (...given: Parameters<typeof read>) =>
    (await read(...given))?.tasks.map(({ key, wave }) => `${key.kind} ${wave}`);

  describe('is made from the manifests of', () => {
    const atH1 = { revisions: [H1] };
    const rendered = fresh(undefined, {
      hydration: { ...noHydration, renderings: [{ ...first, seenAt: 1 }] },
    });

    it('the synced revision', async () => {
      assert.deepEqual(await planned(application(), { revisions: [A] }), [
        'Job -1',
        'Deployment 0',
      ]);
      assert.deepEqual(asked, [{ revision: A }]);
    });

    it('all revisions, by position, for several sources', async () => {
      await read(application({ multiSource: true }), { revisions: [A, 'v2'] });
      const revisions = [
        { position: 1, revision: A },
        { position: 2, revision: 'v2' },
      ];
      assert.deepEqual(asked, [{ revisions }]);
    });

    it('the dry commit, with a hydrator', async () => {
      await read(hydratedApplication(), atH1, rendered);
      assert.deepEqual(asked, [{ revision: D1 }]);
    });

    it('nothing until the revision, or its dry commit, is known', () => {
      const none = { revisions: [], operation: operation({ revisions: [] }) };
      assert.equal(read(application(), none), undefined);
      assert.equal(read(hydratedApplication(), atH1), undefined);
      assert.deepEqual(asked, []);
    });
  });

  it('contains what the operation does', async () => {
    const table: readonly (readonly [string, Partial<Operation>, readonly string[]])[] = [
      ['everything', {}, ['Job/migrate', 'Deployment/web']],
      ['no hooks if it only applies', { strategy: 'apply' }, ['Deployment/web']],
      [
        'the selected resources',
        { resources: [{ group: 'apps', kind: 'Deployment', namespace: 'shop', name: 'web' }] },
        ['Deployment/web'],
      ],
    ];
    for (const [what, change, expected] of table) {
      const plan = await read(application(), { operation: operation(change) });
      const names = plan?.tasks.map(({ key: { kind, name } }) => `${kind}/${name}`);
      assert.deepEqual(names, expected, what);
    }
  });

  it('has one group for each phase and wave, except for a dry run, which has none', async () => {
    argocd.onManifests = () =>
      Promise.resolve(['-1', '1'].map((at) => object(`ConfigMap/at${at}`, wave(at))));
    for (const [dryRun, groups] of [
      [false, [0, 1]],
      [true, [0, 0]],
    ] as const) {
      const plan = await read(application(), { operation: operation({ dryRun }) });
      assert.deepEqual(
        plan?.tasks.map(({ group }) => group),
        groups,
      );
    }
  });

  it('has the generated names of hooks, by revision and time, for a single source', async () => {
    argocd.onManifests = () =>
      Promise.resolve([
        {
          apiVersion: 'batch/v1',
          kind: 'Job',
          metadata: {
            generateName: 'migrate-',
            annotations: { 'argocd.argoproj.io/hook': 'PreSync' },
          },
        },
      ]);
    const nameOf = async (change: Partial<Application>) =>
      (await read(application(change)))?.tasks.map(({ key }) => key.name);
    const begun = second(10) / 1_000;
    assert.deepEqual(await nameOf({}), [`migrate-aaaaaaa-presync-${begun}`]);
    const [several = ''] = (await nameOf({ multiSource: true })) ?? [];
    assert.doesNotMatch(several, /aaaaaaa/);
  });

  it('is missing if the manifests cannot be rendered', async () => {
    argocd.onManifests = () => Promise.reject(failed('refused'));
    await assert.rejects(async () => read(application()), { failure: 'refused' });
  });

  describe('contains the namespace', () => {
    const creating = { syncOptions: ['CreateNamespace=true'] };

    it('unless the operation found it, or an earlier deployment exists', async () => {
      const expected = ['Job -1', 'Deployment 0'];
      const running = { results: [hook({ hookPhase: 'Running' })] };
      assert.deepEqual(await planned(application(creating), running), expected);
      const history = [entry(9, A)];
      assert.deepEqual(await planned(application({ ...creating, history })), expected);
    });

    it('as the application says if the operation does not', async () => {
      assert.equal((await planned(application(creating)))?.[0], 'Namespace -1');
    });

    it('as the operation says, whatever the application says', async () => {
      for (const [own, wanted, head] of [
        [['CreateNamespace=true'], [], 'Job -1'],
        [[], ['CreateNamespace=true'], 'Namespace -1'],
      ] as const) {
        const change = { operation: operation({ syncOptions: wanted }) };
        assert.equal((await planned(application({ syncOptions: own }), change))?.[0], head);
      }
    });
  });
});
