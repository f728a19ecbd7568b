import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ArgoCDError } from '../../src/argocd/argocd-error.ts';
import type { TaskHub } from '../../src/azure/task-hub/task-hub.ts';
import { AccessDenied } from '../../src/follow/access-denied.ts';
import type { Rule } from '../../src/handler/config/config.ts';
import { Access } from '../../src/handler/http/access.ts';
import { denialOf, goesByName, rightsOf } from '../../src/handler/rights.ts';
import type { FollowSpec } from '../../src/handler/run.ts';
import { provenBy } from '../../src/handler/runs/verification/authority.ts';
import { RetryBackoff } from '../../src/handler/runs/retry-backoff.ts';
import { prove } from '../../src/handler/runs/verification/proof.ts';
import { GuardedArgoCD } from '../../src/handler/watch/guarded-argo-cd.ts';
import { Secret } from '../../src/secret.ts';
import { FakeArgoCD } from '../follow/fake-argo-cd.ts';
import { ManualClock } from '../follow/manual-clock.ts';
import { assertLinear } from '../meter.ts';
import { application } from '../sync/sample-application.ts';
import { settings } from './http/front.ts';
import { failed, FakePlan, spec as sample } from './runs/fake-plan.ts';
import { sampleRun } from './store/sample.ts';

const { projectId } = sample.address;
const { signal } = new AbortController();

const rule: Rule = {
  client: 'fabrikam',
  azureProjects: ['shop'],
  argocd: 'prod',
  appProjects: ['shop'],
  applications: ['shop-*'],
  actions: ['sync', 'gate'],
};

/** A run of one Azure project that may claim to be of another. */
interface Attempt {
  readonly rules: readonly Rule[];
  /** In effect once the run is proven. */
  readonly later?: readonly Rule[];
  readonly claimed: string;
  readonly truly: string;
  /** The token may not read the name of its project. */
  readonly isHidden?: boolean;
  /** By label, not by name. */
  readonly isSelected?: boolean;
  /** The AppProject in the request; empty if it contains none. */
  readonly project?: string;
  /** The application's actual AppProject. */
  readonly appProject: string;
}

const name = { name: 'shop-web', namespace: 'argocd' };

/** Passes a request through all checks: the rules at the edge, the proof and the guard. */
async function reaches(attempt: Attempt): Promise<boolean> {
  const { rules, later = rules, claimed, truly, isSelected = false, project = '' } = attempt;
  const clock = new ManualClock();
  const access = new Access({ ...settings, rules }, clock);
  const subject = isSelected ? { selector: 'a=b' } : { names: [{ name: name.name }] };
  const request = { ...sample.request, subject, project };
  const spec: FollowSpec = { ...sample, azureProject: claimed, request };
  const claim = {
    ...{ client: spec.client, argocd: spec.argocd },
    azureProject: { name: claimed, id: projectId },
  };
  if (access.denyRequest(claim, request).length > 0) return false;
  const plan = new FakePlan(clock);
  const hub: TaskHub = {
    ...plan.hub(),
    projectName: () =>
      attempt.isHidden === true ? Promise.reject(failed('forbidden')) : Promise.resolve(truly),
  };
  const azure = {
    hub: () => hub,
    locate: async (address: FollowSpec['address']) => ({ address, plan: await hub.plan(signal) }),
    onReturn: () => () => undefined,
  };
  const proving = prove(
    spec,
    new Secret('job-token'),
    { isNamed: goesByName(spec, access), until: clock.now() + 600_000, signal },
    {
      ...{ azure, clock, retryBackoff: new RetryBackoff({ clock, random: () => 1 }) },
      onFailure: () => undefined,
    },
  );
  const proof = await clock.finish(proving);
  if (proof.kind !== 'proven') return false;
  access.configure({ ...settings, rules: later });
  const run = sampleRun('run-1', { spec: { ...spec, proven: provenBy(proof, clock.now()) } });
  const argocd = new FakeArgoCD(clock);
  argocd.application = application({ name: name.name, project: attempt.appProject });
  argocd.onFind = () => Promise.resolve([{ ...name, project: attempt.appProject }]);
  argocd.onSync = () => Promise.resolve(argocd.application);
  const guarded = new GuardedArgoCD(
    argocd,
    rightsOf(() => run, access, { warn: () => undefined }),
  );
  const found = isSelected
    ? await guarded.find('a=b', project, signal).catch((error: unknown) => {
        assertDenied(error);
        return [];
      })
    : [{ name: name.name }];
  for (const one of found) {
    const sync = {
      ...{ revision: undefined, revisions: [], prune: false, dryRun: false, force: false },
      ...{
        strategy: 'hook' as const,
        resources: [],
        syncOptions: undefined,
        retry: undefined,
        infos: [],
      },
    };
    await guarded.sync({ ...one, project }, sync, signal).catch(assertDenied);
  }
  return argocd.times('sync').length > 0;
}

/** Rethrows any other error than a denial, which would hide a fault. */
function assertDenied(error: unknown): void {
  if (!(error instanceof AccessDenied || error instanceof ArgoCDError)) throw error;
}

