import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { adminApp, type AdminPorts } from '../../../src/handler/http/admin-app.ts';
import { runSchema } from '../../../src/handler/http/answers.ts';
import type { Run } from '../../../src/handler/run.ts';
import { StoreError } from '../../../src/handler/store/store.ts';
import { Secret } from '../../../src/secret.ts';
import { at, result } from '../../report/example-results.ts';
import { MemoryRecords, now, spec, run, status } from './example-runs.ts';
import { assertBalanced, textOf } from './pages/html.ts';

const token = 'admin-token-0123456789';

function admin(runs: readonly Run[] = [run()], changes: Partial<AdminPorts> = {}) {
  const records = new MemoryRecords(runs);
  const errors: unknown[] = [];
  const app = adminApp({
    records,
    followUps: {
      store: { actions: () => Promise.resolve([]) },
      acts: { act: () => assert.fail() },
      seen: { idleEvents: () => [], standing: () => [], followsNothing: true },
    },
    formKey: Buffer.alloc(32),
    status: () => status,
    metrics: () => Promise.resolve({ contentType: 'text/plain; version=0.0.4', text: 'runs 1\n' }),
    token: () => undefined,
    isLoopback: false,
    openapi: { openapi: '3.1.1' },
    version: '1.2.3',
    clock: { now: () => now, sleep: () => Promise.resolve() },
    onError: (error) => errors.push(error),
    ...changes,
  });
  const get = async (path: string, headers: Readonly<Record<string, string>> = {}) => {
    const response = await app.request(path, { headers });
    return { status: response.status, headers: response.headers, text: await response.text() };
  };
  return { app, get, records, errors };
}

describe('The probes', () => {
  it('say that the handler is alive and ready', async () => {
    const { get } = admin();
    assert.deepEqual([(await get('/livez')).status, (await get('/readyz')).status], [200, 200]);
  });

  it('say why it is not ready', async () => {
    const unready = ['the disk is full', 'the configuration is missing'];
    const { get } = admin([], { status: () => ({ ...status, unready }) });
    const { status: code, text } = await get('/readyz');
    assert.equal(code, 503);
    assert.equal(text, 'not ready\nthe disk is full\nthe configuration is missing\n');
    assert.equal((await get('/livez')).status, 200);
  });

  it('do not need the store', async () => {
    const { get, records } = admin();
    records.failure = new StoreError('the disk is gone');
    assert.deepEqual([(await get('/livez')).status, (await get('/readyz')).status], [200, 200]);
  });
});

describe('The admin listener on loopback', () => {
  const paths = ['/', '/livez', '/metrics', '/v1/runs/x', '/nothing'];

  it('responds to the names of this machine', async () => {
    const { get } = admin([run()], { isLoopback: true });
    for (const path of paths) {
      assert.notEqual((await get(path, { Host: '127.0.0.1:9090' })).status, 403, path);
    }
  });

  it('does not respond to another name that leads here', async () => {
    const { get } = admin([run()], { isLoopback: true });
    for (const path of paths) {
      const { status: code, text } = await get(path, { Host: 'evil.example.com:9090' });
      assert.equal(code, 403, path);
      assert.equal(text, 'This listener answers to localhost and 127.0.0.1 only.\n');
    }
  });

  it('differs from exposed ones, which have their own names and a token', async () => {
    const { get } = admin();
    assert.equal((await get('/', { Host: 'argocd-handler-admin:9090' })).status, 200);
  });
});

describe('The admin token', () => {
  const paths = ['/', '/runs/x', '/v1/runs/x', '/metrics', '/v1/openapi.json', '/nothing'];

  it('protects everything except the probes', async () => {
    const { get } = admin([run()], { token: () => new Secret(token) });
    for (const path of paths) {
      const { status: code, headers } = await get(path);
      assert.equal(code, 401, path);
      assert.match(headers.get('www-authenticate') ?? '', /^Basic realm="handler"/);
      assert.equal((await get(path, { Authorization: 'Bearer wrong' })).status, 401);
    }
    assert.equal((await get('/livez')).status, 200);
    assert.equal((await get('/readyz')).status, 200);
  });

  it('is accepted as a bearer token, or as the password that a browser asks for', async () => {
    const { get } = admin([run()], { token: () => new Secret(token) });
    const basic = Buffer.from(`admin:${token}`).toString('base64');
    for (const Authorization of [`Bearer ${token}`, `Basic ${basic}`]) {
      assert.equal((await get('/', { Authorization })).status, 200);
      assert.equal((await get('/metrics', { Authorization })).status, 200);
    }
  });
});

