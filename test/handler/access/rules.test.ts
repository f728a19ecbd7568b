import assert from 'node:assert/strict';
import fc from 'fast-check';
import { fits } from '../../../src/text/glob.ts';
import {
  Allowance,
  denialOf,
  type AccessRequest,
  type Rights,
} from '../../../src/handler/access/rules.ts';
import { actions, type ArgoCDInstance, type Rule } from '../../../src/handler/config/config.ts';
import { Secret } from '../../../src/secret.ts';
import { assertLinear } from '../../meter.ts';

const id = '6ce954b1-ce1f-45d1-b94d-e6bf2464ba2c';

function instance(name: string, namespace: string): ArgoCDInstance {
  return {
    name,
    url: 'https://argocd.example.com',
    namespace,
    token: new Secret('token'),
    ca: undefined,
    skipTlsVerify: false,
    publicUrl: undefined,
  };
}

const rule: Rule = {
  client: 'fabrikam',
  azureProjects: ['shop'],
  argocd: 'prod',
  appProjects: ['default'],
  applications: ['shop-*'],
  actions: ['sync', 'gate'],
};

function rightsOf(...rules: readonly Partial<Rule>[]): Rights {
  return {
    argocd: [instance('prod', 'argocd'), instance('test', 'gitops')],
    rules: rules.map((special) => ({ ...rule, ...special })),
  };
}

const question: AccessRequest = {
  client: 'fabrikam',
  azureProject: { name: 'shop', id },
  argocd: 'prod',
  application: { name: 'shop-web' },
  appProject: 'default',
  actions: ['sync'],
};

function allows(rights: Rights, special: Partial<AccessRequest>): boolean {
  return denialOf(rights, { ...question, ...special }) === undefined;
}

