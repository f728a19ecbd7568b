import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { RequestOptions } from 'node:https';
import type { Connection } from './connection.ts';
import { tlsOptions } from './trust.ts';

/** What every request of a connection is sent with. */
export interface Channel extends RequestOptions {
  readonly agent: HttpAgent;
}

/** TLS is given with each request, since a proxy's agent knows no other way. */
export async function openChannel(connection: Connection, maxSockets: number): Promise<Channel> {
  const isHttps = connection.url.startsWith('https:');
  const agent = await makeAgent(connection, isHttps, maxSockets);
  return isHttps ? { ...tlsOptions(connection), agent } : { agent };
}

async function makeAgent(
  { proxy }: Connection,
  isHttps: boolean,
  maxSockets: number,
): Promise<HttpAgent> {
  const keepAlive = { keepAlive: true, maxFreeSockets: 16, maxSockets };
  if (proxy === undefined) return isHttps ? new HttpsAgent(keepAlive) : new HttpAgent(keepAlive);
  // Loaded only where a proxy is used: most runs need none, and start faster without.
  if (isHttps) {
    const { HttpsProxyAgent } = await import('https-proxy-agent');
    return new HttpsProxyAgent(proxy.reveal(), keepAlive);
  }
  const { HttpProxyAgent } = await import('http-proxy-agent');
  return new HttpProxyAgent(proxy.reveal(), keepAlive);
}
