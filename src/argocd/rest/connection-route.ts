import type { Connection } from './connection.ts';

/** Where a person fixes a connection, so that messages name the right place. */
export type ConnectionPlace = 'the service connection' | 'the configuration of the handler';

/** The route of a connection to Argo CD, for messages. */
export interface ConnectionRoute {
  /** The configured URL; empty if no connection is meant. */
  readonly url: string;
  readonly place: ConnectionPlace;
  /** `scheme://host[:port]` of the proxy, without its credentials; undefined if there is none. */
  readonly proxy: string | undefined;
}

/** Derives the route for messages from a connection, without the proxy's credentials. */
export function routeOf({
  url,
  isConfigured = false,
  proxy,
}: Pick<Connection, 'url' | 'isConfigured' | 'proxy'>): ConnectionRoute {
  const proxyUrl = proxy && new URL(proxy.reveal());
  return {
    url,
    place: isConfigured ? 'the configuration of the handler' : 'the service connection',
    proxy: proxyUrl && `${proxyUrl.protocol}//${proxyUrl.host}`,
  };
}

/** A route without a proxy, from a service connection. */
export const directRoute: ConnectionRoute = {
  url: '',
  place: 'the service connection',
  proxy: undefined,
};

/**
 * Names the proxy at the end of a message about a failure that it may have caused; empty without a
 * proxy.
 */
export function throughProxy({ proxy }: ConnectionRoute, before = ', '): string {
  return proxy === undefined ? '' : `${before}through the proxy ${proxy}`;
}

/** Where a person fixes the proxy; the handler has no proxy of its own. */
export function placeOfProxy({ place }: ConnectionRoute): string {
  return place === 'the service connection' ? "the agent's --proxyurl" : 'the address of the proxy';
}
