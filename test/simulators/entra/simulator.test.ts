import assert from 'node:assert/strict';
import { Agent, request } from 'undici';
import type { EntraSimulator } from '../../../simulators/entra/simulator.ts';
import {
  azureDevOps,
  clientId,
  projectedToken,
  secret,
  startTenant,
  tenant,
} from '../../azure/identity/tenant.ts';

const jwtBearer = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

describe('The simulated Entra tenant', () => {
  let entra: EntraSimulator;
  const dispatcher = new Agent({ connect: { rejectUnauthorized: false } });
  before(async () => {
    entra = await startTenant();
  });
  after(async () => {
    await dispatcher.close();
    await entra.stop();
  });

  const form = {
    grant_type: 'client_credentials',
    client_id: clientId,
    client_secret: secret,
    scope: `${azureDevOps}/.default`,
  };

  async function ask(about: Readonly<Record<string, string>>, to = tenant) {
    const { statusCode, body } = await request(`${entra.authority}/${to}/oauth2/v2.0/token`, {
      ...{ dispatcher, method: 'POST' },
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams(about).toString(),
    });
    const json = (await body.json()) as Record<string, unknown>;
    return { statusCode, json };
  }

  it('issues a token', async () => {
    const { statusCode, json } = await ask(form);
    assert.equal(statusCode, 200);
    assert.deepEqual(Object.keys(json), [
      'token_type',
      'expires_in',
      'ext_expires_in',
      'access_token',
    ]);
  });

  it('issues a token for one of the cluster', async () => {
    const { grant_type, client_id, scope } = form;
    const rest = { grant_type, client_id, scope };
    const assertion = { client_assertion: projectedToken(), client_assertion_type: jwtBearer };
    assert.equal((await ask({ ...rest, ...assertion })).statusCode, 200);
  });

  for (const [what, about, code] of [
    ['another grant', { grant_type: 'password' }, 70003],
    ['a delegated scope', { scope: `${azureDevOps}/user_impersonation` }, 1002012],
    ['a missing resource', { scope: 'api://other/.default' }, 500011],
    ['a missing identity', { client_id: tenant }, 700016],
    ['a wrong secret', { client_secret: 'x' }, 7000215],
    ['an expired secret', { client_secret: 'old-secret' }, 7000222],
  ] as const) {
    it(`refuses ${what}, in Entra's form`, async () => {
      const { statusCode, json } = await ask({ ...form, ...about });
      assert.ok(statusCode === 400 || statusCode === 401);
      assert.deepEqual(json['error_codes'], [code]);
      assert.match(String(json['error_description']), new RegExp(`^AADSTS${code}: .+ Trace ID: `));
    });
  }

  it('refuses another tenant', async () => {
    assert.deepEqual((await ask(form, clientId)).json['error_codes'], [90002]);
  });

  it("reports anything undocumented as the caller's fault", async () => {
    const { body } = await request(`${entra.authority}/elsewhere`, { dispatcher });
    await body.dump();
    assert.deepEqual(entra.faults.splice(0), ['GET /elsewhere: there is no such operation.']);
  });
});
