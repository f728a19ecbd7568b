import assert from 'node:assert/strict';
import { Secret } from '../../src/secret.ts';
import type { ArgoCDSimulator } from '../../simulators/argo-cd/simulator.ts';
import { configMap, files, job } from '../manifests.ts';
import {
  autoSynced,
  begin,
  followOne,
  revision,
  startArgoCD,
  syncGoal,
  waitGoal,
} from './following.ts';

const html = { 'Content-Type': 'text/html' };
const application = /\/applications\/shop\?(?!.*refresh)/;

describe('Following with bad connections or missing rights', () => {
  let argocd: ArgoCDSimulator;

  const start = async (options: Parameters<typeof ArgoCDSimulator.start>[0] = {}) => {
    argocd = await startArgoCD(options);
  };
  beforeEach(() => start());
  afterEach(() => argocd.stop());

  const make = (...documents: readonly string[]) => {
    const sha = argocd.commit('shop', files(...documents));
    argocd.createApplication('shop');
    return sha;
  };
  const slow = (seconds: number) => job('slow', { hook: 'PreSync', seconds });
  const gets = () => argocd.requests.filter(({ path }) => path === '/api/v1/applications/shop');

  it('fails immediately if the token is revoked during the wait', async () => {
    make(job('stuck', { hook: 'PreSync', forever: true }), configMap('a'));
    const following = begin(argocd, ['shop'], syncGoal());
    await following.until((p) => p.kind === 'step' && p.step.name === 'stuck');
    argocd.revokeToken(argocd.token);
    const before = argocd.now;
    const [result] = await following.done;
    assert.equal(result?.outcome, 'failed');
    assert.match(result.causes[0]?.advice ?? '', /expired or revoked/);
    assert.ok(argocd.now - before < 20_000, `${argocd.now - before} ms`);
  });

  it('logs in again if the session of a user name and password expires during the wait', async () => {
    await argocd.stop();
    await start({ sessionLifetime: 10_000 });
    make(slow(40), configMap('a'));
    const result = await followOne(argocd, 'shop', syncGoal(), {
      credential: { kind: 'password', username: 'admin', password: new Secret('admin-password') },
    });
    assert.equal(result.outcome, 'succeeded', result.message);
    assert.ok(argocd.requests.filter(({ path }) => path === '/api/v1/session').length >= 2);
  });

  it('continues without a refresh that fails', async () => {
    make(slow(2), configMap('a'));
    argocd.faults.add({
      path: /refresh=normal/,
      times: 3,
      fault: { kind: 'answer', status: 500, body: '{"code":13,"message":"cache is gone"}' },
    });
    const result = await followOne(argocd, 'shop', syncGoal({ waitFor: 'operation' }));
    assert.equal(result.outcome, 'succeeded', result.message);
  });

  it('repeats a refresh that it needs', async () => {
    argocd.commit('shop', files(configMap('a')));
    argocd.createApplication('shop', { spec: autoSynced('shop') });
    await argocd.until('shop', (app) => app?.status.history?.length === 1);
    const pushed = argocd.commit('shop', files(configMap('a', { value: 'y' })));
    argocd.faults.add({
      path: /refresh=normal/,
      times: 2,
      fault: { kind: 'answer', status: 502, body: '' },
    });
    const result = await followOne(argocd, 'shop', waitGoal({ target: revision(pushed) }));
    assert.equal(result.outcome, 'succeeded', result.message);
  });

  it("is blocked with Argo CD's own message if the windows cannot be read", async () => {
    make(configMap('a'));
    argocd.setSyncWindows([
      { kind: 'deny', schedule: '* * * * *', duration: '1h', applications: ['shop'] },
    ]);
    argocd.faults.add({
      path: /syncwindows/,
      times: Infinity,
      fault: { kind: 'answer', status: 403, body: '{"code":7,"message":"permission denied"}' },
    });
    const result = await followOne(argocd, 'shop', syncGoal());
    assert.equal(result.outcome, 'blocked', result.message);
    assert.match(result.causes[0]?.message ?? '', /blocked by sync window/);
  });

  for (const whenWindowClosed of ['fail', 'wait'] as const) {
    it(`ends with the reason if nobody can parse a window, with whenWindowClosed: ${whenWindowClosed}`, async () => {
      make(configMap('a'));
      argocd.setSyncWindows([
        { kind: 'deny', schedule: '* 7-24 * * *', duration: '1h', applications: ['shop'] },
      ]);
      const before = argocd.now;
      const result = await followOne(argocd, 'shop', syncGoal({ whenWindowClosed }));
      assert.equal(result.outcome, 'blocked', result.message);
      assert.match(result.causes[0]?.message ?? '', /'\* 7-24 \* \* \*': end of range \(24\)/);
      assert.match(result.causes[0]?.advice ?? '', /AppProject/);
      assert.ok(argocd.now - before < 60_000, `${argocd.now - before} ms`);
    });
  }

  const passing = [
    ['429', { kind: 'answer', status: 429, body: '' }],
    ['502', { kind: 'answer', status: 502, headers: html, body: '<html>' }],
    ["a proxy's HTML with 200", { kind: 'answer', status: 200, headers: html, body: '<html>' }],
    [
      'a redirect',
      { kind: 'answer', status: 302, headers: { Location: 'https://sso.example.com/' } },
    ],
    ['a broken connection', { kind: 'dropBefore' }],
  ] as const;
  for (const [what, fault] of passing) {
    it(`survives ${what} during the wait`, async () => {
      make(slow(10), configMap('a'));
      argocd.faults.add({
        path: /\/stream\//,
        times: Infinity,
        fault: { kind: 'silentStream' },
      });
      argocd.faults.add({ method: 'GET', path: application, skip: 3, times: 3, fault });
      const following = begin(argocd, ['shop'], syncGoal());
      const [result] = await following.done;
      assert.equal(result?.outcome, 'succeeded', result?.message);
      const notices = following.told.flatMap((p) => (p.kind === 'notice' ? p.message : []));
      assert.match(notices.join('\n'), /Cannot reach[\s\S]*responds again/);
    });
  }

  const wrong = [
    [
      "a proxy's HTML with 200",
      { kind: 'answer', status: 200, headers: html, body: '<html>login' },
      /<html>login/,
    ],
    [
      'a redirect',
      { kind: 'answer', status: 302, headers: { Location: 'https://sso.example.com/' } },
      /sso\.example\.com/,
    ],
    ['a plain 404', { kind: 'answer', status: 404, body: 'page not found' }, /page not found/],
  ] as const;
  for (const [what, fault, words] of wrong) {
    it(`fails immediately if the very first response is ${what}`, async () => {
      make(configMap('a'));
      argocd.faults.add({ method: 'GET', path: /\/applications\//, times: Infinity, fault });
      const result = await followOne(argocd, 'shop', syncGoal());
      assert.equal(result.outcome, 'failed');
      assert.match(result.message, /this is not Argo CD's API/);
      assert.match(result.message, words);
      assert.equal(gets().length, 1);
    });
  }

  it('delays the next read as long as a 429 asks', async () => {
    make(configMap('a'));
    argocd.faults.add({
      method: 'GET',
      path: application,
      fault: { kind: 'answer', status: 429, headers: { 'Retry-After': '20' }, body: '' },
    });
    const before = argocd.now;
    assert.equal((await followOne(argocd, 'shop', syncGoal())).outcome, 'succeeded');
    assert.ok(argocd.now - before >= 20_000);
  });

  it('is not misled by a stream that lags behind', async () => {
    make(slow(3), configMap('a'), job('smoke', { hook: 'PostSync', exit: 1 }));
    argocd.informerLag = 4_000;
    const result = await followOne(argocd, 'shop', syncGoal());
    assert.equal(result.outcome, 'failed');
    assert.match(result.message, /PostSync hook Job\/smoke failed/);
  });

  it('polls until a stream that opens late is open, and hardly afterward', async () => {
    make(slow(60), configMap('a'));
    argocd.faults.add({ path: /\/stream\//, fault: { kind: 'delay', milliseconds: 5_000 } });
    const result = await followOne(argocd, 'shop', syncGoal());
    assert.equal(result.outcome, 'succeeded', result.message);
    const looks = gets().filter(({ query }) => !query.has('refresh')).length;
    assert.ok(looks >= 4 && looks <= 16, `${looks} looks`);
  });

  it('polls little while the stream reports on a long operation', async () => {
    make(slow(60), configMap('a'));
    assert.equal((await followOne(argocd, 'shop', syncGoal())).outcome, 'succeeded');
    const looks = gets().filter(({ query }) => !query.has('refresh')).length;
    assert.ok(looks <= 8, `${looks} looks in a minute`);
  });

  it('distinguishes the missing right to sync from a missing application', async () => {
    await argocd.stop();
    await start({ accounts: { reader: { policies: ['applications, get, */*'] } } });
    make(configMap('a'));
    const result = await followOne(argocd, 'shop', syncGoal(), {
      credential: { kind: 'token', token: new Secret(argocd.issueToken('reader')) },
    });
    assert.equal(result.outcome, 'failed');
    assert.match(result.message, /not allowed to sync/);
    assert.match(result.causes[0]?.message ?? '', /applications, sync/);
  });
});
