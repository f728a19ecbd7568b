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

describe('Hook callers', () => {
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

  it('are a service account and its pod once its cluster has reviewed the token', async () => {
    const known = await callers().identify(bearing(cluster.issuer.issue(account)));
    assert.deepEqual(known, {
      caller: 'prod',
      account: { namespace: 'shop', name: 'argocd-hooks', pod: 'smoke-tests-x7k2p' },
    });
    assert.deepEqual(cluster.reviews[0]?.spec.audiences, [audience]);
  });

  it("are verified by the issuer's keys without a request", async () => {
    const issuer = new ServiceAccountIssuer('https://oidc.example.com/edge');
    const known = await callers([byKeys(issuer)]).identify(bearing(issuer.issue(account)));
    assert.ok('account' in known && known.account?.pod === 'smoke-tests-x7k2p');
    assert.equal(cluster.reviews.length, 0);
  });

  it('are reviewed once for a token that comes often', async () => {
    const all = callers();
    const token = cluster.issuer.issue(account);
    await Promise.all([1, 2, 3].map(() => all.identify(bearing(token))));
    await all.identify(bearing(token));
    assert.equal(cluster.reviews.length, 1);
  });

  const forged: readonly (readonly [string, Partial<TokenRequest>, RegExp])[] = [
    ['another audience', { audiences: ['https://kubernetes.default.svc'] }, /audience must be/],
    ['no audience', { audiences: [] }, /audience must be/],
    ['an expired token', { lifetime: -60 }, /has expired/],
    ["another namespace's service account", { namespace: 'bank' }, /No entry of `hooks\.grants`/],
    ['another service account', { serviceAccount: 'default' }, /No entry of `hooks\.grants`/],
    ['a name that starts like the granted one', { namespace: 'shop2' }, /No entry/],
  ];
  for (const [what, changes, message] of forged) {
    it(`are refused with ${what} without asking the cluster`, async () => {
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
      'a token with a changed account',
      (issuer) => raised(issuer.issue({ ...account, serviceAccount: 'default' })),
    ],
    ["another cluster's token", () => stranger.issue(account)],
  ];
  for (const [what, tokenOf] of unproven) {
    it(`are refused with ${what}, however it is verified`, async () => {
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
    ["a client's token", 'client-token'],
    ['three meaningless segments', 'a.b.c'],
    ["a person's token", `x.${Buffer.from('{"sub":"alice"}').toString('base64url')}.y`],
    ['an oversized token', `x.${'a'.repeat(10_000)}.y`],
    ['deeply nested claims', `x.${Buffer.from('['.repeat(5_000)).toString('base64url')}.y`],
  ];
  for (const [what, token] of nonsense) {
    it(`are refused with ${what}`, async () => {
      const refused = await callers().identify(bearing(token));
      assert.ok('message' in refused && refused.kind === 'unauthenticated');
      assert.equal(cluster.reviews.length, 0);
    });
  }

  it('are refused if an API server authenticates them but confirms no audience', async () => {
    cluster.faults.ignoresAudiences = true;
    const refused = await callers().identify(bearing(cluster.issuer.issue(account)));
    assert.ok('message' in refused && refused.kind === 'unauthenticated');
  });

  it('are asked to try again if the cluster cannot answer, which is not remembered', async () => {
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

  it('cause a bounded number of reviews with unverifiable tokens', async () => {
    const all = callers();
    const answers = await Promise.all(
      Array.from({ length: 150 }, () => all.identify(bearing(stranger.issue(account)))),
    );
    const throttled = answers.filter((each) => 'message' in each && each.kind === 'throttled');
    assert.ok(throttled.length > 0);
    assert.equal(cluster.reviews.length, answers.length - throttled.length);
  });

  it('name their cluster among several, and their token is shown to no other', async () => {
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
    // Its grant covers only `prod`.
    const ungranted = await all.identify(bearing(token, { 'Hook-Caller': 'other' }));
    assert.ok('message' in ungranted);
    assert.equal(cluster.reviews.length, 1);
  });

  it('present no token if only a key is configured, and no key if only a token is', async () => {
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
