import assert from 'node:assert/strict';
import { checkFollowUps } from '../../../src/handler/config/follow-up-check.ts';

const fabrikam = 'https://dev.azure.com/fabrikam';
const contoso = 'https://contoso.visualstudio.com/';
const server = 'https://tfs.example.com/tfs/Main';
const identity = { workloadIdentity: {} };

function problemsIn(file: unknown): readonly string[] {
  return checkFollowUps(file).map(
    ({ path, problem, advice }) => `${path.join('.')}: ${problem}. ${advice}`,
  );
}

/** A file that queues these pipelines in these organizations. */
function queuing(organizations: readonly unknown[], ...pipelines: readonly string[]) {
  const followUps = pipelines.map((pipeline, at) => ({
    name: `rule-${at}`,
    do: { queuePipeline: pipeline },
  }));
  return { azureDevOps: { organizations, identity }, followUps };
}

const anIdentity =
  'Set `azureDevOps.identity`, such as `{ workloadIdentity: { tenant: …, clientId: … } }`.';
const none = 'rules queue pipelines there, but no identity is configured for it. ' + anIdentity;

describe('The check of follow-ups across settings', () => {
  const cases: readonly [string, unknown, readonly string[]][] = [
    ['finds no fault in an empty configuration', {}, []],
    ['skips a file that is not a mapping', ['a'], []],
    ['uses the only organization by default', queuing([fabrikam], 'shop/smoke-tests'), []],
    [
      'knows organizations by name, whatever the form of their URL',
      queuing([fabrikam, contoso], 'Fabrikam/shop/smoke-tests', 'contoso/shop/42'),
      [],
    ],
    [
      'reports an organization that is not configured',
      queuing([fabrikam, contoso], 'fabricam/shop/a', 'adventure/shop/a'),
      [
        'followUps.0.do.queuePipeline: `azureDevOps.organizations` has no such organization. Did you mean `fabrikam`?',
        'followUps.1.do.queuePipeline: `azureDevOps.organizations` has no such organization. Use one of those in `azureDevOps.organizations`.',
      ],
    ],
    [
      "requires the organization's name if there are several",
      queuing([fabrikam, contoso], 'shop/a'),
      [
        'followUps.0.do.queuePipeline: it does not name an organization. Write `organization/project/pipeline`, with one of: fabrikam, contoso.',
      ],
    ],
    [
      'requires an organization',
      queuing([], 'shop/a'),
      [
        'followUps.0.do.queuePipeline: `azureDevOps.organizations` has no organizations. Set `organizations: [https://dev.azure.com/<organization>]`.',
      ],
    ],
    [
      'reports that two servers cannot be distinguished',
      queuing([server, 'https://other.example.com/Main'], 'Main/shop/a'),
      [
        'followUps.0.do.queuePipeline: 2 entries of `azureDevOps.organizations` have this name. Only one of them can have follow-ups: use another handler for the other.',
        ...[0, 1].map(
          (at) =>
            `azureDevOps.organizations.${at}: rules queue pipelines there, but Azure DevOps Server does not accept Entra tokens. Give this entry its own token: \`pat: '\${file:/path}'\`.`,
        ),
      ],
    ],
    [
      'leaves invalid organizations to their own faults',
      queuing(['https://dev.azure.com', 5], 'fabrikam/shop/a'),
      [],
    ],
    [
      'covers every way to name a pipeline',
      {
        azureDevOps: { organizations: [fabrikam], identity },
        followUps: [
          { name: 'a', do: { queuePipeline: { pipeline: 'x/shop/a' } } },
          { name: 'b', do: { createRelease: { definition: 'x/shop/a' } } },
          { name: 'c', do: { postWebHook: { url: 'https://x' } } },
          { name: 'd', do: { queuePipeline: 'a/b/c/d' } },
          { name: 'e' },
        ],
        grants: [{ organization: 'x' }],
      },
      [
        'followUps.0.do.queuePipeline.pipeline',
        'followUps.1.do.createRelease.definition',
        'grants.0.organization',
      ].map(
        (path) =>
          `${path}: \`azureDevOps.organizations\` has no such organization. Use one of those in \`azureDevOps.organizations\`.`,
      ),
    ],
    [
      'requires an identity for follow-ups',
      {
        ...queuing([fabrikam, contoso], 'fabrikam/shop/a'),
        azureDevOps: { organizations: [fabrikam, contoso] },
      },
      [`azureDevOps.organizations.0: ${none}`],
    ],
    [
      'requires an identity for grants',
      {
        azureDevOps: { organizations: [{ url: fabrikam }] },
        grants: [{ organization: 'fabrikam' }],
      },
      [`azureDevOps.organizations.0: ${none}`],
    ],
    [
      'requires an identity for the action queue, but for no other action',
      {
        azureDevOps: { organizations: [fabrikam] },
        rules: [{ actions: ['sync'] }, { actions: ['sync', 'queue'] }],
      },
      [`rules.1.actions.1: \`queue\` requires an identity of the handler. ${anIdentity}`],
    ],
    [
      'requires none for webhooks',
      {
        azureDevOps: { organizations: [fabrikam] },
        followUps: [{ name: 'a', do: { postWebHook: { url: 'https://x' } } }],
      },
      [],
    ],
    [
      "accepts an organization's token as an identity",
      {
        ...queuing([], 'fabrikam/shop/a'),
        azureDevOps: { organizations: [{ url: fabrikam, pat: 'x' }, contoso] },
        rules: [{ actions: ['queue'] }],
      },
      [],
    ],
    [
      'accepts a token for a server on premises',
      {
        ...queuing([], 'Main/shop/a'),
        azureDevOps: { organizations: [server], identity: { pat: 'x' } },
      },
      [],
    ],
    [
      'reports an unknown Argo CD',
      {
        argocd: [{ name: 'prod' }],
        azureDevOps: { organizations: [fabrikam], identity },
        followUps: [{ name: 'a', for: { argocd: ['prod', 'prot'] } }],
        grants: [{ argocd: 'test', organization: 'fabrikam' }],
      },
      [
        'followUps.0.for.argocd.1: `argocd` has no such name. Did you mean `prod`?',
        'grants.0.argocd: `argocd` has no such name. Use one of: `prod`.',
      ],
    ],
    [
      'reports a name that two rules share',
      { followUps: [{ name: 'a' }, { name: 'b' }, { name: 'a' }] },
      ['followUps.2.name: another rule has this name. Rename or remove one of them.'],
    ],
  ];
  for (const [sentence, file, expected] of cases) {
    it(sentence, () => assert.deepEqual(problemsIn(file), expected));
  }
});