describe('The rules', () => {
  const cases: readonly [string, Partial<Rule>, Partial<AccessRequest>, boolean][] = [
    ['allow what one of them says', {}, {}, true],
    ['deny another client', {}, { client: 'contoso' }, false],
    ['distinguish clients by case', {}, { client: 'Fabrikam' }, false],
    ['deny another Argo CD', {}, { argocd: 'test' }, false],
    ['deny another Azure project', {}, { azureProject: { name: 'bank', id } }, false],
    ['deny another AppProject', {}, { appProject: 'other' }, false],
    ['deny another application', {}, { application: { name: 'bank-web' } }, false],
    ['deny another action', {}, { actions: ['prune'] }, false],
    ['deny a request if one action is not allowed', {}, { actions: ['sync', 'force'] }, false],
    ['allow several actions', {}, { actions: ['sync', 'gate'] }, true],
    ['match Azure projects in any case', {}, { azureProject: { name: 'SHOP', id } }, true],
    ['match Azure projects by patterns', { azureProjects: ['sh*'] }, {}, true],
    [
      'match Azure projects by id',
      { azureProjects: [id.toUpperCase()] },
      { azureProject: { name: 'renamed', id } },
      true,
    ],
    [
      'never mistake a name for an id',
      { azureProjects: [id] },
      { azureProject: { name: id, id: '00000000-0000-4000-8000-000000000000' } },
      false,
    ],
    [
      'never match a pattern to an id',
      { azureProjects: ['6c*'] },
      { azureProject: { name: 'bank', id } },
      false,
    ],
    [
      'match no unknown name, except with the pattern for all',
      {},
      { azureProject: { name: '', id } },
      false,
    ],
    [
      'allow an unknown name with the pattern for all',
      { azureProjects: ['*'] },
      { azureProject: { name: '', id } },
      true,
    ],
    ['allow an AppProject that is not known yet', {}, { appProject: undefined }, true],
    ['allow applications that are not known yet', {}, { application: undefined }, true],
    [
      'deny unknown applications if nothing is allowed',
      { client: 'contoso' },
      { application: undefined, appProject: undefined },
      false,
    ],
    [
      "match applications in Argo CD's own namespace by both names",
      {},
      { application: { name: 'shop-web', namespace: 'argocd' } },
      true,
    ],
    ['match them by the qualified name', { applications: ['argocd/shop-*'] }, {}, true],
    [
      'deny an application of the same name in another namespace',
      {},
      { application: { name: 'shop-web', namespace: 'team' } },
      false,
    ],
    [
      'deny it with the star as well',
      { applications: ['*'] },
      { application: { name: 'shop-web', namespace: 'team' } },
      false,
    ],
    [
      'allow other namespaces by name',
      { applications: ['team/*'] },
      { application: { name: 'shop-web', namespace: 'team' } },
      true,
    ],
    [
      'allow all namespaces with two stars',
      { applications: ['*/*'] },
      { application: { name: 'shop-web', namespace: 'team' } },
      true,
    ],
    ['include the own namespace in the two stars', { applications: ['*/*'] }, {}, true],
    [
      'know the own namespace of each instance',
      { argocd: 'test' },
      { argocd: 'test', application: { name: 'shop-web', namespace: 'gitops' } },
      true,
    ],
    [
      "distinguish it from another instance's",
      { argocd: 'test' },
      { argocd: 'test', application: { name: 'shop-web', namespace: 'argocd' } },
      false,
    ],
    ['need no rule if no action is needed', { actions: [] }, { actions: [] }, true],
  ];
  for (const [sentence, special, asked, expected] of cases) {
    it(sentence, () => assert.equal(allows(rightsOf(special), asked), expected));
  }

  it('deny everything if there are none', () => {
    assert.equal(allows(rightsOf(), {}), false);
  });

  it('add up: one may allow one action, and another the next', () => {
    const rights = rightsOf({ actions: ['sync'] }, { actions: ['prune'] });
    assert.equal(allows(rights, { actions: ['sync', 'prune'] }), true);
  });

  it('do not add up across applications', () => {
    const rights = rightsOf(
      { applications: ['shop-web'], actions: ['sync'] },
      { applications: ['shop-api'], actions: ['prune'] },
    );
    assert.equal(allows(rights, { actions: ['sync', 'prune'] }), false);
  });

  it('allow exactly what single rules allow', () => {
    const some = <T extends string>(...of: readonly T[]) => fc.subarray([...of], { minLength: 1 });
    const rules = fc.array(
      fc.record({
        client: fc.constantFrom('fabrikam', 'contoso'),
        azureProjects: some('shop', 'ba*', '*'),
        argocd: fc.constantFrom('prod', 'test'),
        appProjects: some('default', 'team'),
        applications: some('shop-web', 'shop-*', 'bank'),
        actions: some(...actions),
      }),
      { maxLength: 4 },
    );
    const asked = fc.record({
      client: fc.constantFrom('fabrikam', 'contoso'),
      azureProject: fc.constantFrom({ name: 'shop', id }, { name: 'bank', id }),
      argocd: fc.constantFrom('prod', 'test'),
      application: fc.constantFrom({ name: 'shop-web' }, { name: 'bank' }),
      appProject: fc.constantFrom('default', 'team'),
      action: fc.constantFrom(...actions),
    });
    const literally: Readonly<Record<string, readonly string[]>> = {
      'ba*': ['bank'],
      '*': ['shop', 'bank'],
      'shop-*': ['shop-web'],
    };
    const holds = (patterns: readonly string[], text: string) =>
      patterns.some((pattern) => (literally[pattern] ?? [pattern]).includes(text));
    fc.assert(
      fc.property(rules, asked, (given, { action, ...ask }) => {
        const expected = given.some(
          (each) =>
            each.client === ask.client &&
            each.argocd === ask.argocd &&
            holds(each.azureProjects, ask.azureProject.name) &&
            holds(each.appProjects, ask.appProject) &&
            holds(each.applications, ask.application.name) &&
            each.actions.includes(action),
        );
        assert.equal(allows(rightsOf(...given), { ...ask, actions: [action] }), expected);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('What rules allow for one caller', () => {
  it('is found by checking each rule once, however many applications are requested', () => {
    assertLinear((count, meter) => {
      const rights = rightsOf();
      const rules = Array.from({ length: count }, (_, index) =>
        meter.watch({ ...rule, applications: [`team-${index}-*`, `team-${index}`] }),
      );
      const allowance = new Allowance({ ...rights, rules }, question);
      for (let index = 0; index < count; index += 1) {
        const about = { appProject: 'default', actions: ['sync'] } as const;
        const own = { name: `team-${index}-web` };
        assert.equal(allowance.denialOf({ ...about, application: own }), undefined);
        assert.ok(allowance.denialOf({ ...about, application: { name: `other-${index}` } }));
      }
    });
  });

  it('equals what the patterns of the rules say one by one', () => {
    const pattern = fc.string({ unit: fc.constantFrom(...'ab*?'), minLength: 1, maxLength: 4 });
    const text = fc.string({ unit: fc.constantFrom(...'ab'), minLength: 1, maxLength: 5 });
    const patterns = fc.array(pattern, { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(fc.array(fc.tuple(patterns, patterns)), text, text, (given, name, appProject) => {
        const rights = rightsOf(
          ...given.map(([applications, appProjects]) => ({ applications, appProjects })),
        );
        const isAllowed = given.some(
          ([applications, appProjects]) =>
            applications.some((one) => fits(one, name) || fits(one, `argocd/${name}`)) &&
            appProjects.some((one) => fits(one, appProject)),
        );
        assert.equal(allows(rights, { application: { name }, appProject }), isAllowed);
      }),
    );
  });
});
