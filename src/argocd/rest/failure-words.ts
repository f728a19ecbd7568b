import type { Failure } from '../../sync/model/failure.ts';
import type { Connection } from './connection.ts';
import type { ConnectionRoute } from './connection-route.ts';

/**
 * What a person can do about a failed connection; undefined if the connection is not to blame. `reason`
 * says what happened.
 */
export function adviceOn(
  failure: Failure,
  credential: Pick<Connection['credential'], 'kind'>,
  { url, place, proxy }: ConnectionRoute,
  reason = '',
): string | undefined {
  switch (failure) {
    case 'unauthenticated':
      return credential.kind === 'token'
        ? `The token is invalid, expired or revoked: create a new one and enter it in ${place}.`
        : `Re-enter the user name and password in ${place}; the account needs the capability "login".`;
    case 'not-argocd':
      if (wantsTls(url, reason)) return `Start the URL in ${place} with https://.`;
      return `Check the URL in ${place}, including the root path if Argo CD has one, and any proxy in front of it.`;
    case 'unavailable':
      return `Check the URL and port in ${place}, and that ${proxy === undefined ? 'a proxy or firewall' : `the proxy ${proxy}`} allows the connection.`;
    case 'unreachable':
      // The reason already says it.
      return '';
    default:
      return undefined;
  }
}

/** Whether the server requires TLS: it redirects to itself with https, or says so. */
function wantsTls(url: string, reason: string): boolean {
  if (!url.startsWith('http://')) return false;
  const [, host] = /redirects to https:\/\/(\[[^\]]*\]|[^/:?#\s,;]+)/i.exec(reason) ?? [];
  const isItself = host?.toLowerCase() === new URL(url).hostname;
  return isItself || /HTTP request (?:was sent )?to (?:an )?HTTPS (?:server|port)/i.test(reason);
}

/**
 * A library's message for a failure, without its advice, which addresses whoever starts Node and would
 * turn off checks. Of OpenSSL's message, only the reason is for people.
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
