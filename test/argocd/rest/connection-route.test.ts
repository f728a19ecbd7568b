import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { ArgoCDError } from '../../../src/argocd/argocd-error.ts';
import { RestArgoCD } from '../../../src/argocd/rest/rest-argocd.ts';
import {
  placeOfProxy,
  directRoute,
  throughProxy,
  routeOf,
} from '../../../src/argocd/rest/connection-route.ts';
import { Secret } from '../../../src/secret.ts';
import { startProxy, type Proxy } from '../../../simulators/proxy.ts';
import { closedPort, connectionTo, noAbort, serve, serveAnswer, stopServers } from './server.ts';

describe('The connection to Argo CD', () => {
  it("is fixed in the service connection or in the handler's configuration", () => {
    assert.deepEqual(routeOf({ url: '', proxy: undefined }), directRoute);
    const { place } = routeOf({ url: '', proxy: undefined, isConfigured: true });
    assert.equal(place, 'the configuration of the handler');
  });

  for (const [url, shown] of [
    ['http://svc:100%25sure@proxy:3128/', 'http://proxy:3128'],
    ['https://u:p@Proxy.Example.com', 'https://proxy.example.com'],
    ['http://u:p%40x@[::1]:3128', 'http://[::1]:3128'],
  ] as const) {
    it(`names the proxy without its credentials: ${shown}`, () => {
      const route = routeOf({ url: '', proxy: new Secret(url) });
      assert.equal(route.proxy, shown);
      assert.equal(throughProxy(route), `, through the proxy ${shown}`);
      assert.equal(placeOfProxy(route), "the agent's --proxyurl");
    });
  }

  it('does not mention a proxy if there is none', () => {
    assert.equal(throughProxy(directRoute), '');
  });
});

const sse = { 'Content-Type': 'text/event-stream' };
const address = { name: 'shop', project: 'default' };

/** What fails and where: the URL of Argo CD, or the proxy's if the proxy fails. */
interface Faulty {
  readonly url: string;
  readonly deadProxy?: string;
}

interface Kind {
  readonly what: string;
  readonly start: () => Promise<Faulty>;
  /** Below the URL; by default, of an application. */
  readonly path?: string;
  /** Nothing in the response points to the proxy: Argo CD answered. */
  readonly isArgoCD?: boolean;
}

async function stream(body: string, isCut = false): Promise<Faulty> {
  const { url } = await serve((_, response) => {
    response.writeHead(200, sse).write(body, () => (isCut ? response.destroy() : response.end()));
  });
  return { url };
}

const path = '/api/v1/applications/shop';
const streamPath = '/api/v1/stream/applications';
const kinds: readonly Kind[] = [
  {
    what: 'nothing listens',
    start: async () => {
      const dead = `http://127.0.0.1:${await closedPort()}`;
      return { url: dead, deadProxy: dead };
    },
  },
  {
    what: 'the connection breaks',
    start: async () => ({ url: (await serve(({ socket }) => socket.destroy())).url }),
  },
  {
    what: 'a gateway gets no response',
    start: () => serveAnswer(502, {}, '<html>Bad Gateway</html>'),
  },
  { what: 'a page responds', start: () => serveAnswer(200, {}, '<html>Sign in</html>') },
  { what: 'a page is not found', start: () => serveAnswer(404, {}, '<html>Not found</html>') },
  { what: 'it redirects', start: () => serveAnswer(302, { Location: '/login' }, '') },
  { what: 'a proxy requires a login', start: () => serveAnswer(407, {}, '<html>Who?</html>') },
  { what: 'the schema differs', start: () => serveAnswer(200, {}, '{}'), isArgoCD: true },
  {
    what: 'the token is refused',
    start: () => serveAnswer(401, {}, '{"error":"no","code":16,"message":"no"}'),
    isArgoCD: true,
  },
  {
    what: 'a page responds to the stream',
    start: () => serveAnswer(200, { 'Content-Type': 'text/html' }, '<html>'),
    path: streamPath,
  },
  { what: 'the stream breaks', start: () => stream('data: ', true), path: streamPath },
  {
    what: 'a message of the stream is not JSON',
    start: () => stream('data: <html>\n'),
    path: streamPath,
    isArgoCD: true,
  },
  {
    what: 'a message of the stream has another schema',
    start: () => stream('data: {"result":{"type":"ADDED","application":{}}}\n'),
    path: streamPath,
    isArgoCD: true,
  },
  {
    what: 'the stream reports an error',
    start: () => stream('{"error":{"code":8,"message":"no room"}}'),
    path: streamPath,
    isArgoCD: true,
  },
];

describe('An error of a connection', () => {
  let proxy: Proxy;
  before(async () => {
    proxy = await startProxy();
  });
  after(() => proxy.stop());
  afterEach(stopServers);

  async function errorOf(argocd: RestArgoCD, isStream: boolean): Promise<ArgoCDError> {
    try {
      if (!isStream) await argocd.get(address, { signal: noAbort });
      const events = argocd.watch({ project: 'default' }, noAbort);
      for (let done = !isStream; !done;) ({ done = false } = await events.next());
    } catch (error) {
      assert.ok(error instanceof ArgoCDError, inspect(error));
      return error;
    } finally {
      await argocd.close();
    }
    return assert.fail('it succeeded');
  }

  for (const { what, start, path: below = path, isArgoCD = false } of kinds) {
    for (const isProxied of [false, true]) {
      for (const isConfigured of [false, true]) {
        const where = `${isProxied ? 'through a proxy' : 'direct'}, ${isConfigured ? 'handler' : 'task'}`;
        it(`names the full URL, the connection and the one place to fix it: ${what}; ${where}`, async () => {
          const { url, deadProxy = proxy.url } = await start();
          const proxyUrl = deadProxy.replace('//', '//svc:pass-word@');
          const connection = connectionTo(`${url}/argo`, {
            proxy: isProxied ? new Secret(proxyUrl) : undefined,
            isConfigured,
          });
          const error = await errorOf(new RestArgoCD(connection), below === streamPath);
          assert.ok(error.message.startsWith(`GET ${url}/argo${below}: `), error.message);
          const told = `${error.message} ${error.advice ?? ''}`;
          const isNamed = error.message.includes(`the proxy ${deadProxy}`);
          if (!isArgoCD) assert.equal(isNamed, isProxied, told);
          if (!isProxied) assert.doesNotMatch(told, /the proxy http/);
          assert.doesNotMatch(told, isConfigured ? /service connection|agent/ : /handler/);
          assert.doesNotMatch(inspect(error, { depth: 9 }), /pass-word|signature-of-the-token/);
        });
      }
    }
  }
});
