import assert from 'node:assert/strict';
import { writeFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { HookCallers, type HookProof } from '../../../src/handler/access/hook-callers.ts';
import type { HookCaller, HookGrant } from '../../../src/handler/config/hooks-config.ts';
import { Secret } from '../../../src/secret.ts';
import { KubernetesSimulator } from '../../../simulators/kubernetes/api-server.ts';
import {
  ServiceAccountIssuer,
  type TokenRequest,
} from '../../../simulators/kubernetes/service-account-issuer.ts';
import { systemClock } from '../../../src/async/clock.ts';
import { localhostTls } from '../../simulators/kubernetes/tls.ts';
import { settings } from '../http/front.ts';

const audience = 'argocd-handler';
const account: TokenRequest = {
  namespace: 'shop',
  serviceAccount: 'argocd-hooks',
  pod: 'smoke-tests-x7k2p',
  audiences: [audience],
};
const grant: HookGrant = {
  caller: 'prod',
  namespaces: ['shop'],
  serviceAccounts: ['argocd-hooks'],
  argocd: 'prod',
  appProjects: ['default'],
  applications: ['shop-*'],
  queue: [],
};
const secret = new Secret('a-key-of-hooks-of-forty-characters-xxxxx');

function bearing(token: string, headers: Readonly<Record<string, string>> = {}): HookProof {
  const all: Readonly<Record<string, string>> = { Authorization: `Bearer ${token}`, ...headers };
  return {
    method: 'POST',
    path: '/v1/hooks',
    header: (name) => all[name],
    body: () => Promise.reject(new Error('the body is not to be read')),
  };
}

describe('HookCallers', () => {
  let cluster: KubernetesSimulator;
  let folder: string;
  const faults: unknown[] = [];

  beforeEach(async () => {
    cluster = await KubernetesSimulator.start(localhostTls);
    folder = mkdtempSync(join(tmpdir(), 'hook-callers-'));
    writeFileSync(join(folder, 'kubeconfig'), cluster.kubeconfig);
    faults.length = 0;
  });
  afterEach(async () => {
    await cluster.close();
    rmSync(folder, { recursive: true });
  });

  function callers(list?: readonly HookCaller[], grants: readonly HookGrant[] = [grant]) {
    const reviewed: HookCaller = {
      kind: 'tokenReview',
      name: 'prod',
      kubeconfig: join(folder, 'kubeconfig'),
      context: undefined,
    };
    const hooks = { audience, callers: list ?? [reviewed], grants };
    return new HookCallers(
      { hooks, argocd: settings.argocd },
      { clock: systemClock, onFault: (error) => faults.push(error) },
    );
  }

  function byKeys(issuer: ServiceAccountIssuer): HookCaller {
    return {
      kind: 'oidc',
      name: 'prod',
      issuer: issuer.issuer,
      keys: JSON.stringify(issuer.keys),
    };
  }

  it('knows a service account and its pod once its cluster has reviewed the token', async () => {
    const known = await callers().identify(bearing(cluster.issuer.issue(account)));
    assert.deepEqual(known, {
      caller: 'prod',
      account: { namespace: 'shop', name: 'argocd-hooks', pod: 'smoke-tests-x7k2p' },
    });
    assert.deepEqual(cluster.reviews[0]?.spec.audiences, [audience]);
  });

  it('knows the same by the keys of the issuer, without asking anybody', async () => {
    const issuer = new ServiceAccountIssuer('https://oidc.example.com/edge');
    const known = await callers([byKeys(issuer)]).identify(bearing(issuer.issue(account)));
    assert.ok('account' in known && known.account?.pod === 'smoke-tests-x7k2p');
    assert.equal(cluster.reviews.length, 0);
  });

  it('asks the cluster once for a token that comes often', async () => {
    const all = callers();
    const token = cluster.issuer.issue(account);
    await Promise.all([1, 2, 3].map(() => all.identify(bearing(token))));
    await all.identify(bearing(token));
    assert.equal(cluster.reviews.length, 1);
  });

  const forged: readonly (readonly [string, Partial<TokenRequest>, RegExp])[] = [
    ['another audience', { audiences: ['https://kubernetes.default.svc'] }, /audience must be/],
    ['no audience', { audiences: [] }, /audience must be/],
    ['a token that has expired', { lifetime: -60 }, /has expired/],
    ["another namespace's service account", { namespace: 'bank' }, /No entry of `hooks\.grants`/],
    ['another service account', { serviceAccount: 'default' }, /No entry of `hooks\.grants`/],
    ['a name that begins like the granted one', { namespace: 'shop2' }, /No entry/],
  ];
  for (const [what, changes, message] of forged) {
    it(`refuses ${what} without asking the cluster`, async () => {
      const token = cluster.issuer.issue({ ...account, ...changes });
      const refused = await callers().identify(bearing(token));
      assert.ok('message' in refused && refused.kind === 'unauthenticated');
      assert.match(refused.message, message);
      assert.equal(cluster.reviews.length, 0);
    });
  }

  const unsigned = (token: string) => {
    const [, payload = ''] = token.split('.');
    const header = Buffer.from('{"alg":"none"}').toString('base64url');
    return `${header}.${payload}.AAAA`;
  };
  const raised = (token: string) => {
    const [header, payload = '', signature] = token.split('.');
    const claims = Buffer.from(payload, 'base64url')
      .toString()
      .replace(':default"', ':argocd-hooks"');
    return [header, Buffer.from(claims).toString('base64url'), signature].join('.');
  };
  const stranger = new ServiceAccountIssuer('https://kubernetes.default.svc.cluster.local');
  const unproven: readonly (readonly [string, (issuer: ServiceAccountIssuer) => string])[] = [
    ['a token without a signature', (issuer) => unsigned(issuer.issue(account))],
    [
      'a token whose account was changed',
      (issuer) => raised(issuer.issue({ ...account, serviceAccount: 'default' })),
    ],
    ["another cluster's token", () => stranger.issue(account)],
  ];
  for (const [what, tokenOf] of unproven) {
    it(`refuses ${what}, whichever way it is checked`, async () => {
      const token = tokenOf(cluster.issuer);
      for (const all of [callers(), callers([byKeys(cluster.issuer)])]) {
        const refused = await all.identify(bearing(token));
        assert.deepEqual(refused, {
          kind: 'unauthenticated',
          message: "The cluster does not recognize the hook's token.",
        });
      }
    });
  }

  const nonsense: readonly (readonly [string, string])[] = [
    ['the token of a client', 'client-token'],
    ['three parts of nothing', 'a.b.c'],
    ['a token of a person', `x.${Buffer.from('{"sub":"alice"}').toString('base64url')}.y`],
    ['a token that is too long', `x.${'a'.repeat(10_000)}.y`],
    ['deeply nested claims', `x.${Buffer.from('['.repeat(5_000)).toString('base64url')}.y`],
  ];
  for (const [what, token] of nonsense) {
    it(`refuses ${what}`, async () => {
      const refused = await callers().identify(bearing(token));
      assert.ok('message' in refused && refused.kind === 'unauthenticated');
      assert.equal(cluster.reviews.length, 0);
    });
  }

  it('takes the yes of an API server that confirms no audience for none', async () => {
    cluster.faults.ignoresAudiences = true;
    const refused = await callers().identify(bearing(cluster.issuer.issue(account)));
    assert.ok('message' in refused && refused.kind === 'unauthenticated');
  });

  it('asks for another try when the cluster cannot answer, and remembers nothing of it', async () => {
    const all = callers();
    const token = cluster.issuer.issue(account);
    cluster.faults.status = 500;
    const refused = await all.identify(bearing(token));
    assert.ok('message' in refused && refused.kind === 'unavailable');
    assert.ok(!refused.message.includes(token.slice(0, 20)));
    assert.ok(!String(faults[0]).includes(token.slice(0, 20)), String(faults[0]));
    delete cluster.faults.status;
    assert.ok('account' in (await all.identify(bearing(token))));
  });

  it('bounds the reviews that tokens without a proof can cause', async () => {
    const all = callers();
    const answers = await Promise.all(
      Array.from({ length: 150 }, () => all.identify(bearing(stranger.issue(account)))),
    );
    const throttled = answers.filter((each) => 'message' in each && each.kind === 'throttled');
    assert.ok(throttled.length > 0);
    assert.equal(cluster.reviews.length, answers.length - throttled.length);
  });

  it('shows a token to no other cluster: among several, the hook says which', async () => {
    const other: HookCaller = {
      kind: 'tokenReview',
      name: 'other',
      kubeconfig: join(folder, 'kubeconfig'),
      context: undefined,
    };
    const all = callers([other, { ...other, name: 'prod' }]);
    const token = cluster.issuer.issue(account);
    const refused = await all.identify(bearing(token));
    assert.ok('message' in refused);
    assert.match(refused.message, /Hook-Caller/);
    assert.equal(cluster.reviews.length, 0);
    assert.ok('account' in (await all.identify(bearing(token, { 'Hook-Caller': 'prod' }))));
    // Its grant is for `prod` alone.
    const ungranted = await all.identify(bearing(token, { 'Hook-Caller': 'other' }));
    assert.ok('message' in ungranted);
    assert.equal(cluster.reviews.length, 1);
  });

  it('takes no token where only a key is configured, and no key where only a token is', async () => {
    const token = cluster.issuer.issue(account);
    const signedOnly = callers([{ kind: 'hmac', name: 'prod', secrets: [secret] }]);
    assert.ok('message' in (await signedOnly.identify(bearing(token))));
    const headers = {
      'Hook-Caller': 'prod',
      'Hook-Signature': `sha256=${'0'.repeat(64)}`,
      'Hook-Nonce': 'nonce-of-16-chars',
      'Hook-Timestamp': String(Math.floor(Date.now() / 1_000)),
    };
    const proof = { ...bearing(token, headers), body: () => Promise.resolve('{}') };
    assert.ok('message' in (await callers().identify(proof)));
  });
});
