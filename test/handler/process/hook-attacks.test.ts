import assert from 'node:assert/strict';
import { createHmac, randomUUID } from 'node:crypto';
import { ServiceAccountIssuer } from '../../../simulators/kubernetes/service-account-issuer.ts';
import { signedText } from '../../../src/text/signed-request.ts';
import { configMap, files, job } from '../../manifests.ts';
import { HookInstallation } from './hook-installation.ts';
import { until, type Installation } from './installation.ts';

const key = 'a-shared-key-of-more-than-thirty-two-characters';
const path = '/v1/hooks';

type Headers = Readonly<Record<string, string>>;
interface Attack {
  readonly what: string;
  readonly status: number;
  readonly headers: () => Headers;
  readonly body?: object;
}

/** `at`: seconds since the epoch. Signs another request than the one that is sent if parts are given. */
function signed(body: object, at: number, parts: object = {}, secret = key): Headers {
  const timestamp = String(at);
  const nonce = randomUUID();
  const own = { method: 'POST', path, body: JSON.stringify(body), timestamp, nonce };
  const hash = createHmac('sha256', secret)
    .update(signedText({ ...own, ...parts }))
    .digest('hex');
  return {
    'Hook-Caller': 'legacy',
    'Hook-Timestamp': timestamp,
    'Hook-Nonce': nonce,
    'Hook-Signature': `sha256=${hash}`,
  };
}

