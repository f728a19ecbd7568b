import assert from 'node:assert/strict';
import type { Grant } from '../../src/follow-ups/grants.ts';
import type { Rule } from '../../src/handler/config/config.ts';
import { Access } from '../../src/handler/http/access.ts';
import type { FollowSpec, Run } from '../../src/handler/run.ts';
import { rulesOfRun } from '../../src/handler/run-rules.ts';
import { ManualClock } from '../follow/manual-clock.ts';
import { settings } from './http/front.ts';
import { spec as sample } from './runs/fake-plan.ts';
import { sampleRun } from './store/sample.ts';

const marker = 'plan/job/task/run-1';
const application = { name: 'shop-web', namespace: 'argocd', uid: 'u', project: 'retail' };
const mayQueue: Rule = {
  client: sample.client,
  azureProjects: ['shop'],
  argocd: 'prod',
  appProjects: ['retail'],
  applications: ['shop-*'],
  actions: ['sync', 'queue'],
};
const grant: Grant = {
  argocd: 'prod',
  appProjects: ['retail'],
  organization: 'fabrikam',
  azureProjects: ['ops'],
  pipelines: ['rollback'],
};
const proven = { at: 1, projectName: 'shop' };

interface Circumstances {
  readonly followUps?: string;
  readonly rules?: readonly Rule[];
  readonly grants?: readonly Grant[];
  readonly proven?: FollowSpec['proven'] | null;
  readonly marker?: string;
}

function read(given: Circumstances = {}) {
  const { followUps = 'onSuccess: smoke', rules = [mayQueue], grants = [] } = given;
  const request = { ...sample.request, followUps };
  const known = given.proven === null ? {} : { proven: given.proven ?? proven };
  const spec: FollowSpec = { ...sample, request, ...known };
  const run: Run = sampleRun('run-1', { spec, marker });
  const store = { run: (id: string) => Promise.resolve(id === 'run-1' ? run : undefined) };
  const access = new Access({ ...settings, rules }, new ManualClock());
  return rulesOfRun(given.marker ?? marker, { store, access, grants: () => grants });
}

async function isQueued(given: Circumstances, about = application): Promise<boolean> {
  const found = await read(given);
  const [rule] = found?.rules ?? [];
  assert.ok(found && rule);
  return found.mayQueue(rule, about);
}

describe('The rules of a run', () => {
  it('are those of its input, with its organization and the id of its project', async () => {
    const found = await read();
    assert.deepEqual(
      found?.rules.map(({ name }) => name),
      ['input/onSuccess/smoke'],
    );
    assert.deepEqual([found.organization, found.project], ['fabrikam', sample.address.projectId]);
  });

  const without: readonly [string, Circumstances][] = [
    ['whose marker is another', { marker: 'other/job/task/run-1' }],
    ['that is unknown', { marker: 'plan/job/task/run-2' }],
    ['that has not proven itself', { proven: null }],
    ['whose input this handler does not take', { followUps: 'onSuccess: [' }],
  ];
  for (const [what, given] of without) {
    it(`are none of a run ${what}`, async () => assert.equal(await read(given), undefined));
  }

  const elsewhere = { followUps: 'onSuccess: ops/rollback' };
  const cases: readonly [string, Circumstances, boolean][] = [
    ['in its own project, with `queue`', {}, true],
    [
      'without `queue`: to sync is not enough',
      { rules: [{ ...mayQueue, actions: ['sync'] }] },
      false,
    ],
    ['by the name of its project, as proven', { followUps: 'onSuccess: Shop/smoke' }, true],
    [
      'by the id of its project',
      { followUps: `onSuccess: ${sample.address.projectId}/smoke` },
      true,
    ],
    ['in another project', elsewhere, false],
    ['in another project that a grant names', { ...elsewhere, grants: [grant] }, true],
    ['another pipeline there', { followUps: 'onSuccess: ops/other', grants: [grant] }, false],
    ['in another organization', { followUps: 'onSuccess: contoso/shop/smoke' }, false],
    [
      'by a grant of another AppProject',
      { ...elsewhere, grants: [{ ...grant, appProjects: ['web'] }] },
      false,
    ],
    ['by a grant, and without `queue`', { ...elsewhere, grants: [grant], rules: [] }, false],
  ];
  for (const [what, given, expected] of cases) {
    it(`${expected ? 'queue' : 'do not queue'} ${what}`, async () => {
      assert.equal(await isQueued(given), expected);
    });
  }

  it('queue nothing for an application that the rules do not let it sync', async () => {
    assert.equal(await isQueued({}, { ...application, name: 'bank' }), false);
    assert.equal(await isQueued({}, { ...application, project: 'web' }), false);
  });

  it('go by no name of a project that only the request says', async () => {
    const hidden = { proven: { at: 1 }, followUps: 'onSuccess: shop/smoke' };
    assert.equal(await isQueued(hidden), false);
  });
});