describe('The admin routes', () => {
  it('return the metrics unchanged', async () => {
    const { text, headers } = await admin().get('/metrics');
    assert.equal(text, 'runs 1\n');
    assert.equal(headers.get('content-type'), 'text/plain; version=0.0.4');
  });

  it('describe themselves', async () => {
    assert.equal((await admin().get('/v1/openapi.json')).text, '{"openapi":"3.1.1"}');
  });

  it('return a run as JSON, as documented', async () => {
    const failed = run({
      id: 'one',
      state: 'ended',
      outcome: 'failed',
      endedAt: at(34),
      results: [result()],
    });
    const { text, status: code } = await admin([failed]).get('/v1/runs/one');
    assert.equal(code, 200);
    const told = runSchema.parse(JSON.parse(text));
    assert.equal(told.outcome, 'failed');
    assert.equal(told.acceptedAt, '2026-11-21T10:00:00.000Z');
    assert.deepEqual(told.applications, ['shop-web']);
    assert.equal(told.results[0]?.operationPhase, 'Succeeded');
    assert.ok(!text.includes('marker'));
  });

  it('return a run whose applications were found by a selector', async () => {
    const selected = spec({ applications: '', selector: 'team=shop' });
    const found = run({ id: 'one', spec: selected, names: [{ namespace: 'a', name: 'b' }] });
    const told = runSchema.parse(JSON.parse((await admin([found]).get('/v1/runs/one')).text));
    assert.deepEqual([told.selector, told.applications], ['team=shop', ['a/b']]);
  });

  it('do not know other runs', async () => {
    const { get } = admin();
    for (const path of ['/v1/runs/none', '/runs/none', `/runs/${'x'.repeat(500)}`, '/none']) {
      assert.equal((await get(path)).status, 404);
    }
  });

  it('report that the store cannot be read', async () => {
    const { get, records, errors } = admin();
    records.failure = new StoreError('the disk is gone');
    for (const path of ['/', '/v1/runs/x', '/runs/x']) {
      const { status: code, text } = await get(path);
      assert.equal(code, 503);
      assert.equal(text, 'the disk is gone\n');
    }
    assert.deepEqual(errors, []);
    records.failure = new TypeError('secret detail');
    const { status: code, text } = await get('/');
    assert.equal(code, 500);
    assert.ok(!text.includes('secret detail'));
    assert.deepEqual(errors, [records.failure]);
  });
});

describe('The pages', () => {
  it('run nothing, load nothing, and have exactly the allowed style', async () => {
    for (const path of ['/', `/runs/${run().id}`]) {
      const { text, headers } = await admin().get(path);
      assertBalanced(text);
      const style = /<style>([^]*)<\/style>/.exec(text)?.[1] ?? '';
      const hash = createHash('sha256').update(style).digest('base64');
      assert.equal(
        headers.get('content-security-policy'),
        `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
      );
      assert.ok(!/<script|<img|<link|\sstyle=|\son\w+=/i.test(text));
      assert.equal(headers.get('cache-control'), 'no-store');
      assert.equal(headers.get('referrer-policy'), 'no-referrer');
      assert.match(headers.get('content-type') ?? '', /^text\/html; charset=utf-8/i);
    }
  });

  it('list all runs, fifty at a time', async () => {
    const runs = Array.from({ length: 120 }, (_, index) =>
      run({ id: `run-${index}`, acceptedAt: at(-index) }),
    );
    const { get } = admin(runs);
    const seen: string[] = [];
    let path: string | undefined = '/';
    let pages = 0;
    while (path !== undefined) {
      const { text } = await get(path);
      seen.push(...[...text.matchAll(/href="\/runs\/(run-\d+)"/g)].map(([, id = '']) => id));
      path = /href="([^"]+)">Older runs/.exec(text)?.[1]?.replace('&amp;', '&');
      pages += 1;
    }
    assert.equal(pages, 3);
    assert.deepEqual(
      seen,
      runs.map(({ id }) => id),
    );
  });

  it('list what was requested, or everything if that is unknown', async () => {
    const { get, records } = admin();
    await get('/?show=unreported');
    await get('/?show=reporting&before=77');
    await get('/?show=nonsense&before=nonsense');
    assert.deepEqual(records.queries, [
      { limit: 51, outcome: 'unreported' },
      { limit: 51, before: 77, state: 'reporting' },
      { limit: 51 },
    ]);
  });

  it('show one run', async () => {
    const { text } = await admin().get(`/runs/${run().id}`);
    assert.match(textOf(text), /sync shop-web following All runs/);
  });

  it('report a missing page as a page, and as a line to other clients than browsers', async () => {
    const { get } = admin();
    for (const path of ['/nowhere', '/runs/unknown', '/runs/', '/v1/nothing']) {
      const page = await get(path, { Accept: 'text/html,application/xhtml+xml' });
      assert.equal(page.status, 404);
      assertBalanced(page.text);
      assert.match(page.text, /<style>/);
      assert.match(
        textOf(page.text),
        /Not found All runs (This page does not exist|Run not found)\./,
      );
      const line = await get(path);
      assert.equal(line.status, 404);
      assert.match(line.text, /^(?:This page|Run not found)[^<]*\n$/);
    }
  });

  it('reload until the reader pauses that', async () => {
    for (const path of ['/', `/runs/${run().id}`]) {
      const { get } = admin();
      assert.match((await get(path)).text, /http-equiv="refresh"/);
      assert.doesNotMatch((await get(`${path}?refresh=off`)).text, /http-equiv="refresh"/);
    }
  });
});
