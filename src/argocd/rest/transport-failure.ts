import type { Failure } from '../../sync/model/failure.ts';
import { ArgoCDError } from '../argocd-error.ts';
import type { Effect } from './answer.ts';
import { libraryWords } from './failure-words.ts';
import type { TransportError } from './http.ts';
import { placeOfProxy, straight, throughProxy, type Way } from './way.ts';

interface LastingFailure {
  readonly pattern: RegExp;
  readonly failure: Failure;
  /** `{place}`: where a person mends it. */
  readonly advice: string;
}

/** Failures of a call without an answer that mostly a person must mend, by Node's codes and words. */
const lasting: readonly LastingFailure[] = [
  {
    pattern: /SELF_SIGNED|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER|CERT_UNTRUSTED/,
    failure: 'unreachable',
    advice:
      'its certificate is not trusted here: give the certificate of its authority as the CA certificate in {place}',
  },
  {
    pattern: /CERT_HAS_EXPIRED|CERT_NOT_YET_VALID/,
    failure: 'unreachable',
    advice: 'its certificate is out of date: renew it',
  },
  {
    pattern: /ALTNAME/,
    failure: 'unreachable',
    advice:
      'its certificate is for another name: use the name that it was issued for in the URL in {place}',
  },
  {
    pattern: /wrong version number|WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG/,
    failure: 'unreachable',
    advice:
      'it does not speak TLS there: check the port in {place}, and whether the URL should begin with http://',
  },
  {
    pattern: /^(?:EPROTO|ERR_SSL_|ERR_TLS_|CERT_|INVALID_CA|INVALID_PURPOSE)/,
    failure: 'unreachable',
    advice: 'TLS cannot be agreed on with it: check its certificate and its versions of TLS',
  },
  {
    // It also is what a name server says while it starts, or a network that is switched over.
    pattern: /^ENOTFOUND/,
    failure: 'unavailable',
    advice: 'unknown host: check the URL in {place}, and whether the name can be resolved here',
  },
  {
    pattern: /^HPE_/,
    failure: 'not-argocd',
    advice:
      'it does not speak HTTP there: check the port in {place}, and whether the URL should begin with https://',
  },
  {
    pattern: /^TOO_LARGE/,
    failure: 'not-argocd',
    advice: 'nothing that is asked of Argo CD is so large: check the URL in {place}',
  },
  {
    pattern: /^(?:ERR_INVALID_CHAR|ERR_INVALID_HTTP_TOKEN|ERR_INVALID_URL)|^URI malformed/,
    failure: 'unreachable',
    advice:
      'the token, an extra header or the URL holds a character that HTTP does not allow, such as a line break: enter it again in {place}',
  },
];

/** The same for failures that may pass, with what to look at if they do not. */
const passing: readonly (readonly [RegExp, string])[] = [
  [/^ECONNREFUSED/, 'nothing listens there: check host and port in {place}'],
  [
    /^(?:EHOSTUNREACH|ENETUNREACH|ETIMEDOUT)/,
    'no way leads there: check the URL in {place}, and firewalls',
  ],
  [/^EAI_AGAIN/, 'the name of the host cannot be looked up now: check the URL in {place}, and DNS'],
];

/** A connection that the other side closed. */
const closed = /^(?:ECONNRESET|ECONNABORTED|EPIPE)/;

/** Argo CD, among others, says no word to those who speak TLS where it does not, or the other way round. */
function schemeAdvice({ code, sent, scheme }: TransportError): string | undefined {
  if (scheme === undefined || !closed.test(code)) return undefined;
  if (scheme === 'http') {
    return 'it closes the connection without an answer: check the port in {place}, and whether the URL should begin with https://';
  }
  return sent
    ? undefined
    : 'it closes the connection before TLS is agreed on: check the port in {place}, and whether the URL should begin with http://';
}

/** What is said where there is a proxy: it alone is connected to, and it alone is looked up. */
const ofProxy: readonly (readonly [RegExp, string])[] = [
  [/^ECONNREFUSED/, 'nothing listens there'],
  [/^(?:EHOSTUNREACH|ENETUNREACH|ETIMEDOUT)/, 'no way leads there'],
  [/^(?:ENOTFOUND|EAI_AGAIN)/, 'its name cannot be looked up here'],
];

/**
 * What a call without an answer means: not sent, it was not done; sent, that is not known. Our words
 * come first, those of the library last.
 */
export function classifyTransportError(
  call: string,
  effect: Effect,
  error: TransportError,
  way: Way = straight,
): ArgoCDError {
  const { code, message, sent } = error;
  const known = lasting.find(({ pattern }) => pattern.test(code) || pattern.test(message));
  const ours =
    ofTheProxy(code, way) ?? known?.advice ?? adviceInPassing(code) ?? schemeAdvice(error);
  const theirs = libraryWords(message) || code;
  const reason =
    ours === undefined
      ? `${theirs} (${code}${throughProxy(way)})`
      : `${ours.replace('{place}', way.place)} (${theirs.includes(code) ? theirs : `${theirs}, ${code}`}${throughProxy(way)})`;
  const isUnclear = effect === 'change' && sent;
  const failure = isUnclear ? 'unclear' : (known?.failure ?? 'unavailable');
  return new ArgoCDError(call, reason, { failure, cause: error });
}

function adviceInPassing(code: string): string | undefined {
  return passing.find(([pattern]) => pattern.test(code))?.[1];
}

function ofTheProxy(code: string, way: Way): string | undefined {
  if (way.proxy === undefined) return undefined;
  const what = ofProxy.find(([pattern]) => pattern.test(code))?.[1];
  return what && `the proxy cannot be reached, ${what}: check ${placeOfProxy(way)}`;
}
