import type { Connection } from './connection.ts';

/** Where a person fixes a connection, so that messages name the right place. */
export type Place = 'the service connection' | 'the configuration of the handler';

/** How a connection reaches Argo CD, for messages. */
export interface Way {
  /** As it is configured; empty where no connection is meant. */
  readonly url: string;
  readonly place: Place;
  /** `scheme://host[:port]` of the proxy, without its credentials; absent where there is none. */
  readonly proxy: string | undefined;
}

/** Makes what messages need of a connection; the proxy's credentials stay behind. */
export function wayOf({
  url,
  isConfigured = false,
  proxy,
}: Pick<Connection, 'url' | 'isConfigured' | 'proxy'>): Way {
  const proxyUrl = proxy && new URL(proxy.reveal());
  return {
    url,
    place: isConfigured ? 'the configuration of the handler' : 'the service connection',
    proxy: proxyUrl && `${proxyUrl.protocol}//${proxyUrl.host}`,
  };
}

/** Straight, from a service connection. */
export const straight: Way = { url: '', place: 'the service connection', proxy: undefined };

/** Ends a message about a failure that the proxy may have caused; empty where there is no proxy. */
export function throughProxy({ proxy }: Way, before = ', '): string {
  return proxy === undefined ? '' : `${before}through the proxy ${proxy}`;
}

/** Where a person fixes the proxy; the handler has none of its own. */
export function placeOfProxy({ place }: Way): string {
  return place === 'the service connection' ? "the agent's --proxyurl" : 'the address of the proxy';
}
