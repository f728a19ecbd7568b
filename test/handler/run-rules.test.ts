import assert from 'node:assert/strict';
import type { Grant } from '../../src/follow-ups/grants.ts';
import type { Rule } from '../../src/handler/config/config.ts';
import { Access } from '../../src/handler/http/access.ts';
import type { FollowSpec, Run } from '../../src/handler/run.ts';
import { rulesOfRun } from '../../src/handler/run-rules.ts';
import { ManualClock } from '../follow/manual-clock.ts';
import { settings } from './http/front.ts';
import type { EventOperation } from '../../src/sync/events/application-event.ts';
import type { ApplicationName } from '../../src/sync/model/application.ts';
import { event as sampleEvent } from '../follow-ups/events.ts';
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
/** When the operation started. */
const began = 100_000;

interface Circumstances {
  readonly followUps?: string;
  readonly rules?: readonly Rule[];
  readonly grants?: readonly Grant[];
  readonly proven?: FollowSpec['proven'] | null;
  readonly marker?: string;
  /** The applications that it requested by name; null: by a selector. */
  readonly asked?: readonly ApplicationName[] | null;
  /** What its selector has found. */
  readonly names?: readonly ApplicationName[];
  readonly endedAt?: number;
  /** The Argo CD whose application has the operation. */
  readonly argocd?: string;
}

function read(given: Circumstances = {}) {
  const { followUps = 'onSuccess: smoke', rules = [mayQueue], grants = [] } = given;
  const { asked = [{ name: 'shop-web' }, { name: 'bank' }] } = given;
  const subject = asked === null ? { selector: 'team=shop' } : { names: asked };
  const request = { ...sample.request, followUps, subject };
  const known = given.proven === null ? {} : { proven: given.proven ?? proven };
  const spec: FollowSpec = { ...sample, request, ...known };
  const { names, endedAt } = given;
  const run: Run = sampleRun('run-1', { spec, marker, names, endedAt });
  const store = { run: (id: string) => Promise.resolve(id === 'run-1' ? run : undefined) };
  const access = new Access({ ...settings, rules }, new ManualClock());
  return rulesOfRun(given.marker ?? marker, {
    ...{ store, access, grants: () => grants },
    namespaceOf: (argocd) => (argocd === 'prod' ? 'argocd' : 'gitops'),
  });
}

async function isQueued(given: Circumstances, about = application, at = began): Promise<boolean> {
  const found = await read(given);
  const [rule] = found?.rules ?? [];
  assert.ok(found && rule);
  const operation = { ...sampleEvent().operation, startedAt: at } as EventOperation;
  return found.mayQueue(rule, { application: about, operation }, given.argocd ?? 'prod');
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
    ['with another marker', { marker: 'other/job/task/run-1' }],
    ['that is unknown', { marker: 'plan/job/task/run-2' }],
    ['that is not proven', { proven: null }],
    ['whose input this handler does not accept', { followUps: 'onSuccess: [' }],
  ];
  for (const [what, given] of without) {
    it(`are none for a run ${what}`, async () => assert.equal(await read(given), undefined));
  }

  const elsewhere = { followUps: 'onSuccess: ops/rollback' };
  const cases: readonly [string, Circumstances, boolean][] = [
    ['in its own project, with `queue`', {}, true],
    [
      'without `queue`, since `sync` is not enough',
      { rules: [{ ...mayQueue, actions: ['sync'] }] },
      false,
    ],
    ["by its project's name, as proven", { followUps: 'onSuccess: Shop/smoke' }, true],
    ["by its project's id", { followUps: `onSuccess: ${sample.address.projectId}/smoke` }, true],
    ['in another project', elsewhere, false],
    ['in another project that a grant names', { ...elsewhere, grants: [grant] }, true],
    ['another pipeline there', { followUps: 'onSuccess: ops/other', grants: [grant] }, false],
    ['in another organization', { followUps: 'onSuccess: contoso/shop/smoke' }, false],
    [
      "by another AppProject's grant",
      { ...elsewhere, grants: [{ ...grant, appProjects: ['web'] }] },
      false,
    ],
    ['by a grant, without `queue`', { ...elsewhere, grants: [grant], rules: [] }, false],
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

  const own = { name: 'shop-web' };
  const elsewhereNamed = { ...application, namespace: 'team' };
  const operations: readonly [string, Circumstances, typeof application, number, boolean][] = [
    ['of an application that it requested', { asked: [own] }, application, began, true],
    [
      "of one that it named with Argo CD's namespace",
      { asked: [{ ...own, namespace: 'argocd' }] },
      application,
      began,
      true,
    ],
    ['of one that its selector found', { asked: null, names: [own] }, application, began, true],
    [
      'of one that its selector did not find',
      { asked: null, names: [] },
      application,
      began,
      false,
    ],
    ['of one before its selector was evaluated', { asked: null }, application, began, false],
    [
      "of another that its client may sync, which somebody marked as the run's",
      { asked: [{ name: 'shop-api' }] },
      application,
      began,
      false,
    ],
    [
      'of one of that name in another namespace',
      { asked: [own], rules: [{ ...mayQueue, applications: ['*', '*/*'] }] },
      elsewhereNamed,
      began,
      false,
    ],
    [
      'of one of that name in another Argo CD',
      { asked: [own], argocd: 'dev', rules: [mayQueue, { ...mayQueue, argocd: 'dev' }] },
      application,
      began,
      false,
    ],
    ['that started when the run had ended', { endedAt: began - 60_001 }, application, began, false],
    ['that started before the run ended', { endedAt: began + 1 }, application, began, true],
    [
      'that another clock shows slightly later',
      { endedAt: began - 60_000 },
      application,
      began,
      true,
    ],
  ];
  for (const [what, given, about, at, expected] of operations) {
    it(`${expected ? 'queue' : 'do not queue'} for an operation ${what}`, async () => {
      assert.equal(await isQueued(given, about, at), expected);
    });
  }

  it('ignore a project name that only the request claims', async () => {
    const hidden = { proven: { at: 1 }, followUps: 'onSuccess: shop/smoke' };
    assert.equal(await isQueued(hidden), false);
  });
});
