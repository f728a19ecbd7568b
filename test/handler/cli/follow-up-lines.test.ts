import assert from 'node:assert/strict';
import type { AzureIdentity } from '../../../src/azure/identity/azure-identity.ts';
import {
  printFollowUp,
  printFollowUpLimits,
  printIdentity,
} from '../../../src/handler/cli/follow-up-lines.ts';
import { Secret } from '../../../src/secret.ts';
import { configFrom } from '../config/whole-config.ts';

function rule(when: string, whose: string, action: string): string {
  const text = `azureDevOps: { organizations: [https://dev.azure.com/fabrikam], identity: { managedIdentity: {} } }
argocd: [{ name: prod, url: https://x, token: t }]
followUps: [{ name: r, when: ${when}, for: ${whose}, do: ${action} }]
`;
  const [read] = configFrom(text).followUps;
  assert.ok(read);
  return printFollowUp(read);
}

const queue = '{ queuePipeline: shop/smoke }';

describe('A follow-up on one line', () => {
  for (const [when, whose, action, expected] of [
    ['{ events: [failed] }', '{}', queue, 'on failed, of all applications: queue shop/smoke'],
    [
      '{ events: [phaseReached], phases: [PreSync, PostSync], startedBy: [user], revisionChanged: false }',
      "{ applications: ['a-*'], appProjects: [p], argocd: [prod] }",
      queue,
      'on phaseReached in PreSync or PostSync started by user with the same revision, of applications a-* in AppProject p at Argo CD prod: queue shop/smoke',
    ],
    [
      '{ events: [deleted] }',
      "{ labels: 'a,!b,c!=d,e in (f,g),h>1' }",
      "{ createRelease: { definition: 'shop/\\web', stage: prod } }",
      'on deleted, of all applications with labels a, !b, c notin (d), e in (f,g), h>1: create a release of shop/\\web, stage prod',
    ],
    [
      '{ events: [failed, terminated] }',
      '{}',
      '{ postWebHook: { url: "https://hooks.example.com/secret", secret: sixteen-characters } }',
      'on failed or terminated, of all applications: post to hooks.example.com',
    ],
  ] as const) {
    it(`says what triggers it: ${expected.slice(0, 50)}`, () => {
      assert.equal(rule(when, whose, action), `r: ${expected}`);
    });
  }

  const entra = { tenant: 't', clientId: 'c', authority: 'https://login.example.com' };
  const identities: readonly [AzureIdentity, string][] = [
    [
      { kind: 'workloadIdentity', ...entra, tokenFile: '/t' },
      'workload identity c of tenant t, by /t',
    ],
    [{ kind: 'managedIdentity', clientId: undefined }, 'the managed identity of this machine'],
    [{ kind: 'managedIdentity', clientId: 'c' }, 'managed identity c'],
    [
      { kind: 'clientSecret', ...entra, secret: new Secret('s') },
      'service principal c of tenant t, with a secret',
    ],
    [
      { kind: 'clientCertificate', ...entra, certificate: new Secret('s') },
      'service principal c of tenant t, with a certificate',
    ],
    [{ kind: 'pat', token: new Secret('s') }, 'a personal access token'],
  ];
  for (const [identity, expected] of identities) {
    it(`is queued as ${expected}`, () => assert.equal(printIdentity(identity), expected));
  }

  it('is bounded', () => {
    const { followUpLimits } = configFrom('followUpLimits: { catchUp: 0s }');
    assert.equal(
      printFollowUpLimits(followUpLimits),
      'missed events: none; retries: 72 h; chain length: 5; rate: 600/h per rule and pipeline',
    );
  });
});
