import assert from 'node:assert/strict';
import { send } from '../../../simulators/argo-cd/client.ts';
import { configMap, files } from '../../manifests.ts';
import { ArgoCDSimulator } from '../../../simulators/argo-cd/simulator.ts';

const sync = '/api/v1/applications/shop/sync';

describe('The HTTP rules of the Argo CD simulator', () => {
  let argocd: ArgoCDSimulator;

  beforeEach(async () => {
    argocd = await ArgoCDSimulator.start({ timeScale: Infinity });
    argocd.commit('shop', files(configMap('settings')));
    argocd.createApplication('shop');
    argocd.advance(100);
  });
  afterEach(() => argocd.stop());

  const refusals: readonly (readonly [string, string, string, object, number, string])[] = [
    [
      'a charset in the content type',
      'POST',
      sync,
      { body: {}, headers: { 'Content-Type': 'application/json; charset=utf-8' } },
      415,
      'Invalid content type\n',
    ],
    [
      'no content type on DELETE',
      'DELETE',
      '/api/v1/applications/shop/operation',
      { headers: { 'Content-Type': '' } },
      415,
      'Invalid content type\n',
    ],
    ['an unknown route', 'GET', '/api/v1/nothing', {}, 404, 'Not Found\n'],
    ['a method that the route lacks', 'PUT', sync, { body: {} }, 405, 'Method Not Allowed\n'],
    ['a path outside the API', 'GET', '/elsewhere', {}, 404, '404 page not found\n'],
  ];
  for (const [what, method, path, options, status, text] of refusals) {
    it(`refuses ${what} in plain text`, async () => {
      const answer = await send(argocd, method, path, options);
      assert.deepEqual([answer.status, answer.text], [status, text]);
      assert.equal(answer.contentType, 'text/plain; charset=utf-8');
    });
  }

  const charset = 'application/json; charset=utf-8';
  const allowed: readonly (readonly [string | undefined, string, number])[] = [
    [undefined, 'application/json', 200],
    [undefined, 'Application/JSON', 200],
    [undefined, charset, 415],
    [undefined, 'text/plain', 415],
    ['application/json;text/plain', 'text/plain', 200],
    // The separator is part of the type that it was meant to allow.
    [`application/json;${charset}`, charset, 415],
    [`application/json;${charset}`, 'application/json', 200],
    ['', charset, 200],
    ['', '', 200],
  ];
  for (const [contentTypes, type, status] of allowed) {
    const setting = contentTypes === undefined ? 'by default' : `with "${contentTypes}"`;
    it(`answers ${status} to the content type "${type}" ${setting}`, async () => {
      const other = await ArgoCDSimulator.start({
        timeScale: Infinity,
        ...(contentTypes !== undefined && { contentTypes }),
      });
      other.commit('shop', files(configMap('settings')));
      other.createApplication('shop');
      other.advance(100);
      const body = { project: 'default' };
      const answer = await send(other, 'POST', sync, { body, headers: { 'Content-Type': type } });
      await other.stop();
      assert.equal(answer.status, status, answer.text);
    });
  }

  const faults: readonly (readonly [string, string, object, number, number, string])[] = [
    [
      'a string instead of a number',
      sync,
      { project: 'default', sourcePositions: ['1'] },
      400,
      3,
      'json: cannot unmarshal string into Go struct field ApplicationSyncRequest.sourcePositions of type int64',
    ],
    [
      'a string instead of a boolean',
      sync,
      { prune: 'yes' },
      400,
      3,
      'json: cannot unmarshal string into Go struct field ApplicationSyncRequest.prune of type bool',
    ],
    [
      'a number instead of a nested string',
      sync,
      { retryStrategy: { backoff: { duration: 5 } } },
      400,
      3,
      'json: cannot unmarshal number into Go struct field ApplicationSyncRequest.retryStrategy.backoff.duration of type string',
    ],
    [
      'an unknown revision',
      sync,
      { project: 'default', revision: 'gone' },
      400,
      9,
      "error resolving repo revision: rpc error: code = Unknown desc = unable to resolve 'gone' to a commit SHA",
    ],
    [
      'an unknown history entry',
      '/api/v1/applications/shop/rollback',
      { project: 'default', id: 7 },
      400,
      3,
      'application argocd/shop does not have deployment with id 7',
    ],
    ['a missing application', '/api/v1/applications/gone/sync', {}, 403, 7, 'permission denied'],
    [
      'a missing application, requested with its project',
      '/api/v1/applications/gone/sync',
      { project: 'default' },
      404,
      5,
      'applications.argoproj.io "gone" not found',
    ],
    [
      'a namespace that is not enabled',
      sync,
      { appNamespace: 'elsewhere' },
      403,
      7,
      'permission denied',
    ],
  ];
  for (const [what, path, body, status, code, message] of faults) {
    it(`refuses ${what} in the gateway's form`, async () => {
      const answer = await send(argocd, 'POST', path, { body });
      assert.equal(answer.status, status);
      assert.equal(answer.contentType, 'application/json');
      assert.deepEqual(answer.json, { error: message, code, message });
    });
  }

  it('serves the user interface to browsers, whatever the path', async () => {
    const answer = await send(argocd, 'GET', '/applications', { headers: { Accept: 'text/html' } });
    assert.equal(answer.status, 200);
    assert.equal(answer.contentType, 'text/html; charset=utf-8');
  });

  it('returns null for the items of an empty list', async () => {
    const answer = await send(argocd, 'GET', '/api/v1/applications?name=gone');
    assert.equal((answer.json as { items: unknown }).items, null);
  });

  it('shows only the requested fields that lists support', async () => {
    const fields = 'items.metadata.name,items.status.health,items.metadata.uid';
    const { json } = await send(argocd, 'GET', `/api/v1/applications?fields=${fields}`);
    const [item] = (json as { items: object[] }).items;
    assert.deepEqual(Object.keys(item ?? {}), ['metadata', 'status']);
    assert.deepEqual((item as { metadata: unknown }).metadata, { name: 'shop' });
  });

  it('omits the health of each resource from lists and includes it in GET', async () => {
    const list = await send(argocd, 'GET', '/api/v1/applications');
    const one = await send(argocd, 'GET', '/api/v1/applications/shop');
    assert.doesNotMatch(list.text, /"health":\{"status":"Missing"\}/);
    assert.match(one.text, /"health":\{"status":"Missing"\}/);
  });

  it('selects by labels, and refuses an invalid selector in the words of its parser', async () => {
    argocd.createApplication('other', { metadata: { labels: { team: 'b' } } });
    const found = await send(
      argocd,
      'GET',
      '/api/v1/applications?selector=team%20in%20(a,b)&fields=items.metadata.name',
    );
    assert.deepEqual((found.json as { items: unknown }).items, [{ metadata: { name: 'other' } }]);
    const bad = await send(argocd, 'GET', '/api/v1/applications?selector=a%3Db%3Dc');
    assert.equal(bad.status, 500);
    assert.match(bad.text, /error parsing the selector/);
  });

  it('returns 200 with an empty userinfo for an invalid token', async () => {
    const answer = await send(argocd, 'GET', '/api/v1/session/userinfo', { token: 'a.b.c' });
    assert.deepEqual([answer.status, answer.json], [200, {}]);
  });

  it('lets a login token expire', async () => {
    const login = { username: 'admin', password: 'admin-password' };
    const { json } = await send(argocd, 'POST', '/api/v1/session', { body: login });
    const { token } = json as { token: string };
    const path = '/api/v1/applications/shop?project=default';
    assert.equal((await send(argocd, 'GET', path, { token })).status, 200);
    argocd.advance(25 * 3_600_000);
    const late = await send(argocd, 'GET', path, { token });
    assert.equal(late.status, 401);
    assert.match(late.text, /token is expired/);
  });

  it('hides versions from unknown callers', async () => {
    const answer = await send(argocd, 'GET', '/api/version', { token: '' });
    assert.deepEqual(answer.json, { Version: 'v3.5.1' });
  });

  it('distinguishes a caller who may see but not sync from one who may not see', async () => {
    const accounts = {
      reader: { policies: ['applications, get, default/*'] },
      nobody: { policies: [] },
    };
    const other = await ArgoCDSimulator.start({ timeScale: Infinity, accounts });
    try {
      other.commit('shop', files(configMap('settings')));
      other.createApplication('shop');
      const body = { project: 'default' };
      const reader = await send(other, 'POST', sync, { body, token: other.issueToken('reader') });
      const nobody = await send(other, 'POST', sync, { body, token: other.issueToken('nobody') });
      assert.equal(reader.status, 403);
      assert.match(
        reader.text,
        /permission denied: applications, sync, default\/shop, sub: reader, iat: /,
      );
      assert.deepEqual(
        [nobody.status, (nobody.json as { error: string }).error],
        [403, 'permission denied'],
      );
    } finally {
      await other.stop();
    }
  });

  it('serves below a root path, and only the user interface elsewhere', async () => {
    const other = await ArgoCDSimulator.start({ timeScale: Infinity, rootPath: '/argocd' });
    try {
      assert.match(other.url, /\/argocd$/);
      assert.equal((await send(other, 'GET', '/api/version')).status, 200);
      const outside = await fetch(new URL('/api/version', other.url));
      assert.equal(outside.status, 404);
      await outside.text();
    } finally {
      await other.stop();
    }
  });

  it('reports each request before and after it takes effect, and cuts the connection on demand', async () => {
    const seen: string[] = [];
    argocd.onRequest = ({ method, path }, stage) => {
      seen.push(`${method} ${path} ${stage}`);
      return undefined;
    };
    await send(argocd, 'POST', sync, { body: {} });
    await send(argocd, 'POST', '/api/v1/applications/none/sync', { body: {} });
    assert.deepEqual(seen, [
      `POST ${sync} arrived`,
      `POST ${sync} applied`,
      'POST /api/v1/applications/none/sync arrived',
    ]);
  });

  for (const [stage, isApplied] of [
    ['arrived', false],
    ['applied', true],
  ] as const) {
    it(`has ${isApplied ? 'executed' : 'not executed'} a request that was dropped once it had ${stage}`, async () => {
      argocd.onRequest = (_, at) => (at === stage ? 'drop' : undefined);
      await assert.rejects(send(argocd, 'POST', sync, { body: {} }));
      assert.equal(argocd.application('shop')?.operation !== undefined, isApplied);
    });
  }

  it('keeps every request for the tests that count them', async () => {
    argocd.requests.length = 0;
    await send(argocd, 'POST', sync, { body: { project: 'default' } });
    const [seen] = argocd.requests;
    assert.deepEqual(
      [seen?.method, seen?.path, seen?.body],
      ['POST', sync, '{"project":"default"}'],
    );
  });
});
