import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { RequestOptions } from 'node:https';
import { isIP } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import type { Connection } from './connection.ts';
import { systemTlsOptions, tlsOptions } from './trust.ts';

/** What every request of a connection is sent with. */
export interface HttpChannel extends RequestOptions {
  readonly agent: HttpAgent;
}

/** TLS is given with each request, since a proxy's agent knows no other way. */
export function openChannel(connection: Connection, maxSockets: number): Promise<HttpChannel> {
  return channelWith(tlsOptions(connection), connection, maxSockets);
}

/** The same, trusting what the operating system trusts; absent where that changes nothing. */
export async function openSystemChannel(
  connection: Connection,
  maxSockets: number,
): Promise<HttpChannel | undefined> {
  const trust = systemTlsOptions(connection);
  return trust && channelWith(trust, connection, maxSockets);
}

async function channelWith(
  trust: ConnectionOptions,
  { url, proxy }: Connection,
  maxSockets: number,
): Promise<HttpChannel> {
  const isHttps = url.startsWith('https:');
  const keepAlive = { keepAlive: true, maxFreeSockets: 16, maxSockets };
  const agent =
    proxy === undefined
      ? isHttps
        ? new HttpsAgent(keepAlive)
        : new HttpAgent(keepAlive)
      : await proxyAgent(new URL(proxy.reveal()), isHttps, { ...keepAlive, ...ofProxy(trust) });
  return isHttps ? { ...trust, agent } : { agent };
}

/** To a proxy that is spoken to by TLS its credentials go: they are never shown to just anybody. */
function ofProxy({ secureContext }: ConnectionOptions): ConnectionOptions {
  return secureContext === undefined ? {} : { secureContext };
}

/** Loaded only where a proxy is used: most runs need none, and start faster without. */
async function proxyAgent(proxy: URL, isHttps: boolean, options: object): Promise<HttpAgent> {
  if (isHttps) {
    const { HttpsProxyAgent } = await import('https-proxy-agent');
    return new HttpsProxyAgent(proxy, options);
  }
  const { HttpProxyAgent } = await import('http-proxy-agent');
  // Of itself it does not tell the proxy which of its names is meant.
  const name = isIP(proxy.hostname.replace(/^\[|\]$/g, '')) === 0 ? proxy.hostname : undefined;
  return new HttpProxyAgent(proxy, name === undefined ? options : { ...options, servername: name });
}