describe('The built handler, attacked by hooks while a real one runs,', () => {
  let site: HookInstallation;
  let installation: Installation;
  let namespace: string;

  beforeEach(async () => {
    site = await HookInstallation.open();
    ({ installation } = site);
    const { argocd, handler } = installation;
    for (const name of ['smoke-tests', 'rollback']) site.addPipeline(name, 'note');
    const smoke = job('smoke', { hook: 'PostSync', forever: true });
    for (const name of ['shop', 'bank']) {
      argocd.commit(name, files(configMap('settings'), smoke));
      argocd.createApplication(name);
      argocd.syncAs('eve', name, {});
    }
    const shop = `argocd: prod, appProjects: ['*'], applications: [shop], ${site.queueOf('smoke-tests')}`;
    site.configure(`
  callers:
    - { name: here, tokenReview: { kubeconfig: '${site.kubeconfig}' } }
    - { name: legacy, hmac: ['${key}'] }
  grants:
    - { caller: here, namespaces: ['*'], serviceAccounts: [argocd-hooks], ${shop} }
    - { caller: legacy, ${shop} }`);
    await handler.start();
    await until(() => ['shop', 'bank'].every((name) => site.hookOf(name, 'smoke') !== undefined));
    namespace = site.hookOf('shop', 'smoke')?.namespace ?? '';
  });
  afterEach(() => site.close());

  const post = async (headers: Headers, body: object) => {
    const url = `http://127.0.0.1:${installation.ports.public}${path}`;
    const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
    return { status: response.status, text: await response.text() };
  };
  const bearer = (changes: object = {}, issuer = site.cluster.issuer): Headers => {
    const account = { namespace, serviceAccount: 'argocd-hooks', pod: 'smoke-x7k2p' };
    const token = issuer.issue({ ...account, audiences: ['argocd-handler'], ...changes });
    return { Authorization: `Bearer ${token}`, 'Hook-Caller': 'here' };
  };
  const call = (changes: object = {}) => ({
    ...{ application: 'shop', hook: { name: 'smoke', namespace }, queue: 'shop/smoke-tests' },
    ...changes,
  });

  it('refuses each of them without a trace of a secret, and serves the real one once', async () => {
    // A signature may be from a clock that is ahead; those of before the start are refused.
    const ahead = () => Math.floor(Date.now() / 1_000) + 29;
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    const honest = call();
    const altered = bearer();
    const [head, claims, signature = ''] = (altered['Authorization'] ?? '').split('.');
    const replayed = signed(honest, ahead());
    const sent: Headers[] = [];
    const attacks: readonly Attack[] = [
      { what: 'no proof', status: 401, headers: () => ({}) },
      { what: 'another audience', status: 401, headers: () => bearer({ audiences: ['vault'] }) },
      { what: 'an expired token', status: 401, headers: () => bearer({ lifetime: -60 }) },
      {
        what: 'a token of another cluster',
        status: 401,
        headers: () => bearer({}, new ServiceAccountIssuer(site.cluster.issuer.issuer)),
      },
      {
        what: 'an altered signature',
        status: 401,
        headers: () => ({
          ...altered,
          Authorization: [head, claims, signature.split('').reverse().join('')].join('.'),
        }),
      },
      {
        what: 'an unsigned token',
        status: 401,
        headers: () => ({
          ...altered,
          Authorization: `Bearer ${btoa('{"alg":"none"}').replace(/=+$/, '')}.${claims}.`,
        }),
      },
      {
        what: "another namespace's service account of the same name",
        status: 403,
        headers: () => bearer({ namespace: 'intruders' }),
      },
      {
        what: 'another service account of the namespace',
        status: 401,
        headers: () => bearer({ serviceAccount: 'default' }),
      },
      {
        what: 'the pod of another hook',
        status: 403,
        headers: () => bearer({ pod: 'other-x7k2p' }),
      },
      {
        what: 'an application that is not granted',
        status: 403,
        headers: () => bearer(),
        body: call({ application: 'bank' }),
      },
      {
        what: 'an application of the same name in another namespace',
        status: 403,
        headers: () => bearer(),
        body: call({ application: 'team-a/shop' }),
      },
      {
        what: 'a pipeline that is not granted',
        status: 403,
        headers: () => bearer(),
        body: call({ queue: 'shop/rollback' }),
      },
      {
        what: 'a pipeline of another organization',
        status: 403,
        headers: () => bearer(),
        body: call({ queue: 'contoso/shop/smoke-tests' }),
      },
      {
        what: 'a project that only looks like the granted one',
        status: 403,
        headers: () => bearer(),
        body: call({ queue: '\u0455hop/smoke-tests' }),
      },
      ...[
        '../shop/smoke-tests',
        'https://evil.example/shop/smoke-tests',
        'a/b/c/d/../smoke-tests',
      ].map((queue) => ({
        what: `the pipeline ${queue}`,
        status: 400,
        headers: () => bearer(),
        body: call({ queue }),
      })),
      {
        what: 'a template that does not exist',
        status: 400,
        headers: () => bearer(),
        body: call({ queue: { pipeline: 'shop/smoke-tests', parameters: { note: '{{token}}' } } }),
      },
      {
        what: 'a key that is not ours',
        status: 401,
        headers: () => signed(honest, ahead(), {}, 'x'.repeat(40)),
      },
      {
        what: 'a signature of before the window',
        status: 401,
        headers: () => signed(honest, ahead() - 400),
      },
      {
        what: 'a signature of the far future',
        status: 401,
        headers: () => signed(honest, ahead() + 60),
      },
      {
        what: 'the signature of another body',
        status: 401,
        headers: () => signed(honest, ahead(), { body: '{}' }),
      },
      {
        what: 'the signature of another route',
        status: 401,
        headers: () => signed(honest, ahead(), { path: `${path}/123456789012345` }),
      },
      {
        what: 'a caller whose name is not known',
        status: 401,
        headers: () => ({ ...signed(honest, ahead()), 'Hook-Caller': 'nobody' }),
      },
    ];
    for (const { what, status, headers, body = honest } of attacks) {
      const given = headers();
      sent.push(given);
      const answer = await post(given, body);
      assert.equal(answer.status, status, `${what}: ${answer.text}`);
      assert.doesNotMatch(answer.text, /"followUps"/, what);
    }
    assert.equal(installation.azure.queuedBuilds.length, 0);

    const note = '"} }, { "event": "1" }\nname: other';
    const real = { pipeline: 'shop/smoke-tests', parameters: { note } };
    assert.equal((await post(bearer(), call({ queue: real }))).status, 202);
    assert.equal((await post(replayed, honest)).status, 202, 'signed, it is the same follow-up');
    assert.equal((await post(replayed, honest)).status, 401, 'and its signature is used up');
    await until(() => installation.azure.queuedBuilds.length > 0);
    // More than a hook may send: the rest is refused, and disturbs no other.
    const storm = await Promise.all(Array.from({ length: 200 }, () => post(bearer(), call())));
    assert.ok(storm.filter(({ status }) => status === 429).length > 100);
    assert.equal((await post(signed(honest, ahead()), honest)).status, 202);

    assert.equal(installation.azure.queuedBuilds.length, 1);
    assert.equal(installation.azure.queuedBuilds[0]?.queued.templateParameters['note'], note);
    const { printed } = installation.handler;
    const secrets = sent.flatMap(({ Authorization = '' }) => Authorization.split('.')[2] ?? []);
    for (const secret of [key, ...secrets.filter((text) => text !== '')]) {
      assert.ok(!printed.includes(secret), `the log has ${secret}`);
    }
    assert.deepEqual(installation.azure.faults, []);
  });
});
