import assert from 'node:assert/strict';
import { ArgoCDError } from '../../../src/argocd/argocd-error.ts';
import type { SummaryEvent } from '../../../src/argocd/port.ts';
import { RestArgoCD } from '../../../src/argocd/rest/rest-argocd.ts';
import { Secret } from '../../../src/secret.ts';
import { traitsOf } from '../../../src/sync/model/application-summary.ts';
import { settle } from '../../follow/manual-clock.ts';
import { ArgoCDSimulator } from '../../../simulators/argo-cd/simulator.ts';
import { connectionTo, noAbort, serve, serveAnswer, stopServers } from './server.ts';

const stops: (() => Promise<void>)[] = [];

async function simulate(): Promise<ArgoCDSimulator> {
  const simulator = await ArgoCDSimulator.start();
  stops.push(() => simulator.stop());
  return simulator;
}

function argocdAt(
  { url, token = 'a.b.c' }: { readonly url: string; readonly token?: string },
  maxSockets?: number,
): RestArgoCD {
  const credential = { kind: 'token', token: new Secret(token) } as const;
  const options = maxSockets === undefined ? {} : { maxSockets };
  const argocd = new RestArgoCD(connectionTo(url, { credential }), undefined, options);
  stops.push(() => argocd.close());
  return argocd;
}

const configMap = 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: settings }\n';
const sse = { 'Content-Type': 'text/event-stream' };

async function collect(argocd: RestArgoCD): Promise<readonly (SummaryEvent | undefined)[]> {
  const seen: (SummaryEvent | undefined)[] = [];
  for await (const summaryEvent of argocd.summaryEvents(noAbort)) seen.push(summaryEvent);
  return seen;
}

describe("Argo CD's overview over REST", () => {
  afterEach(async () => {
    await Promise.all(stops.splice(0).map((stop) => stop()));
    await stopServers();
  });

  it('lists the same changes of an application as its summary and its event', async () => {
    const simulator = await simulate();
    const argocd = argocdAt(simulator);
    assert.deepEqual(await argocd.list(noAbort), []);
    simulator.commit('shop', { 'all.yaml': configMap });
    simulator.createApplication('shop');
    simulator.createApplication('web');
    await simulator.until('shop', (found) => found?.status.sync.status === 'OutOfSync');
    simulator.syncAs('eve', 'shop');
    await simulator.until('shop', (found) => found?.status.health.status === 'Healthy');
    const [shop, web] = await argocd.list(noAbort);
    assert.deepEqual([shop?.name, web?.name], ['shop', 'web']);
    assert.equal(shop?.last?.phase, 'Succeeded');
    const summary = await argocd.summary({ name: 'shop', namespace: 'argocd' }, noAbort);
    assert.ok(shop && traitsOf(shop) === traitsOf(summary));
    assert.equal(shop.sync.revision, summary.sync.revisions[0]);
    for await (const summaryEvent of argocd.summaryEvents(noAbort)) {
      assert.ok(summaryEvent);
      assert.equal(summaryEvent.type, 'ADDED');
      assert.deepEqual(summaryEvent.summary, summary);
      assert.deepEqual((await summaryEvent.read()).name, 'shop');
      break;
    }
  });

  it('omits applications that the token may not see', async () => {
    const simulator = await ArgoCDSimulator.start({
      accounts: { poor: { policies: ['applications, get, default/w*'] } },
    });
    stops.push(() => simulator.stop());
    simulator.createApplication('shop');
    simulator.createApplication('web');
    const poor = argocdAt({ url: simulator.url, token: simulator.issueToken('poor') });
    assert.deepEqual(
      (await poor.list(noAbort)).map(({ name }) => name),
      ['web'],
    );
    await assert.rejects(poor.summary({ name: 'shop' }, noAbort), (error: unknown) => {
      assert.ok(error instanceof ArgoCDError);
      return error.failure === 'hidden';
    });
  });

  it('reads a list of ten thousand applications', async () => {
    const items = Array.from({ length: 10_000 }, (_, index) => ({
      metadata: { name: `shop-${index}`, namespace: 'argocd' },
    }));
    const server = await serveAnswer(200, {}, JSON.stringify({ items }));
    const listings = await argocdAt(server).list(noAbort);
    assert.deepEqual(
      listings.map(({ name }) => name),
      items.map(({ metadata }) => metadata.name),
    );
  });

  it('refuses a list of something else', async () => {
    for (const body of ['{"items":[{"metadata":{}}]}', '{"items":"many"}', '[]']) {
      const argocd = argocdAt(await serveAnswer(200, {}, body));
      await assert.rejects(argocd.list(noAbort), (error: unknown) => {
        assert.ok(error instanceof ArgoCDError);
        return error.failure === 'not-argocd';
      });
    }
  });

  it('skips one unreadable application and reports the next one', async () => {
    const body = [
      '{"result":{"type":"ADDED","application":{"metadata":{}}}}',
      '{"result":{"type":"ADDED","application":{"metadata":{"name":"shop"},"spec":{}}}}',
    ].map((data) => `data: ${data} \n\n\n`);
    const [odd, shop] = await collect(argocdAt(await serveAnswer(200, sse, body.join(''))));
    assert.deepEqual([odd, shop?.summary.name], [undefined, 'shop']);
  });

  it('reports an invalid part of an application only once all of it is read', async () => {
    const application = { metadata: { name: 'shop' }, spec: {}, status: { resources: 'many' } };
    const data = JSON.stringify({ result: { type: 'MODIFIED', application } });
    const [summaryEvent] = await collect(argocdAt(await serveAnswer(200, sse, `data: ${data}\n`)));
    assert.ok(summaryEvent);
    await assert.rejects(summaryEvent.read, /status\.resources is "many"/);
  });

  it('ends with an error that ends the stream, or with an invalid message', async () => {
    for (const text of ['{"error":{"grpc_code":14,"message":"away"}}', 'data: <html>\n']) {
      const argocd = argocdAt(await serveAnswer(200, sse, text));
      await assert.rejects(collect(argocd), ArgoCDError);
    }
  });

  it('limits the connections used by refreshes, so that other calls continue', async () => {
    const held: string[] = [];
    const server = await serve((request, response) => {
      if (request.url?.includes('refresh') === true) held.push(request.url);
      else response.writeHead(200).end('{"items":null}');
    });
    const argocd = argocdAt(server, 8);
    const cancel = new AbortController();
    const signal = cancel.signal;
    const address = { name: 'shop', project: 'default' };
    const refreshes = [1, 2, 3, 4].map(() => argocd.get(address, { refresh: true, signal }));
    while (held.length < 2) await settle();
    assert.deepEqual(await argocd.list(noAbort), []);
    assert.equal(held.length, 2);
    cancel.abort(new Error('enough'));
    const settled = await Promise.allSettled(refreshes);
    assert.ok(settled.every(({ status }) => status === 'rejected'));
  });
});
