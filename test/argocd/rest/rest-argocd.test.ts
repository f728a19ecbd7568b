import assert from 'node:assert/strict';
import type { RequestListener } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import { createGzip } from 'node:zlib';
import sinon from 'sinon';
import { ArgoCDError } from '../../../src/argocd/argocd-error.ts';
import type { SyncRequest, WatchEvent } from '../../../src/argocd/port.ts';
import type { Connection } from '../../../src/argocd/rest/connection.ts';
import { RestArgoCD } from '../../../src/argocd/rest/rest-argocd.ts';
import { Secret } from '../../../src/secret.ts';
import type { SimulatorOptions } from '../../../simulators/argo-cd/simulator.ts';
import { ArgoCDSimulator } from '../../../simulators/argo-cd/simulator.ts';
import { plainRequest } from '../plain-request.ts';
import { connectionTo, noAbort, readPem, serve, serveAnswer, stopServers } from './server.ts';

const stops: (() => Promise<void>)[] = [];

async function simulate(options: SimulatorOptions = {}): Promise<ArgoCDSimulator> {
  const simulator = await ArgoCDSimulator.start(options);
  stops.push(() => simulator.stop());
  simulator.commit('shop', { 'all.yaml': manifests });
  simulator.createApplication('shop');
  return simulator;
}

function argocdAt(
  { url, token }: { readonly url: string; readonly token?: string },
  special: Partial<Connection> = {},
  onToken?: (token: Secret) => void,
): RestArgoCD {
  const credential = { kind: 'token', token: new Secret(token ?? 'a.b.c') } as const;
  const argocd = new RestArgoCD(connectionTo(url, { credential, ...special }), onToken);
  stops.push(() => argocd.close());
  return argocd;
}

const manifests = `
apiVersion: v1
kind: ConfigMap
metadata: { name: settings }
---
apiVersion: batch/v1
kind: Job
metadata:
  name: migrate
  annotations: { argocd.argoproj.io/hook: PreSync }
spec:
  template:
    metadata: { annotations: { lab/log: "one|two|three", lab/forever: "true" } }
    spec: { restartPolicy: Never, containers: [{ name: main, image: busybox }] }
`;
const address = { name: 'shop', project: 'default' };
const plain: SyncRequest = {
  ...plainRequest,
  infos: [{ name: 'azure-pipelines/run', value: 'ours' }],
};

async function failureOf(call: Promise<unknown>): Promise<ArgoCDError> {
  const error: unknown = await call.then(
    () => assert.fail('the call succeeded'),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof ArgoCDError, String(error));
  return error;
}

/** The next event other than a heartbeat. */
async function nextEvent(
  events: AsyncIterator<WatchEvent | undefined, unknown>,
): Promise<WatchEvent> {
  for (;;) {
    const next = await events.next();
    if (next.done === true) assert.fail('the stream ended');
    if (next.value !== undefined) return next.value;
  }
}

