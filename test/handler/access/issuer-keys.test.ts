import assert from 'node:assert/strict';
import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import tls from 'node:tls';
import { describe, it } from 'mocha';
import { systemClock } from '../../../src/async/clock.ts';
import { IssuerKeys } from '../../../src/handler/access/issuer-keys.ts';
import { freePort } from '../../../simulators/free-port.ts';
import { KubernetesSimulator } from '../../../simulators/kubernetes/api-server.ts';
import {
  ServiceAccountIssuer,
  type TokenRequest,
} from '../../../simulators/kubernetes/service-account-issuer.ts';
import { localhostTls } from '../../simulators/kubernetes/tls.ts';

const audience = 'argocd-handler';
const account: TokenRequest = {
  namespace: 'shop',
  serviceAccount: 'argocd-hooks',
  pod: 'smoke-tests-x7k2p',
  audiences: [audience],
};
const known = { namespace: 'shop', name: 'argocd-hooks', pod: 'smoke-tests-x7k2p' };

describe('The published keys of an issuer', () => {
  let cluster: KubernetesSimulator;
  const faults: unknown[] = [];
  const before = tls.getCACertificates('default');

  beforeEach(async () => {
    tls.setDefaultCACertificates([...before, localhostTls.ca]);
    const port = await freePort();
    const issuer = new ServiceAccountIssuer(`https://localhost:${port}`);
    cluster = await KubernetesSimulator.start(localhostTls, issuer, port);
    faults.length = 0;
  });
  afterEach(async () => {
    await cluster.close();
    tls.setDefaultCACertificates(before);
  });

  /** `pause`: milliseconds until the keys are read again; none, or a long one. */
  function keys(pause = 0, issuer = cluster.issuer.issuer): IssuerKeys {
    const onFault = (error: unknown) => faults.push(error);
    return new IssuerKeys({ issuer, keys: undefined }, systemClock, onFault, pause);
  }
  const kindOf = async (token: string, by = keys()) => {
    const answer = await by.accountOf(token, audience);
    return 'kind' in answer ? answer.kind : 'known';
  };

  it('are found by its discovery document, and read once for many tokens', async () => {
    const by = keys();
    for (let round = 0; round < 3; round++) {
      assert.deepEqual(await by.accountOf(cluster.issuer.issue(account), audience), known);
    }
    assert.equal(cluster.keysRead, 1);
  });

  it('are read again when the issuer signs with a new one, and tokens of the old one remain valid', async () => {
    const by = keys();
    const old = cluster.issuer.issue(account);
    assert.equal(await kindOf(old, by), 'known');
    cluster.issuer.rotate();
    assert.equal(await kindOf(cluster.issuer.issue(account), by), 'known');
    assert.equal(await kindOf(old, by), 'known');
    assert.equal(cluster.keysRead, 2);
  });

  it('are invalid once they are withdrawn and the new ones are read', async () => {
    const by = keys();
    const old = cluster.issuer.issue(account);
    assert.equal(await kindOf(old, by), 'known');
    cluster.issuer.rotate(true);
    assert.equal(await kindOf(cluster.issuer.issue(account), by), 'known');
    assert.equal(await kindOf(old, by), 'unauthenticated');
  });

  it('do not refuse a token whose key has yet to be read, and are read no more often because of it', async () => {
    const by = keys(60_000);
    assert.equal(await kindOf(cluster.issuer.issue(account), by), 'known');
    cluster.issuer.rotate();
    for (let round = 0; round < 5; round++) {
      assert.equal(await kindOf(cluster.issuer.issue(account), by), 'unavailable');
    }
    assert.equal(cluster.keysRead, 1);
  });

  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  /** The claims of a valid token with another header, signed by any key. */
  const forged = (head: object, signature: (text: string) => Buffer): string => {
    const [, claims = ''] = cluster.issuer.issue(account).split('.');
    const text = `${part(head)}.${claims}`;
    return `${text}.${signature(text).toString('base64url')}`;
  };
  const own = generateKeyPairSync('rsa', { modulusLength: 2_048 }).privateKey;
  const byOwn = (text: string) => sign('sha256', Buffer.from(text), own);
  const kid = 'simulator-1';
  const attacks: readonly (readonly [string, () => string])[] = [
    ['no algorithm', () => forged({ alg: 'none', kid }, () => Buffer.from(''))],
    ['no algorithm, and an arbitrary signature', () => forged({ alg: 'none', kid }, byOwn)],
    [
      'the public key used as a shared one',
      () =>
        forged({ alg: 'HS256', kid }, (text) =>
          createHmac('sha256', cluster.issuer.publicKey).update(text).digest(),
        ),
    ],
    ['its own key under the right id', () => forged({ alg: 'RS256', kid }, byOwn)],
    ['its own key under an unknown id', () => forged({ alg: 'RS256', kid: 'x' }, byOwn)],
    ['its own key without an id', () => forged({ alg: 'RS256' }, byOwn)],
    [
      'a key that it contains',
      () => forged({ alg: 'RS256', jwk: own.export({ format: 'jwk' }) }, byOwn),
    ],
    [
      'a key that it links to',
      () => forged({ alg: 'RS256', kid, jku: 'https://evil.example.com/jwks' }, byOwn),
    ],
    ['a critical extension', () => forged({ alg: 'RS256', kid, crit: ['x'] }, byOwn)],
    ['another audience', () => cluster.issuer.issue({ ...account, audiences: ['other'] })],
    ['no audience', () => cluster.issuer.issue({ ...account, audiences: [] })],
    ['an expired lifetime', () => cluster.issuer.issue({ ...account, lifetime: -60 })],
    [
      "another issuer's name",
      () => new ServiceAccountIssuer('https://evil.example.com').issue(account),
    ],
  ];
  for (const [what, token] of attacks) {
    it(`refuse a token with ${what}`, async () => {
      assert.equal(await kindOf(token()), 'unauthenticated');
      assert.deepEqual(faults, []);
    });
  }

  it('refuse a token without an id if there are several', async () => {
    cluster.issuer.rotate();
    assert.equal(await kindOf(forged({ alg: 'RS256' }, byOwn)), 'unauthenticated');
  });

  it('accept a token for several audiences that include us', async () => {
    const audiences = ['https://kubernetes.default.svc', audience];
    assert.equal(await kindOf(cluster.issuer.issue({ ...account, audiences })), 'known');
  });

  const outages: readonly (readonly [string, number, string])[] = [
    ['responds with an error', 500, 'no'],
    ['responds with a page', 200, '<html>'],
    ['responds with something else', 200, '{"keys": "none"}'],
    ['does not exist', 404, ''],
  ];
  for (const [what, status, text] of outages) {
    it(`refuse no token for good if their publisher ${what}, and work again afterward`, async () => {
      const by = keys();
      cluster.faults.keys = { status, text };
      assert.equal(await kindOf(cluster.issuer.issue(account), by), 'unavailable');
      assert.equal(faults.length, 1);
      delete cluster.faults.keys;
      assert.equal(await kindOf(cluster.issuer.issue(account), by), 'known');
    });
  }

  it('are accepted only from the named issuer', async () => {
    const port = new URL(cluster.issuer.issuer).port;
    const by = keys(0, `https://localhost:${port}/`);
    assert.equal(await kindOf(cluster.issuer.issue(account), by), 'unavailable');
    assert.match(String(faults[0]), /is not the document of this issuer/);
  });

  it('can be counted by the check of the configuration', async () => {
    assert.equal(await keys().probe(), `${cluster.issuer.issuer} publishes 1 key`);
    cluster.faults.keys = { status: 500, text: '' };
    await assert.rejects(keys().probe(), /Expected 200 OK/);
  });
});
