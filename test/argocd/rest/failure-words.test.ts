import assert from 'node:assert/strict';
import { adviceOn, libraryWords } from '../../../src/argocd/rest/failure-words.ts';
import { directRoute, type ConnectionRoute } from '../../../src/argocd/rest/connection-route.ts';

describe('The message of a failed connection', () => {
  for (const [message, words] of [
    ['connect ECONNREFUSED 127.0.0.1:1', 'connect ECONNREFUSED 127.0.0.1:1'],
    [
      'unable to verify the first certificate; if the root CA is installed locally, try running Node.js with --use-system-ca',
      'unable to verify the first certificate',
    ],
    ['untrusted. Set NODE_TLS_REJECT_UNAUTHORIZED=0', 'untrusted'],
    ['try --insecure-http-parser', ''],
    [
      'write EPROTO 80DB:error:0A00010B:SSL routines:ssl3_get_record:wrong version number:../deps/x.c:355:\n',
      'wrong version number',
    ],
    [
      "Host: argocd. is not in the cert's altnames: DNS:a.example.com",
      "Host: argocd; is not in the cert's altnames: DNS:a.example.com",
    ],
  ] as const) {
    it(`is the library's without its advice: ${message}`, () => {
      assert.equal(libraryWords(message), words);
    });
  }

  for (const [url, reason, isTold] of [
    ['http://argocd:80', 'it redirects to https://argocd; the token is not sent there', true],
    ['http://ArgoCD.example.com', 'it redirects to https://argocd.example.com:8443/api', true],
    ['http://[::1]:80', 'it redirects to https://[::1]/api', true],
    ['http://argocd', 'HTTP 400: "Client sent an HTTP request to an HTTPS server.', true],
    ['http://argocd', 'The plain HTTP request was sent to HTTPS port', true],
    ['http://argocd', 'it redirects to https://login.example.com/x', false],
    ['http://argocd', 'it redirects to /login', false],
    ['https://argocd', 'it redirects to https://argocd/login', false],
  ] as const) {
    it(`${isTold ? 'says' : 'does not say'} that the URL starts with https://: ${url}, ${reason}`, () => {
      const advice =
        adviceOn('not-argocd', { kind: 'token' }, { ...directRoute, url }, reason) ?? '';
      assert.equal(advice === 'Start the URL in the service connection with https://.', isTold);
    });
  }

  it('says what to do about refused credentials, and where they are set', () => {
    const handler: ConnectionRoute = { ...directRoute, place: 'the configuration of the handler' };
    const [token, password] = [{ kind: 'token' }, { kind: 'password' }] as const;
    assert.match(
      adviceOn('unauthenticated', token, directRoute) ?? '',
      /^The token is invalid.*service connection/,
    );
    assert.match(
      adviceOn('unauthenticated', token, handler) ?? '',
      /^The token is invalid.*configuration of the handler/,
    );
    assert.doesNotMatch(adviceOn('unauthenticated', password, directRoute) ?? '', /token/);
    assert.equal(adviceOn('busy', token, directRoute), undefined);
  });

  it('names the proxy that may have blocked the connection', () => {
    const token = { kind: 'token' } as const;
    const route: ConnectionRoute = { ...directRoute, proxy: 'http://proxy:3128' };
    assert.match(
      adviceOn('unavailable', token, route) ?? '',
      /that the proxy http:\/\/proxy:3128 allows/,
    );
    assert.match(
      adviceOn('unavailable', token, directRoute) ?? '',
      /that a proxy or firewall allows/,
    );
  });
});
