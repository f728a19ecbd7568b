import type { Failure } from '../../sync/failure.ts';
import { ArgoCDError } from '../argocd-error.ts';
import type { Effect } from './answer.ts';
import type { TransportError } from './http.ts';

interface LastingFailure {
  readonly pattern: RegExp;
  readonly failure: Failure;
  readonly advice: string;
}

/** Failures of a call without an answer that only a person can mend, by Node's codes and words. */
const lasting: readonly LastingFailure[] = [
  {
    pattern: /SELF_SIGNED|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER|CERT_UNTRUSTED/,
    failure: 'unreachable',
    advice:
      'its certificate is not trusted here: give the certificate of its authority as the CA certificate of the service connection (of the handler: as ca)',
  },
  {
    pattern: /CERT_HAS_EXPIRED|CERT_NOT_YET_VALID/,
    failure: 'unreachable',
    advice: 'its certificate is out of date: renew it',
  },
  {
    pattern: /ALTNAME/,
    failure: 'unreachable',
    advice: 'its certificate is for another name: use the name that it was issued for in the URL',
  },
  {
    pattern: /wrong version number|WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG/,
    failure: 'unreachable',
    advice:
      'it does not speak TLS there: check the port, and whether the URL should begin with http://',
  },
  {
    pattern: /^(?:EPROTO|ERR_SSL_|ERR_TLS_|CERT_|INVALID_CA|INVALID_PURPOSE)/,
    failure: 'unreachable',
    advice: 'TLS cannot be agreed on with it: check its certificate and its versions of TLS',
  },
  {
    pattern: /^ENOTFOUND/,
    failure: 'unreachable',
    advice: 'no such host: check the URL, and whether the name can be resolved here',
  },
  {
    pattern: /^HPE_/,
    failure: 'not-argocd',
    advice:
      'it does not speak HTTP there: check the port, and whether the URL should begin with https://',
  },
  {
    pattern: /^TOO_LARGE/,
    failure: 'not-argocd',
    advice: 'nothing that is asked of Argo CD is so large: check the URL',
  },
  {
    pattern: /^(?:ERR_INVALID_CHAR|ERR_INVALID_HTTP_TOKEN|ERR_INVALID_URL)/,
    failure: 'unreachable',
    advice:
      'the token, an extra header or the URL holds a character that HTTP does not allow, such as a line break: write it anew in the service connection, or in the configuration of the handler',
  },
];

/** What a call without an answer means: not sent, it was not done; sent, that is not known. */
export function meaningOfSilence(call: string, effect: Effect, error: TransportError): ArgoCDError {
  const { code, message, sent } = error;
  const known = lasting.find(({ pattern }) => pattern.test(code) || pattern.test(message));
  const reason = `${message} (${known?.advice ?? code})`;
  const isUnclear = effect === 'change' && sent;
  const failure = isUnclear ? 'unclear' : (known?.failure ?? 'unavailable');
  return new ArgoCDError(call, reason, { failure, cause: error });
}
