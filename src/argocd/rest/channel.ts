import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { RequestOptions } from 'node:https';
import { isIP } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import type { Connection } from './connection.ts';
import { systemTlsOptions, tlsOptions } from './trust.ts';

/** The options of every request of a connection. */
export interface HttpChannel extends RequestOptions {
  readonly agent: HttpAgent;
}

/** Passes TLS options with each request, because a proxy's agent accepts them in no other way. */
export function openChannel(connection: Connection, maxSockets: number): Promise<HttpChannel> {
  return channelWith(tlsOptions(connection), connection, maxSockets);
}

/**
 * Like `openChannel`, but also trusts what the operating system trusts; undefined if that changes
 * nothing.
 */
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

/** An https proxy receives credentials, so its certificate is always verified. */
function ofProxy({ secureContext }: ConnectionOptions): ConnectionOptions {
  return secureContext === undefined ? {} : { secureContext };
}

/** Loaded only if a proxy is used, because runs start faster without it. */
async function proxyAgent(proxy: URL, isHttps: boolean, options: object): Promise<HttpAgent> {
  if (isHttps) {
    const { HttpsProxyAgent } = await import('https-proxy-agent');
    return new HttpsProxyAgent(proxy, options);
  }
  const { HttpProxyAgent } = await import('http-proxy-agent');
  // By itself, the agent does not send the proxy's server name (SNI).
  const name = isIP(proxy.hostname.replace(/^\[|\]$/g, '')) === 0 ? proxy.hostname : undefined;
  return new HttpProxyAgent(proxy, name === undefined ? options : { ...options, servername: name });
}
