import type { Failure } from '../../sync/model/failure.ts';
import { ArgoCDError } from '../argocd-error.ts';
import type { Effect } from './answer.ts';
import { libraryWords } from './failure-words.ts';
import type { TransportError } from './http.ts';
import {
  placeOfProxy,
  directRoute,
  throughProxy,
  type ConnectionRoute,
} from './connection-route.ts';

interface LastingFailure {
  readonly pattern: RegExp;
  readonly failure: Failure;
  /** `{place}` is where a person fixes it. */
  readonly advice: string;
}

/** Failures without a response that a person usually must fix, by Node's codes and messages. */
const lasting: readonly LastingFailure[] = [
  {
    pattern: /SELF_SIGNED|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER|CERT_UNTRUSTED/,
    failure: 'unreachable',
    advice:
      'its certificate is not trusted here: set the CA certificate in {place} to that of its issuer',
  },
  {
    pattern: /CERT_HAS_EXPIRED|CERT_NOT_YET_VALID/,
    failure: 'unreachable',
    advice: 'its certificate has expired or is not yet valid: renew it',
  },
  {
    pattern: /ALTNAME/,
    failure: 'unreachable',
    advice:
      'its certificate is for a different host name: use the name that it was issued for in the URL in {place}',
  },
  {
    pattern: /wrong version number|WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG/,
    failure: 'unreachable',
    advice:
      'it does not speak TLS on this port: check the port in {place}, and whether the URL should start with http://',
  },
  {
    pattern: /^(?:EPROTO|ERR_SSL_|ERR_TLS_|CERT_|INVALID_CA|INVALID_PURPOSE)/,
    failure: 'unreachable',
    advice: 'the TLS handshake failed: check its certificate and its TLS versions',
  },
  {
    // Name servers answer the same while they start, and networks while they switch over.
    pattern: /^ENOTFOUND/,
    failure: 'unavailable',
    advice: 'unknown host: check the URL in {place}, and whether the name can be resolved here',
  },
  {
    pattern: /^HPE_/,
    failure: 'not-argocd',
    advice:
      'it does not speak HTTP on this port: check the port in {place}, and whether the URL should start with https://',
  },
  {
    pattern: /^TOO_LARGE/,
    failure: 'not-argocd',
    advice: 'no response of Argo CD is this large: check the URL in {place}',
  },
  {
    pattern: /^(?:ERR_INVALID_CHAR|ERR_INVALID_HTTP_TOKEN|ERR_INVALID_URL)|^URI malformed/,
    failure: 'unreachable',
    advice:
      'the token, an extra header or the URL contains a character that HTTP does not allow, such as a line break: enter it again in {place}',
  },
];

/** Failures that may be transient, with what to check if they are not. */
const passing: readonly (readonly [RegExp, string])[] = [
  [/^ECONNREFUSED/, 'connection refused: check host and port in {place}'],
  [
    /^(?:EHOSTUNREACH|ENETUNREACH|ETIMEDOUT)/,
    'no route to host: check the URL in {place}, and firewalls',
  ],
  [
    /^EAI_AGAIN/,
    'the host name cannot be resolved at the moment: check the URL in {place}, and DNS',
  ],
];

/** Codes of a connection that the other side closed. */
const closed = /^(?:ECONNRESET|ECONNABORTED|EPIPE)/;

/**
 * Advice on the scheme. Argo CD, among others, does not respond to TLS on a plain HTTP port, or vice
 * versa.
 */
function schemeAdvice({ code, sent, scheme }: TransportError): string | undefined {
  if (scheme === undefined || !closed.test(code)) return undefined;
  if (scheme === 'http') {
    return 'it closes the connection without a response: check the port in {place}, and whether the URL should start with https://';
  }
  return sent
    ? undefined
    : 'it closes the connection during the TLS handshake: check the port in {place}, and whether the URL should start with http://';
}

/** The advice if there is a proxy: only the proxy is resolved and connected to. */
const ofProxy: readonly (readonly [RegExp, string])[] = [
  [/^ECONNREFUSED/, 'connection refused'],
  [/^(?:EHOSTUNREACH|ENETUNREACH|ETIMEDOUT)/, 'no route to host'],
  [/^(?:ENOTFOUND|EAI_AGAIN)/, 'its name cannot be resolved here'],
];

/**
 * Classifies a call without a response: if it was not sent, it had no effect; otherwise that is unknown.
 * Our message comes first, the library's last.
 */
export function classifyTransportError(
  call: string,
  effect: Effect,
  error: TransportError,
  route: ConnectionRoute = directRoute,
): ArgoCDError {
  const { code, message, sent } = error;
  const known = lasting.find(({ pattern }) => pattern.test(code) || pattern.test(message));
  const ours =
    ofTheProxy(code, route) ?? known?.advice ?? adviceInPassing(code) ?? schemeAdvice(error);
  const theirs = libraryWords(message) || code;
  const reason =
    ours === undefined
      ? `${theirs} (${code}${throughProxy(route)})`
      : `${ours.replace('{place}', route.place)} (${theirs.includes(code) ? theirs : `${theirs}, ${code}`}${throughProxy(route)})`;
  const isUnclear = effect === 'change' && sent;
  const failure = isUnclear ? 'unclear' : (known?.failure ?? 'unavailable');
  return new ArgoCDError(call, reason, { failure, cause: error });
}

function adviceInPassing(code: string): string | undefined {
  return passing.find(([pattern]) => pattern.test(code))?.[1];
}

function ofTheProxy(code: string, route: ConnectionRoute): string | undefined {
  if (route.proxy === undefined) return undefined;
  const what = ofProxy.find(([pattern]) => pattern.test(code))?.[1];
  return what && `the proxy cannot be reached, ${what}: check ${placeOfProxy(route)}`;
}
