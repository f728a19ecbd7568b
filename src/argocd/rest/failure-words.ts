import type { Failure } from '../../sync/failure.ts';
import type { Connection } from './connection.ts';

/** Where a person mends a connection: messages name one place, and the right one. */
export type Place = 'the service connection' | 'the configuration of the handler';

export function placeOf({ isConfigured = false }: Pick<Connection, 'isConfigured'>): Place {
  return isConfigured ? 'the configuration of the handler' : 'the service connection';
}

/** What a person can do about a failure of a connection; undefined where it is not the connection's. */
export function adviceOn(
  failure: Failure,
  { credential, isConfigured }: Pick<Connection, 'credential' | 'isConfigured'>,
): string | undefined {
  const place = placeOf({ isConfigured });
  switch (failure) {
    case 'unauthenticated':
      return credential.kind === 'token'
        ? `The token is wrong, expired or revoked: make a new one, and put it into ${place}.`
        : `Enter user name and password anew in ${place}; the account needs the capability "login".`;
    case 'not-argocd':
      return `Check the URL in ${place}: with its root path if Argo CD has one, and with what stands in front of it.`;
    case 'unavailable':
      return `Check URL and port in ${place}, and that a proxy or firewall lets the connection through.`;
    case 'unreachable':
      // Its reason says it already.
      return '';
    default:
      return undefined;
  }
}

/**
 * What a library says of a failure, without what it advises: that is meant for who starts Node, and
 * would turn off checks. Of OpenSSL's words only the reason is for people.
 */
export function libraryWords(message: string): string {
  const openssl = /error:[0-9A-F]+:[^:]*:[^:]*:([^:\n]+)/i.exec(message)?.[1];
  if (openssl !== undefined) return openssl.trim();
  return message
    .split(/[;\n]\s*|\.\s+/)
    .filter((part) => !/\bNode(?:\.js)?\b|\bNODE_|(?:^|\s)--[a-z]|\broot CA\b/i.test(part))
    .join('; ')
    .trim();
}
