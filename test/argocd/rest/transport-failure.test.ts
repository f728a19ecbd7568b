import assert from 'node:assert/strict';
import { TransportError } from '../../../src/argocd/rest/http.ts';
import { classifyTransportError } from '../../../src/argocd/rest/transport-failure.ts';
import {
  directRoute,
  type ConnectionPlace,
  type ConnectionRoute,
} from '../../../src/argocd/rest/connection-route.ts';
import type { Failure } from '../../../src/sync/model/failure.ts';

describe('A call without a response', () => {
  const cases: readonly [string, string, Failure, RegExp][] = [
    ['ECONNREFUSED', 'connect ECONNREFUSED 10.0.0.1:443', 'unavailable', /ECONNREFUSED/],
    ['ECONNRESET', 'socket hang up', 'unavailable', /^socket hang up \(ECONNRESET\)$/],
    ['ETIMEDOUT', 'connect ETIMEDOUT', 'unavailable', /ETIMEDOUT/],
    ['TIMEOUT', 'no response within 20 s', 'unavailable', /within 20 s/],
    ['EAI_AGAIN', 'getaddrinfo EAI_AGAIN argocd', 'unavailable', /EAI_AGAIN/],
    ['Z_DATA_ERROR', 'incorrect header check', 'unavailable', /incorrect header check/],
    ['ENOTFOUND', 'getaddrinfo ENOTFOUND argocd', 'unavailable', /unknown host/],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'self-signed', 'unreachable', /not trusted here/],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'self-signed', 'unreachable', /not trusted here/],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'unable', 'unreachable', /not trusted here/],
    ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'unable', 'unreachable', /not trusted here/],
    ['CERT_HAS_EXPIRED', 'certificate has expired', 'unreachable', /has expired/],
    ['CERT_REVOKED', 'certificate revoked', 'unreachable', /TLS handshake failed/],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'no match', 'unreachable', /for a different host name/],
    ['EPROTO', 'write EPROTO: wrong version number', 'unreachable', /does not speak TLS/],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'ssl', 'unreachable', /does not speak TLS/],
    ['EPROTO', 'alert handshake failure', 'unreachable', /TLS handshake failed/],
    ['HPE_INVALID_CONSTANT', 'Parse Error: Expected HTTP/', 'not-argocd', /not speak HTTP/],
    ['TOO_LARGE', 'the response is larger than 9 bytes', 'not-argocd', /this large/],
    ['ERR_INVALID_CHAR', 'Invalid character in header', 'unreachable', /such as a line break/],
  ];
  const nodeAdvice =
    'self-signed certificate; if the root CA is installed locally, try running Node.js with --use-system-ca';
  it("is described in our words first, then in the library's, but without its advice", () => {
    const error = new TransportError(nodeAdvice, 'DEPTH_ZERO_SELF_SIGNED_CERT', false);
    assert.equal(
      classifyTransportError('GET /x', 'read', error).reason,
      'its certificate is not trusted here: set the CA certificate in the service connection to that of its issuer (self-signed certificate, DEPTH_ZERO_SELF_SIGNED_CERT)',
    );
  });

  it('names the one place where a person fixes it', () => {
    for (const [code, message, ,] of cases) {
      const error = new TransportError(message, code, false);
      for (const proxy of [undefined, 'http://proxy.example.com:3128']) {
        const of = (place: ConnectionPlace) =>
          classifyTransportError('GET /x', 'read', error, { ...directRoute, place, proxy }).reason;
        assert.doesNotMatch(of('the service connection'), /handler|\{place\}/);
        assert.doesNotMatch(
          of('the configuration of the handler'),
          /service connection|agent|\{place\}/,
        );
      }
    }
  });

  it('names the proxy, and blames it if only the proxy was connected to', () => {
    const route: ConnectionRoute = { ...directRoute, proxy: 'http://proxy.example.com:3128' };
    const own = /^(?:ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|ENOTFOUND|EAI_AGAIN)$/;
    const more = ['EHOSTUNREACH', 'ENETUNREACH'].map((code) => [code, `connect ${code}`] as const);
    for (const [code, message] of [...cases, ...more]) {
      const error = new TransportError(message, code, false);
      const { reason } = classifyTransportError('GET /x', 'read', error, route);
      assert.match(reason, /, through the proxy http:\/\/proxy\.example\.com:3128\)$/);
      const blames = /^the proxy cannot be reached, .*: check the agent's --proxyurl \(/;
      assert.equal(blames.test(reason), own.test(code), reason);
    }
  });

  const schemes = [
    ['https', 'ECONNRESET', false, /^it closes .* during the TLS .* start with http:\/\/ \(/],
    ['https', 'ECONNRESET', true, /^socket hang up/],
    ['http', 'ECONNRESET', true, /^it closes .* without a response: .* start with https:\/\/ \(/],
    ['http', 'EPIPE', false, /start with https:\/\/ \(/],
    ['http', 'TIMEOUT', true, /^socket hang up/],
    [undefined, 'ECONNRESET', false, /^socket hang up/],
  ] as const;
  for (const [scheme, code, sent, reason] of schemes) {
    it(`may have the wrong scheme: ${scheme}, ${code}, ${sent ? 'sent' : 'not sent'}`, () => {
      const error = new TransportError('socket hang up', code, sent, { scheme });
      const meaning = classifyTransportError('GET /x', 'read', error, {
        ...directRoute,
        place: 'the configuration of the handler',
      });
      assert.equal(meaning.failure, 'unavailable');
      assert.match(meaning.reason, reason);
      assert.doesNotMatch(meaning.reason, /service connection|\{place\}/);
    });
  }

  for (const [code, message, failure, reason] of cases) {
    it(`is ${failure} for ${code} (${message}) if it was not sent`, () => {
      const error = new TransportError(message, code, false);
      for (const effect of ['read', 'change'] as const) {
        const meaning = classifyTransportError('GET /x', effect, error);
        assert.equal(meaning.failure, failure);
        assert.match(meaning.reason, reason);
        assert.equal(meaning.cause, error);
      }
    });

    it(`is unclear for ${code} (${message}) if a change was sent`, () => {
      const error = new TransportError(message, code, true);
      assert.equal(classifyTransportError('POST /x', 'change', error).failure, 'unclear');
      assert.equal(classifyTransportError('GET /x', 'read', error).failure, failure);
    });
  }
});