describe('The rights of a run', () => {
  const sandbox: Partial<Rule> = { appProjects: ['sandbox'], applications: ['*'] };
  const everybody = { ...rule, ...sandbox, azureProjects: ['*'] };
  const byId = { ...rule, ...sandbox, azureProjects: [projectId] };
  const evil = { claimed: 'shop', truly: 'evil', appProject: 'shop' };
  const attempts: readonly (readonly [string, Attempt, boolean])[] = [
    ['are those of its project', { ...evil, rules: [rule], truly: 'shop' }, true],
    ['exclude those of another project that it claims', { ...evil, rules: [rule] }, false],
    ['exclude them despite a rule for all', { ...evil, rules: [rule, everybody] }, false],
    ['exclude them for a selector', { ...evil, rules: [rule, everybody], isSelected: true }, false],
    ['exclude them despite a rule by id', { ...evil, rules: [rule, byId] }, false],
    [
      'exclude them for a selector as well',
      { ...evil, rules: [rule, byId], isSelected: true },
      false,
    ],
    [
      'exclude them once the rules are narrowed',
      { ...evil, rules: [{ ...rule, azureProjects: ['*'] }], later: [rule] },
      false,
    ],
    [
      'include what is for all, whatever it claims',
      { ...evil, rules: [rule, everybody], appProject: 'sandbox' },
      true,
    ],
    [
      'include what is for its id, even if its name cannot be read',
      { ...evil, rules: [rule, byId], appProject: 'sandbox', isHidden: true },
      true,
    ],
    [
      'exclude what is for a name that cannot be read',
      { ...evil, rules: [rule, byId], truly: 'shop', isHidden: true },
      false,
    ],
    ['match a name in any case', { ...evil, rules: [rule], truly: 'SHOP' }, true],
  ];
  for (const [sentence, attempt, expected] of attempts) {
    it(sentence, async () => assert.equal(await reaches(attempt), expected));
  }

  it('never exceed what the current rules give the proven project', async () => {
    const some = <T extends string>(...of: readonly T[]) => fc.subarray([...of], { minLength: 1 });
    const rules = fc.array(
      fc.record({
        client: fc.constant('fabrikam'),
        azureProjects: some('shop', 'ev*', '*', projectId, 'ffffffff-0000-4000-8000-000000000000'),
        argocd: fc.constant('prod'),
        appProjects: some('shop', 'sandbox'),
        applications: some('shop-*', 'argocd/*', 'other'),
        actions: some('sync', 'gate'),
      }),
      { maxLength: 3 },
    );
    const attempt = fc.record({
      rules,
      later: fc.option(rules, { nil: undefined }),
      claimed: fc.constantFrom('shop', 'evil', projectId),
      truly: fc.constantFrom('shop', 'evil'),
      isHidden: fc.boolean(),
      isSelected: fc.boolean(),
      project: fc.constantFrom('', 'shop', 'sandbox'),
      appProject: fc.constantFrom('shop', 'sandbox'),
    });
    /** What the rules literally say about a project. */
    const allow = (given: readonly Rule[], project: string | undefined, appProject: string) =>
      given.some(
        (each) =>
          each.actions.includes('sync') &&
          each.appProjects.includes(appProject) &&
          each.applications.some((pattern) => pattern !== 'other') &&
          each.azureProjects.some(
            (pattern) =>
              pattern === '*' ||
              pattern === projectId ||
              (project !== undefined &&
                (pattern === 'ev*' ? project === 'evil' : pattern === project)),
          ),
      );
    await fc.assert(
      fc.asyncProperty(attempt, async ({ later, ...given }) => {
        const { rules: first, claimed, truly, isHidden, project, appProject } = given;
        const isReached = await reaches({ ...given, ...(later === undefined ? {} : { later }) });
        const proven = isHidden ? undefined : truly;
        const isAllowed = allow(later ?? first, proven, appProject);
        if (isReached) assert.ok(isAllowed, 'more than the rules give');
        const isHonest = claimed === truly && !isHidden && ['', appProject].includes(project);
        const wasAllowed = allow(first, truly, appProject);
        if (isHonest && wasAllowed && isAllowed) assert.ok(isReached, 'less than the rules give');
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('A denial for a run', () => {
  const access = new Access({ ...settings, rules: [rule] }, new ManualClock());
  const asked = (projectName: string | undefined): FollowSpec => ({
    ...sample,
    azureProject: 'shop',
    request: { ...sample.request, subject: { names: [{ name: 'shop-web' }] }, project: 'shop' },
    ...(projectName === undefined ? {} : { proven: { projectName, at: 0 } }),
  });

  it('is absent if the proven project has a rule', () => {
    assert.equal(denialOf(asked('shop'), access), undefined);
  });

  it('says what to do, whatever project the run claims', () => {
    for (const projectName of ['evil', undefined]) {
      assert.match(denialOf(asked(projectName), access) ?? '', /^.+\. .+$/);
    }
  });
});

describe('The rights of a run with many applications', () => {
  it('are found by checking each name once, however often they are requested', () => {
    assertLinear((count, meter) => {
      const access = new Access({ ...settings, rules: [rule] }, new ManualClock());
      const names = Array.from({ length: count }, (_, index) =>
        meter.watch({ name: `shop-${index}` }),
      );
      const request = { ...sample.request, subject: { names } };
      const run = { id: 'run', names: undefined, spec: { ...sample, request } };
      const { deny } = rightsOf(() => run, access, { warn: () => undefined });
      for (let index = 0; index < count; index += 1) deny({ name: `shop-${index}` }, 'shop');
    });
  });
});
