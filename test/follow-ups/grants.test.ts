import assert from 'node:assert/strict';
import * as z from 'zod/mini';
import { readAnnotations } from '../../src/follow-ups/annotations.ts';
import { grantedRules, grantsSchema, isGranted, type Grant } from '../../src/follow-ups/grants.ts';
import { faultsOf } from '../../src/settings/schema-fault.ts';

const id = '0a1b2c3d-0000-4000-8000-000000000000';
const grant: Grant = {
  argocd: 'prod',
  appProjects: ['retail', 'team-*'],
  organization: 'fabrikam',
  azureProjects: ['Shop'],
  pipelines: ['smoke-*', '\\prod\\roll*', '42'],
};
const question = {
  argocd: 'prod',
  appProject: 'retail',
  address: {
    organization: 'fabrikam',
    project: 'shop',
    pipeline: 'smoke-tests' as string | number,
  },
};
const asked = (change: Partial<typeof question.address>, of: Partial<Grant> = {}) =>
  isGranted([{ ...grant, ...of }], { ...question, address: { ...question.address, ...change } });

describe('A grant', () => {
  it('is required', () => {
    assert.equal(isGranted([], question), false);
    assert.equal(isGranted([grant], question), true);
  });

  const cases: readonly [string, Partial<typeof question.address>, boolean, Partial<Grant>?][] = [
    ['a pipeline that matches the pattern', { pipeline: 'smoke-web' }, true],
    [
      'one in another case',
      { pipeline: 'SMOKE-web', project: 'SHOP', organization: 'Fabrikam' },
      true,
    ],
    ['a matching one in a folder', { pipeline: '\\any\\smoke-web' }, true],
    ['another pipeline', { pipeline: 'deploy' }, false],
    ['one in a matching folder', { pipeline: '\\smoke-x\\deploy' }, false],
    ['one in the folder', { pipeline: '\\prod\\rollback' }, true],
    ['the same without the leading backslash', { pipeline: 'prod\\rollback' }, true],
    ['the same name in another folder', { pipeline: '\\test\\rollback' }, false],
    ['the same name in a subfolder', { pipeline: '\\prod\\x\\rollback' }, false],
    ['the same name in any folder', { pipeline: 'rollback' }, false],
    [
      'any name in the root, whatever its folder',
      { pipeline: 'web' },
      false,
      { pipelines: ['\\*'] },
    ],
    ['a name in the root', { pipeline: '\\web' }, true, { pipelines: ['\\*'] }],
    ['the id', { pipeline: 42 }, true],
    ['another id', { pipeline: 43 }, false],
    ['any id', { pipeline: 43 }, true, { pipelines: ['*'] }],
    ['an id by a pattern for names', { pipeline: 42 }, false, { pipelines: ['4*'] }],
    ['a name by an id', { pipeline: '\\42' }, false],
    ['another project', { project: 'shop2' }, false],
    ['a project by a pattern', { project: 'shop2' }, true, { azureProjects: ['shop?'] }],
    [
      'a project by its id, which no pattern for names matches',
      { project: id },
      false,
      { azureProjects: ['0*'] },
    ],
    ['a project by its id', { project: id.toUpperCase() }, true, { azureProjects: [id] }],
    ['any project by its id', { project: id }, true, { azureProjects: ['*'] }],
    ['another organization', { organization: 'contoso' }, false],
    ['an organization with a longer name', { organization: 'fabrikam2' }, false],
  ];
  for (const [what, change, expected, of] of cases) {
    it(`${expected ? 'allows' : 'does not allow'} ${what}`, () => {
      assert.equal(asked(change, of), expected);
    });
  }

  for (const [argocd, appProject, expected] of [
    ['prod', 'team-a', true],
    ['prod', 'other', false],
    ['prod', 'Retail', false],
    ['test', 'retail', false],
  ] as const) {
    it(`${expected ? 'is' : 'is not'} for AppProject ${appProject} of ${argocd}`, () => {
      assert.equal(isGranted([grant], { ...question, argocd, appProject }), expected);
    });
  }

  it('combined with others allows only what one of them allows by itself', () => {
    const others = [
      { ...grant, azureProjects: ['other'] },
      { ...grant, appProjects: ['other'] },
      { ...grant, organization: 'other' },
    ];
    assert.equal(isGranted(others, question), false);
  });
});

describe('The rules of annotations', () => {
  it('are kept as far as they are granted, and the others are reported', () => {
    const { rules } = readAnnotations({
      'azure-pipelines/on-success': 'shop/smoke-tests;contoso/shop/smoke-tests;shop/deploy',
    });
    const about = { argocd: 'prod', appProject: 'retail', organization: 'fabrikam' };
    const granted = grantedRules(rules, [grant], about);
    assert.deepEqual(
      granted.rules.map(({ name }) => name),
      ['annotation/onSuccess/shop/smoke-tests'],
    );
    assert.deepEqual(
      granted.refused.map(({ problem }) => problem),
      [
        'applications of AppProject retail may not queue contoso/shop/smoke-tests',
        'applications of AppProject retail may not queue fabrikam/shop/deploy',
      ],
    );
  });
});

describe('The setting grants', () => {
  const faults = (value: unknown) => {
    const parsed = z.safeParse(grantsSchema, value);
    return parsed.success
      ? []
      : parsed.error.issues
          .flatMap((issue) => faultsOf(issue, { schema: grantsSchema, value }))
          .map(({ path, problem }) => `${path.join('.')}: ${problem}`);
  };

  it('is a list, which may be empty', () => {
    assert.deepEqual(z.parse(grantsSchema, undefined), []);
    assert.deepEqual(z.parse(grantsSchema, [grant]), [grant]);
  });

  it('reports all its faults at once', () => {
    const wrong = {
      argocd: 'a b',
      appProjects: [],
      organization: 'https://dev.azure.com/fabrikam',
      azureProjects: ['a/b'],
      pipelines: ['shop/a'],
      pipeline: 'a',
    };
    assert.deepEqual(faults([wrong]), [
      '0.argocd: it is not a valid name',
      '0.appProjects: the list is empty',
      '0.organization: it is not a valid organization name',
      '0.azureProjects.0: this is not a valid Azure DevOps project name',
      '0.pipelines.0: it is not a valid pipeline name',
      '0.pipeline: unknown setting',
    ]);
  });
});
