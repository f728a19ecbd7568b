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

  /** `pause`: milliseconds after which the keys are read again; none, or a long one. */
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

  it('are read again when it signs by a new one, and tokens of the old one still count', async () => {
    const by = keys();
    const old = cluster.issuer.issue(account);
    assert.equal(await kindOf(old, by), 'known');
    cluster.issuer.rotate();
    assert.equal(await kindOf(cluster.issuer.issue(account), by), 'known');
    assert.equal(await kindOf(old, by), 'known');
    assert.equal(cluster.keysRead, 2);
  });

  it('do not count any more once they are withdrawn and the new ones are read', async () => {
    const by = keys();
    const old = cluster.issuer.issue(account);
    assert.equal(await kindOf(old, by), 'known');
    cluster.issuer.rotate(true);
    assert.equal(await kindOf(cluster.issuer.issue(account), by), 'known');
    assert.equal(await kindOf(old, by), 'unauthenticated');
  });

  it('make nobody a stranger for whom they are only not read yet, and are read no more often for that', async () => {
    const by = keys(60_000);
    assert.equal(await kindOf(cluster.issuer.issue(account), by), 'known');
    cluster.issuer.rotate();
    for (let round = 0; round < 5; round++) {
      assert.equal(await kindOf(cluster.issuer.issue(account), by), 'unavailable');
    }
    assert.equal(cluster.keysRead, 1);
  });

  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  /** The claims of a good token under another head, signed by whoever can. */
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
    ['no algorithm, and something for a signature', () => forged({ alg: 'none', kid }, byOwn)],
    [
      'a shared key that is the public one',
      () =>
        forged({ alg: 'HS256', kid }, (text) =>
          createHmac('sha256', cluster.issuer.publicKey).update(text).digest(),
        ),
    ],
    ['a key of its own under the id of the right one', () => forged({ alg: 'RS256', kid }, byOwn)],
    ['a key of its own under an unknown id', () => forged({ alg: 'RS256', kid: 'x' }, byOwn)],
    ['a key of its own and no id', () => forged({ alg: 'RS256' }, byOwn)],
    [
      'a key that it brings along',
      () => forged({ alg: 'RS256', jwk: own.export({ format: 'jwk' }) }, byOwn),
    ],
    [
      'a key that it says where to read',
      () => forged({ alg: 'RS256', kid, jku: 'https://evil.example.com/jwks' }, byOwn),
    ],
    [
      'an extension that must be understood',
      () => forged({ alg: 'RS256', kid, crit: ['x'] }, byOwn),
    ],
    ['another audience', () => cluster.issuer.issue({ ...account, audiences: ['other'] })],
    ['no audience', () => cluster.issuer.issue({ ...account, audiences: [] })],
    ['the end of its time', () => cluster.issuer.issue({ ...account, lifetime: -60 })],
    [
      'the name of another issuer',
      () => new ServiceAccountIssuer('https://evil.example.com').issue(account),
    ],
  ];
  for (const [what, token] of attacks) {
    it(`refuse a token with ${what}`, async () => {
      assert.equal(await kindOf(token()), 'unauthenticated');
      assert.deepEqual(faults, []);
    });
  }

  it('refuse a token without an id where there are several', async () => {
    cluster.issuer.rotate();
    assert.equal(await kindOf(forged({ alg: 'RS256' }, byOwn)), 'unauthenticated');
  });

  it('take a token for several audiences, of which we are one', async () => {
    const audiences = ['https://kubernetes.default.svc', audience];
    assert.equal(await kindOf(cluster.issuer.issue({ ...account, audiences })), 'known');
  });

  const outages: readonly (readonly [string, number, string])[] = [
    ['answers with a fault', 500, 'no'],
    ['answers with a page', 200, '<html>'],
    ['answers with something else', 200, '{"keys": "none"}'],
    ['is not there', 404, ''],
  ];
  for (const [what, status, text] of outages) {
    it(`make nobody a stranger when whoever publishes them ${what}, and count again afterward`, async () => {
      const by = keys();
      cluster.faults.keys = { status, text };
      assert.equal(await kindOf(cluster.issuer.issue(account), by), 'unavailable');
      assert.equal(faults.length, 1);
      delete cluster.faults.keys;
      assert.equal(await kindOf(cluster.issuer.issue(account), by), 'known');
    });
  }

  it('are taken from nobody but the issuer that is named', async () => {
    const port = new URL(cluster.issuer.issuer).port;
    const by = keys(0, `https://localhost:${port}/`);
    assert.equal(await kindOf(cluster.issuer.issue(account), by), 'unavailable');
    assert.match(String(faults[0]), /is not the document of this issuer/);
  });

  it('can be counted by whoever checks the configuration', async () => {
    assert.equal(await keys().probe(), `${cluster.issuer.issuer} publishes 1 key`);
    cluster.faults.keys = { status: 500, text: '' };
    await assert.rejects(keys().probe());
  });
});
