import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import tls from 'node:tls';
import {
  checkHookCallers,
  printHookCaller,
  printHookGrant,
} from '../../../src/handler/cli/hook-lines.ts';
import { systemClock } from '../../../src/async/clock.ts';
import type { HookCaller } from '../../../src/handler/config/hooks-config.ts';
import { Secret } from '../../../src/secret.ts';
import { freePort } from '../../../simulators/free-port.ts';
import { KubernetesSimulator } from '../../../simulators/kubernetes/api-server.ts';
import { ServiceAccountIssuer } from '../../../simulators/kubernetes/service-account-issuer.ts';
import { localhostTls } from '../../simulators/kubernetes/tls.ts';

const hooks = { audience: 'argocd-handler', callers: [], grants: [] };
const review: HookCaller = {
  kind: 'tokenReview',
  name: 'here',
  kubeconfig: undefined,
  context: undefined,
};
const key = new Secret('a-key-of-hooks-of-forty-characters-xxxxx');
const grant = {
  ...{ caller: 'here', namespaces: ['shop', 'team-*'], serviceAccounts: ['argocd-hooks'] },
  ...{ argocd: 'prod', appProjects: ['default'], applications: ['shop-*'], queue: [] },
};

describe('Hooks on one line', () => {
  const callers: readonly (readonly [HookCaller, string])[] = [
    [review, 'here: tokens for argocd-handler, reviewed by this cluster'],
    [
      { ...review, name: 'edge', kubeconfig: '/etc/edge', context: 'admin' },
      'edge: tokens for argocd-handler, reviewed by the cluster of /etc/edge, context admin',
    ],
    [
      { kind: 'oidc', name: 'aks', issuer: 'https://oidc.example.com/', keys: undefined },
      'aks: tokens for argocd-handler of issuer https://oidc.example.com/, by keys that it publishes',
    ],
    [
      { kind: 'oidc', name: 'aks', issuer: 'https://oidc.example.com/', keys: '{"keys":[{}]}' },
      'aks: tokens for argocd-handler of issuer https://oidc.example.com/, by keys that are configured',
    ],
    [{ kind: 'hmac', name: 'old', secrets: [key] }, 'old: signatures by a shared key'],
    [{ kind: 'hmac', name: 'old', secrets: [key, key] }, 'old: signatures by 2 shared keys'],
  ];
  for (const [caller, expected] of callers) {
    it(expected, () => assert.equal(printHookCaller(caller, hooks), expected));
  }

  it('show who may do what by a grant', () => {
    assert.equal(
      printHookGrant(grant),
      'service account argocd-hooks in namespace shop or team-* of here, for applications shop-* in AppProject default at Argo CD prod: tells and waits',
    );
    const queue = [{ organization: 'fabrikam', azureProjects: ['shop'], pipelines: ['smoke-*'] }];
    const bySignature = { ...grant, caller: 'old', namespaces: [], serviceAccounts: [], queue };
    assert.equal(
      printHookGrant(bySignature),
      'whoever has the key of old, for applications shop-* in AppProject default at Argo CD prod: queues pipelines smoke-* of Azure project shop in fabrikam',
    );
  });
});

describe('The check of how hooks prove themselves', () => {
  let cluster: KubernetesSimulator;
  let folder: string;
  const before = tls.getCACertificates('default');

  beforeEach(async () => {
    tls.setDefaultCACertificates([...before, localhostTls.ca]);
    const port = await freePort();
    const issuer = new ServiceAccountIssuer(`https://localhost:${port}`);
    cluster = await KubernetesSimulator.start(localhostTls, issuer, port);
    folder = mkdtempSync(join(tmpdir(), 'hook-lines-'));
  });
  afterEach(async () => {
    tls.setDefaultCACertificates(before);
    await cluster.close();
    rmSync(folder, { recursive: true });
  });

  const check = async (change = (text: string) => text) => {
    const kubeconfig = join(folder, 'kubeconfig');
    writeFileSync(kubeconfig, change(cluster.kubeconfig));
    const { issuer } = cluster.issuer;
    const callers: readonly HookCaller[] = [
      { ...review, kubeconfig },
      { kind: 'oidc', name: 'edge', issuer, keys: undefined },
      { kind: 'oidc', name: 'kept', issuer, keys: JSON.stringify(cluster.issuer.keys) },
      { kind: 'hmac', name: 'old', secrets: [key] },
    ];
    return Promise.all(checkHookCallers({ ...hooks, callers }, systemClock));
  };

  it('requests a review and reads the keys', async () => {
    const { issuer } = cluster.issuer;
    assert.deepEqual(await check(), [
      { text: 'here: its API server reviews tokens for us', isRight: true },
      { text: `edge: ${issuer} publishes 1 key`, isRight: true },
      { text: `kept: ${issuer} is known by 1 key`, isRight: true },
    ]);
    assert.deepEqual(
      cluster.reviews.map(({ spec }) => spec),
      [{ token: 'no-token', audiences: ['argocd-handler'] }],
    );
  });

  it("reports the cluster's message if the handler lacks a right", async () => {
    const [denied] = await check((text) => text.replaceAll(cluster.reviewerToken, 'another'));
    assert.equal(denied?.isRight, false);
    assert.match(denied?.text ?? '', /^here: .*401/);
    cluster.faults.keys = { status: 404, text: '' };
    const [, unread] = await check();
    assert.equal(unread?.isRight, false);
  });
});