describe('Argo CD over REST', () => {
  afterEach(async () => {
    sinon.restore();
    await Promise.all(stops.splice(0).map((stop) => stop()));
    await stopServers();
  });

  it('reads an application, with a refresh if requested', async () => {
    const simulator = await simulate();
    const argocd = argocdAt(simulator);
    const application = await argocd.get(address, { signal: noAbort });
    assert.deepEqual([application.name, application.project], ['shop', 'default']);
    const refreshed = await argocd.get(address, { refresh: true, signal: noAbort });
    assert.equal(refreshed.sync.status, 'OutOfSync');
    assert.deepEqual(
      simulator.requests.map(({ method, path, query }) => `${method} ${path}?${query.toString()}`),
      [
        'GET /api/v1/applications/shop?project=default',
        'GET /api/v1/applications/shop?project=default&refresh=normal',
      ],
    );
  });

  it('syncs, and returns the requested operation', async () => {
    const simulator = await simulate();
    const { operation, operationState } = await argocdAt(simulator).sync(address, plain, noAbort);
    assert.deepEqual(operation?.info, plain.infos);
    assert.equal(operationState, undefined);
    const [request] = simulator.requests;
    assert.equal(request?.query.toString(), '');
    assert.deepEqual(JSON.parse(request?.body ?? ''), {
      project: 'default',
      prune: false,
      dryRun: false,
      strategy: { hook: { force: false } },
      infos: plain.infos,
    });
  });

  it("terminates, or passes on Argo CD's message if nothing is running", async () => {
    const simulator = await simulate();
    const argocd = argocdAt(simulator);
    const nothing = await failureOf(argocd.terminate(address, noAbort));
    assert.equal(nothing.failure, 'no-operation');
    assert.match(
      nothing.message,
      /^DELETE http:\/\/127\.0\.0\.1:\d+\/api\/v1\/applications\/shop\/operation: Unable/,
    );
    await argocd.sync(address, plain, noAbort);
    const busy = await failureOf(argocd.sync(address, plain, noAbort));
    assert.equal(busy.failure, 'busy');
    await simulator.until('shop', (application) => !!application?.status.operationState);
    await argocd.terminate(address, noAbort);
    await simulator.until('shop', (found) => found?.status.operationState?.phase === 'Failed');
    const deletes = simulator.requests.filter(({ method }) => method === 'DELETE');
    assert.equal(deletes.length, 2);
    for (const { headers, body, query } of deletes) {
      assert.equal(headers['content-type'], 'application/json');
      assert.deepEqual([body, query.toString()], ['', 'project=default']);
    }
  });

  it('rolls back by the id of a history entry, sent as a JSON number', async () => {
    const simulator = await simulate();
    const rollback = { historyId: 7, prune: true, dryRun: false };
    const error = await failureOf(argocdAt(simulator).rollback(address, rollback, noAbort));
    assert.equal(error.failure, 'refused');
    const body = { project: 'default', id: 7, prune: true, dryRun: false };
    assert.deepEqual(JSON.parse(simulator.requests[0]?.body ?? ''), body);
  });

  it('finds applications by selector, or none if none match', async () => {
    const simulator = await simulate();
    simulator.createApplication('web', { metadata: { labels: { tier: 'front' } } });
    const argocd = argocdAt(simulator);
    const found = await argocd.find('tier=front', 'default', noAbort);
    assert.deepEqual(found, [{ name: 'web', namespace: 'argocd', project: 'default' }]);
    assert.deepEqual(await argocd.find('tier=back', '', noAbort), []);
    assert.equal((await failureOf(argocd.find('a=b=c', '', noAbort))).failure, 'refused');
  });

  it('reads manifests, including hooks, and names revisions by position', async () => {
    const simulator = await simulate();
    const argocd = argocdAt(simulator);
    const found = await argocd.manifests(address, {}, noAbort);
    assert.deepEqual(found.map((manifest) => (manifest as { kind: string }).kind).sort(), [
      'ConfigMap',
      'Job',
    ]);
    simulator.requests.length = 0;
    const revisions = [{ position: 1, revision: 'main' }];
    await argocd.manifests(address, { revisions }, noAbort).catch(() => undefined);
    const query = simulator.requests[0]?.query.toString();
    assert.equal(query, 'project=default&revisions=main&sourcePositions=1');
  });

  it('refuses manifests that are not JSON', async () => {
    const server = await serveAnswer(200, {}, '{"manifests":["kind: Job"]}');
    const error = await failureOf(argocdAt(server).manifests(address, {}, noAbort));
    assert.deepEqual([error.failure, /expected JSON/.test(error.reason)], ['not-argocd', true]);
    const none = await serveAnswer(200, {}, '{}');
    assert.deepEqual(await argocdAt(none).manifests(address, {}, noAbort), []);
  });

  it('reads sync windows, which refuse a sync while they are closed', async () => {
    const simulator = await simulate();
    const argocd = argocdAt(simulator);
    const open = { activeWindows: [], assignedWindows: [], canSync: true };
    assert.deepEqual(await argocd.windows(address, noAbort), open);
    simulator.setSyncWindows([
      { kind: 'deny', schedule: '* * * * *', duration: '1h', applications: ['*'] },
    ]);
    const { canSync, activeWindows } = await argocd.windows(address, noAbort);
    assert.deepEqual([canSync, activeWindows.length], [false, 1]);
    assert.equal((await failureOf(argocd.sync(address, plain, noAbort))).failure, 'window-closed');
  });

  it('reads the log of a hook, and reports a missing right', async () => {
    const simulator = await simulate({
      accounts: { poor: { policies: ['applications, *, */*'] } },
    });
    const argocd = argocdAt(simulator);
    await argocd.sync(address, plain, noAbort);
    const resource = { group: 'batch', kind: 'Job', namespace: 'ns-shop', name: 'migrate' };
    await simulator.until('shop', (found) =>
      JSON.stringify(found?.status.operationState?.syncResult?.resources ?? []).includes('migrate'),
    );
    const log = await argocd.logs(address, { resource, lines: 1 }, noAbort);
    assert.deepEqual(log, { lines: ['two'], fault: '' });
    const token = simulator.issueToken('poor');
    const poor = argocdAt({ url: simulator.url, token });
    const error = await failureOf(poor.logs(address, { resource, lines: 2 }, noAbort));
    assert.equal(error.failure, 'forbidden');
  });

  it('reads the logs of all containers of a pod, the failed one first', async () => {
    const simulator = await simulate();
    const argocd = argocdAt(simulator);
    const hook = `apiVersion: batch/v1
kind: Job
metadata: { name: meshed, annotations: { argocd.argoproj.io/hook: PreSync } }
spec:
  backoffLimit: 0
  template:
    metadata:
      annotations:
        lab/exit: "1"
        lab/exit.proxy: "0"
        lab/exit.setup: "0"
        lab/log.app: "connecting|no such table"
        lab/log.proxy: "draining"
    spec:
      restartPolicy: Never
      initContainers: [{ name: setup, image: "mesh:1" }]
      containers: [{ name: proxy, image: "mesh:1" }, { name: app, image: "shop:1" }]
`;
    simulator.commit('shop', { 'hook.yaml': hook });
    await argocd.sync(address, plain, noAbort);
    await simulator.until('shop', (found) => found?.status.operationState?.phase === 'Failed');
    const resource = { group: 'batch', kind: 'Job', namespace: 'ns-shop', name: 'meshed' };
    assert.deepEqual(await argocd.logs(address, { resource, lines: 20 }, noAbort), {
      lines: [
        ...['container app (exit code 1):', 'connecting', 'no such table'],
        ...['container proxy (exit code 0):', 'started', 'draining'],
        ...['container setup (exit code 0):', '(no output)'],
      ],
      fault: '',
    });
  });

  describe('reads no more of a log than it keeps', () => {
    const resource = { group: 'batch', kind: 'Job', namespace: 'ns-shop', name: 'migrate' };
    const head = '{"result":{"content":"';
    const tail = '","timeStamp":"2026-11-21T01:52:30Z","last":false}}\n';
    const megabyte = 'x'.repeat(1_000_000);
    /** Writes as fast as it is read, and counts. */
    const pour = (pieces: Iterator<string, undefined>, isGzip = false) => {
      const seen = { characters: 0, isGone: false };
      const handle: RequestListener = (_, response) => {
        response.writeHead(200, isGzip ? { 'Content-Encoding': 'gzip' } : {});
        const body = isGzip ? createGzip() : response;
        if (isGzip) body.pipe(response);
        response.once('close', () => (seen.isGone = !response.writableFinished));
        const more = () => {
          for (;;) {
            const { value } = pieces.next();
            if (value === undefined) return void body.end();
            seen.characters += value.length;
            if (!body.write(value)) return void body.once('drain', more);
          }
        };
        more();
      };
      return { handle, seen };
    };

    it('if 50 lines have a megabyte each', async () => {
      const { handle } = pour(new Array<string>(50).fill(head + megabyte + tail).values());
      const log = await argocdAt(await serve(handle)).logs(
        address,
        { resource, lines: 50 },
        noAbort,
      );
      assert.equal(log.lines.length, 50);
      assert.ok(log.lines.join('').length < 128 * 1_024);
    });

    for (const isGzip of [false, true]) {
      it(`if 100 MB${isGzip ? ', compressed,' : ''} have no line end, and closes the connection`, async () => {
        const pieces = [head, ...new Array<string>(100).fill(megabyte), tail].values();
        const { handle, seen } = pour(pieces, isGzip);
        const log = await argocdAt(await serve(handle)).logs(
          address,
          { resource, lines: 50 },
          noAbort,
        );
        assert.equal(log.lines.length, 1);
        assert.ok((log.lines[0] ?? '').length < 2_100);
        assert.match(log.fault, /no more than 67108864 characters/);
        // A compressed body may be sent completely before it is decompressed.
        while (!isGzip && !seen.isGone) await setTimeout(5);
        assert.ok(isGzip || seen.characters < 100_000_000, `${seen.characters} characters`);
      });
    }

    it('if it breaks off, and says so after what was read', async () => {
      const server = await serve((_, response) => {
        response.write(head + 'one' + tail, () => response.destroy());
      });
      const log = await argocdAt(server).logs(address, { resource, lines: 50 }, noAbort);
      assert.deepEqual(log.lines, ['one']);
      assert.match(log.fault, /aborted|socket hang up|ECONNRESET/);
    });
  });

  it('distinguishes the reasons why an application cannot be accessed', async () => {
    const simulator = await simulate({
      accounts: { reader: { policies: ['applications, get, */*'] } },
    });
    const argocd = argocdAt(simulator);
    const options = { signal: noAbort };
    const failureAt = async (name: string, project: string) =>
      (await failureOf(argocd.get({ name, project }, options))).failure;
    assert.equal(await failureAt('missing', ''), 'hidden');
    assert.equal(await failureAt('missing', 'default'), 'not-found');
    const reader = argocdAt({ url: simulator.url, token: simulator.issueToken('reader') });
    assert.equal((await failureOf(reader.sync(address, plain, noAbort))).failure, 'forbidden');
    const stranger = argocdAt({ url: simulator.url, token: 'a.b.c' });
    assert.equal((await failureOf(stranger.get(address, options))).failure, 'unauthenticated');
    const lost = argocdAt({ url: `${simulator.url}/wrong`, token: simulator.token });
    assert.equal((await failureOf(lost.get(address, options))).failure, 'not-argocd');
  });

  it('logs in with a password, and again when the token expires, and reports every token', async () => {
    const simulator = await simulate();
    const tokens: Secret[] = [];
    const credential = {
      kind: 'password',
      username: 'admin',
      password: new Secret('admin-password'),
    } as const;
    const argocd = argocdAt(simulator, { credential }, (token) => tokens.push(token));
    await argocd.get(address, { signal: noAbort });
    simulator.revokeToken(tokens[0]?.reveal() ?? '');
    // Tokens of the same second are equal.
    await simulator.sleep(1100);
    await argocd.get(address, { signal: noAbort });
    assert.equal(tokens.length, 2);
    assert.notEqual(tokens[0]?.reveal(), tokens[1]?.reveal());
  });

  it('works below a root path, with TLS', async () => {
    const tls = { key: readPem('server.key'), cert: readPem('server.pem') };
    const simulator = await simulate({ rootPath: '/argocd', tls });
    const argocd = argocdAt(simulator, { ca: readPem('ca.pem') });
    assert.equal((await argocd.get(address, { signal: noAbort })).name, 'shop');
  });

  it('leaves unclear whether a change took effect if its response is lost', async () => {
    const simulator = await simulate();
    const argocd = argocdAt(simulator);
    simulator.faults.add({ method: 'POST', fault: { kind: 'dropAfter' } });
    assert.equal((await failureOf(argocd.sync(address, plain, noAbort))).failure, 'unclear');
    assert.ok((await argocd.get(address, { signal: noAbort })).operation);
  });

  it('leaves unclear whether a change took effect if its response cannot be parsed', async () => {
    const server = await serveAnswer(200, {}, '{"metadata":{"name":"shop"}}');
    const error = await failureOf(argocdAt(server).sync(address, plain, noAbort));
    assert.equal(error.failure, 'unclear');
    assert.match(error.reason, /spec is missing, expected object/);
    const read = await failureOf(argocdAt(server).get(address, { signal: noAbort }));
    assert.equal(read.failure, 'not-argocd');
  });

  it('names a phase that it does not know', async () => {
    const state = { operation: {}, phase: 'Paused', startedAt: '2026-11-21T01:00:00Z' };
    const body = { metadata: { name: 'shop' }, spec: {}, status: { operationState: state } };
    const server = await serveAnswer(200, {}, JSON.stringify(body));
    const { message } = await failureOf(argocdAt(server).get(address, { signal: noAbort }));
    assert.match(
      message,
      /2\.11 to 3\.5\): status\.operationState\.phase is "Paused", expected one of Running, Term/,
    );
  });

  it('gives each call its own time limit', async () => {
    const simulator = await simulate();
    const argocd = argocdAt(simulator);
    const timeout = sinon.spy(globalThis, 'setTimeout');
    const given = async (call: Promise<unknown>) => {
      await call.catch(() => undefined);
      return timeout.args.findLast(([, ms = 0]) => ms >= 20_000)?.[1];
    };
    const resource = { group: '', kind: 'Job', namespace: '', name: 'x' };
    const rollback = { historyId: 1, prune: false, dryRun: false };
    assert.deepEqual(
      [
        await given(argocd.get(address, { signal: noAbort })),
        await given(argocd.find('', '', noAbort)),
        await given(argocd.windows(address, noAbort)),
        await given(argocd.logs(address, { resource, lines: 1 }, noAbort)),
        await given(argocd.get(address, { refresh: true, signal: noAbort })),
        await given(argocd.manifests(address, {}, noAbort)),
        await given(argocd.sync(address, plain, noAbort)),
        await given(argocd.rollback(address, rollback, noAbort)),
        await given(argocd.terminate(address, noAbort)),
      ],
      [20_000, 20_000, 20_000, 20_000, 60_000, 60_000, 30_000, 30_000, 30_000],
    );
  });

  it('watches the current state, changes and heartbeats until the signal', async () => {
    const simulator = await simulate({ heartbeat: 50 });
    const argocd = argocdAt(simulator);
    const cancel = new AbortController();
    const scope = { name: { name: 'shop' }, project: 'default' };
    const events = argocd.watch(scope, cancel.signal)[Symbol.asyncIterator]();
    const first = await nextEvent(events);
    assert.deepEqual([first.type, first.application.name], ['ADDED', 'shop']);
    for (let beat = await events.next(); beat.value !== undefined; beat = await events.next());
    simulator.annotate('shop', { 'argocd.argoproj.io/skip-reconcile': 'true' });
    let changed = await nextEvent(events);
    while (!changed.application.skipReconcile) changed = await nextEvent(events);
    assert.equal(changed.type, 'MODIFIED');
    simulator.deleteApplication('shop');
    let deleted = await nextEvent(events);
    while (deleted.type !== 'DELETED') deleted = await nextEvent(events);
    cancel.abort(new Error('enough'));
    // What had already arrived is still delivered.
    const rest = (async () => {
      while (!(await events.next()).done);
    })();
    await assert.rejects(rest, /enough/);
    const query = simulator.requests[0]?.query.toString();
    const fields = '-result.application.metadata.managedFields';
    assert.equal(query, `name=shop&projects=default&fields=${fields}`);
  });

  it('ends its watch with the stream, and reports an error that ended it', async () => {
    const sse = { 'Content-Type': 'text/event-stream' };
    const ended = await serveAnswer(200, sse, ':\n');
    const scope = { project: '' };
    const beats: unknown[] = [];
    for await (const event of argocdAt(ended).watch(scope, noAbort)) beats.push(event);
    assert.deepEqual(beats, [undefined]);
    const cases: readonly [string, ArgoCDError['failure'], RegExp][] = [
      ['{"error":{"grpc_code":14,"http_code":503,"message":"away"}}', 'unavailable', /^away$/],
      ['data: {"result":{"type":"EATEN","application":{}}}\n', 'not-argocd', /result.type is "EAT/],
      ['data: {"result":{"type":"ADDED","application":{}}}\n', 'not-argocd', /metadata is missing/],
      ['data: <html>\n', 'not-argocd', /expected JSON/],
    ];
    for (const [body, failure, reason] of cases) {
      const server = await serveAnswer(200, sse, body);
      const events = argocdAt(server).watch(scope, noAbort)[Symbol.asyncIterator]();
      const error = await failureOf(events.next());
      assert.equal(error.failure, failure);
      assert.match(error.reason, reason);
    }
  });

  it("ends each call with the signal's reason", async () => {
    const server = await serve(() => undefined);
    const argocd = argocdAt(server);
    const reason = new Error('canceled');
    const signal = AbortSignal.abort(reason);
    await assert.rejects(argocd.get(address, { signal }), reason);
    await assert.rejects(argocd.sync(address, plain, signal), reason);
    await assert.rejects(argocd.terminate(address, signal), reason);
    assert.equal(server.requests.length, 0);
  });

  it("knows the URL of an application's page", () => {
    const argocd = argocdAt({ url: 'https://host/root' });
    assert.equal(argocd.pageOf({ name: 'shop' }), 'https://host/root/applications/shop');
    const page = argocd.pageOf({ name: 'a/b', namespace: 'team' });
    assert.equal(page, 'https://host/root/applications/team/a%2Fb');
  });
});
