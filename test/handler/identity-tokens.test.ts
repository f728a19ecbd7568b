import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import type { EntraIdentity } from '../../src/azure/identity/entra-credential.ts';
import { IdentityError } from '../../src/azure/identity/identity-error.ts';
import { IdentityTokens } from '../../src/azure/identity/identity-tokens.ts';
import { Secret } from '../../src/secret.ts';
import type { EntraSimulator } from '../../simulators/entra/simulator.ts';
import { noAbort } from '../argocd/rest/server.ts';
import {
  certificate,
  clientId,
  cluster,
  projectedToken,
  secret,
  startTenant,
  tenant,
  trustTenant,
} from '../azure/identity/tenant.ts';

const minute = 60_000;

describe('The tokens of an Entra identity', () => {
  let entra: EntraSimulator;
  let now = 0;
  const clock = { now: () => now, sleep: () => Promise.resolve() };
  const open: IdentityTokens[] = [];
  const folder = mkdtempSync(join(tmpdir(), 'identity-'));
  const tokenFile = join(folder, 'token');
  let distrust: () => void;

  before(() => {
    distrust = trustTenant();
  });
  after(() => {
    distrust();
    rmSync(folder, { recursive: true });
  });
  beforeEach(async () => {
    now = 1_000_000;
    entra = await startTenant();
    writeFileSync(tokenFile, `${projectedToken()}\n`);
  });
  afterEach(async () => {
    await Promise.all(open.splice(0).map((tokens) => tokens.close()));
    await entra.stop();
  });

  function entraIdentity(about: Record<string, unknown>): EntraIdentity {
    const { authority } = entra;
    return { tenant, clientId, authority, ...about } as unknown as EntraIdentity;
  }

  const withSecret = (value = secret) =>
    entraIdentity({ kind: 'clientSecret', secret: new Secret(value) });

  function tokensOf(identity: EntraIdentity): IdentityTokens {
    const tokens = new IdentityTokens(identity, { clock });
    open.push(tokens);
    return tokens;
  }

  async function errorOf(asked: Promise<unknown>): Promise<IdentityError> {
    const error = await asked.then(
      () => assert.fail('there is a token'),
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof IdentityError, inspect(error));
    assert.doesNotMatch(inspect(error), /client-secret~1|old-secret|eyJ/);
    return error;
  }

  const kinds: readonly [string, () => EntraIdentity][] = [
    ['a client secret', () => withSecret()],
    [
      'a certificate',
      () => entraIdentity({ kind: 'clientCertificate', certificate: new Secret(certificate) }),
    ],
    ['a projected token', () => entraIdentity({ kind: 'workloadIdentity', tokenFile })],
  ];
  for (const [what, identityOf] of kinds) {
    it(`are issued for ${what}`, async () => {
      const tokens = tokensOf(identityOf());
      assert.equal((await tokens.token(noAbort)).reveal(), 'entra-token-1');
      assert.deepEqual(entra.faults, []);
      const [{ form } = { form: new URLSearchParams() }] = entra.requests.slice(-1);
      assert.equal(form.get('scope'), '499b84ac-1321-427f-aa17-267ca6975798/.default');
    });
  }

  it('are kept until shortly before they expire, and renewed while still valid', async () => {
    const tokens = tokensOf(withSecret());
    const token = async () => (await tokens.token(noAbort)).reveal();
    assert.equal(await token(), 'entra-token-1');
    now += 49 * minute;
    assert.equal(await token(), 'entra-token-1');
    assert.equal(entra.asked, 1);
    now += 2 * minute;
    assert.equal(await token(), 'entra-token-1');
    while ((await token()) !== 'entra-token-2') await new Promise(setImmediate);
    assert.equal(entra.asked, 2);
  });

  it('are requested again after they have expired', async () => {
    const tokens = tokensOf(withSecret());
    await tokens.token(noAbort);
    now += 58 * minute;
    assert.equal((await tokens.token(noAbort)).reveal(), 'entra-token-2');
  });

  it('remain in use while the issuer is down', async () => {
    const tokens = tokensOf(withSecret());
    await tokens.token(noAbort);
    await entra.stop();
    now += 55 * minute;
    assert.equal((await tokens.token(noAbort)).reveal(), 'entra-token-1');
    now += 4 * minute;
    const error = await errorOf(tokens.token(noAbort));
    assert.match(error.message, /^127\.0\.0\.1:\d+ returned no token: .+ \(\w+\)$/);
    entra = await startTenant();
  });

  it('are requested once at a time', async () => {
    const tokens = tokensOf(withSecret());
    const all = await Promise.all(Array.from({ length: 20 }, () => tokens.token(noAbort)));
    assert.deepEqual([...new Set(all.map((token) => token.reveal()))], ['entra-token-1']);
    assert.equal(entra.asked, 1);
  });

  it('are not requested again and again after a failure', async () => {
    const tokens = tokensOf(withSecret('wrong'));
    await errorOf(tokens.token(noAbort));
    await errorOf(tokens.token(noAbort));
    assert.equal(entra.asked, 1);
    now += 5_000;
    await errorOf(tokens.token(noAbort));
    assert.equal(entra.asked, 2);
  });

  for (const [what, identityOf] of kinds) {
    it(`are renewed if one is refused before it expires, at most once a minute: ${what}`, async () => {
      const tokens = tokensOf(identityOf());
      const token = async (refused?: string) => {
        const given = refused === undefined ? undefined : new Secret(refused);
        return (await tokens.token(noAbort, given)).reveal();
      };
      const first = await token();
      now += 59_999;
      assert.equal(await token(first), first, 'it has hardly been tried');
      now += 1;
      const all = await Promise.all(Array.from({ length: 20 }, () => token(first)));
      assert.deepEqual([...new Set(all)], ['entra-token-2']);
      assert.equal(await token(first), 'entra-token-2', 'somebody else has renewed it');
      assert.equal(await token('entra-token-2'), 'entra-token-2');
      assert.equal(entra.asked, 2);
      now += minute;
      assert.equal(await token('entra-token-2'), 'entra-token-3');
    });
  }

  it('say why a refused one cannot be renewed, and remain in use where they are accepted', async () => {
    const tokens = tokensOf(withSecret());
    const first = await tokens.token(noAbort);
    now += minute;
    entra.registrations = [{ clientId, secrets: [{ value: secret, isExpired: true }] }];
    const error = await errorOf(tokens.token(noAbort, first));
    assert.match(error.message, /the client secret has expired/);
    assert.equal(await tokens.token(noAbort), first);
  });

  it('are awaited by each caller until its own signal', async () => {
    const tokens = tokensOf(withSecret());
    entra.inject({ kind: 'hang' });
    const abort = new AbortController();
    const waiting = tokens.token(abort.signal);
    abort.abort(new Error('enough'));
    await assert.rejects(waiting, /^Error: enough$/);
  });

  it('use the current projected token each time', async () => {
    const tokens = tokensOf(entraIdentity({ kind: 'workloadIdentity', tokenFile }));
    await tokens.token(noAbort);
    const next = projectedToken(cluster, Date.now() + 7_200_000);
    writeFileSync(tokenFile, next);
    now += 59 * minute;
    await tokens.token(noAbort);
    assert.equal(entra.requests.at(-1)?.form.get('client_assertion'), next);
  });

  const file = (content: string) => () => {
    writeFileSync(tokenFile, content);
    return entraIdentity({ kind: 'workloadIdentity', tokenFile });
  };
  const wrongCluster = (part: keyof typeof cluster) =>
    file(projectedToken({ ...cluster, [part]: 'x' }));

  const refusals: readonly [string, () => EntraIdentity, RegExp, RegExp][] = [
    [
      'a wrong secret',
      () => withSecret('no'),
      /^Entra refused a token: the client secret is wrong \(AADSTS7000215: /,
      /the secret.s value, .* not its id/,
    ],
    [
      'an expired secret',
      () => withSecret('old-secret'),
      /the client secret has expired \(AADSTS7000222: [^)]* are expired\.\)$/,
      /Create a new one/,
    ],
    [
      'another tenant',
      () => ({ ...withSecret(), tenant: clientId }) as EntraIdentity,
      /the tenant does not exist \(AADSTS90002: |returned no token/,
      /./,
    ],
    [
      'an unknown identity',
      () => ({ ...withSecret(), clientId: tenant }),
      /the tenant does not contain this identity \(AADSTS700016: /,
      /Compare `clientId` and `tenant`/,
    ],
    ['a cluster that Entra does not know', wrongCluster('issuer'), /AADSTS700211/, /issuer/],
    ['another audience', wrongCluster('audience'), /AADSTS700212/, /audience/],
    [
      'another ServiceAccount',
      wrongCluster('subject'),
      /no federated credential for the cluster's token \(AADSTS700213: /,
      /system:serviceaccount:<namespace>:<name>/,
    ],
    [
      'an expired projected token',
      file(projectedToken(cluster, 1_000)),
      /not valid at this time \(AADSTS700024/,
      /clock/,
    ],
    [
      'a file with other content',
      file('hello'),
      /^The file .*\/token does not contain a service account token$/,
      /azure\.workload\.identity\/use/,
    ],
    [
      'a missing file',
      () => entraIdentity({ kind: 'workloadIdentity', tokenFile: '/nowhere/token' }),
      /^The file \/nowhere\/token cannot be read: .*ENOENT/,
      /Project a service account token/,
    ],
  ];
  for (const [what, identityOf, message, advice] of refusals) {
    it(`are not issued for ${what}`, async () => {
      const error = await errorOf(tokensOf(identityOf()).token(noAbort));
      assert.match(error.message, message);
      assert.match(error.advice, advice);
    });
  }

  it('are not issued for a certificate that is not registered', async () => {
    entra.registrations = [{ clientId }];
    const identity = entraIdentity({
      kind: 'clientCertificate',
      certificate: new Secret(certificate),
    });
    const error = await errorOf(tokensOf(identity).token(noAbort));
    assert.match(error.message, /the certificate is not registered for the identity.*AADSTS700027/);
  });

  for (const [what, fault, message] of [
    [
      'something odd',
      { kind: 'answer', status: 502, body: '<html>' },
      /^127\.0\.0\.1:\d+ returned no token: HTTP 502$/,
    ],
    [
      'an unknown error code',
      {
        kind: 'answer',
        status: 400,
        body: '{"error":"invalid_x","error_description":"AADSTS1: What?\\r\\nTrace ID: 1","error_codes":[1]}',
      },
      /^Entra refused a token \(HTTP 400\): AADSTS1: What\?$/,
    ],
    ['no answer', { kind: 'cut' }, /^127\.0\.0\.1:\d+ returned no token: .*\(/],
  ] as const) {
    it(`are missing, with a message, for ${what}`, async () => {
      entra.inject(fault);
      assert.match((await errorOf(tokensOf(withSecret()).token(noAbort))).message, message);
    });
  }

  it('are not requested from an address that is not on the internet', async () => {
    const identity = withSecret();
    const elsewhere = { ...identity, authority: 'https://entra.example.com' } as EntraIdentity;
    const tokens = new IdentityTokens(elsewhere, {
      clock,
      resolve: (_, __, callback) => callback(null, [{ address: '10.0.0.1', family: 4 }]),
    });
    open.push(tokens);
    const error = await errorOf(tokens.token(noAbort));
    assert.match(error.message, /its address is not allowed \(ADDRESS_REFUSED\)$/);
  });
});
