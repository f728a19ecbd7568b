import assert from 'node:assert/strict';
import type { AzureIdentity } from '../../../src/azure/identity/azure-identity.ts';
import { IdentityError } from '../../../src/azure/identity/identity-error.ts';
import { systemClock } from '../../../src/async/clock.ts';
import { AzureTokens } from '../../../src/handler/follow-ups/azure-tokens.ts';
import { Secret } from '../../../src/secret.ts';
import type { EntraSimulator } from '../../../simulators/entra/simulator.ts';
import { noAbort } from '../../argocd/rest/server.ts';
import { clientId, secret, startTenant, tenant, trustTenant } from '../../azure/identity/tenant.ts';

const fabrikam = 'https://dev.azure.com/fabrikam';
const server = 'https://tfs.example.com/Main';

describe('The tokens for organizations', () => {
  let entra: EntraSimulator;
  let tokens: AzureTokens;
  let distrust: () => void;
  before(() => {
    distrust = trustTenant();
  });
  after(() => distrust());
  beforeEach(async () => {
    entra = await startTenant();
    tokens = new AzureTokens({ clock: systemClock });
  });
  afterEach(async () => {
    await tokens.close();
    await entra.stop();
  });

  const organizations = (pat?: string) => [
    { url: fabrikam, isPrivate: false, pat: undefined },
    { url: server, isPrivate: true, pat: pat === undefined ? undefined : new Secret(pat) },
  ];
  const principal = (value = secret): AzureIdentity => ({
    ...{ kind: 'clientSecret', tenant, clientId, authority: entra.authority },
    secret: new Secret(value),
  });
  const token = async (organization: string) =>
    (await tokens.token(organization, noAbort)).reveal();

  it("are the identity's, unless an organization has its own", async () => {
    tokens.configure({ organizations: organizations('pat-of-main'), identity: principal() });
    assert.equal(await token(fabrikam), 'entra-token-1');
    assert.equal(await token('https://fabrikam.visualstudio.com'), 'entra-token-1');
    assert.equal(await token(server), 'pat-of-main');
  });

  it('are the configured personal access token', async () => {
    const identity = { kind: 'pat', token: new Secret('pat') } as const;
    tokens.configure({ organizations: organizations(), identity });
    assert.equal(await token(server), 'pat');
  });

  it('are kept when something else changes, and requested again with another secret', async () => {
    tokens.configure({ organizations: organizations(), identity: principal() });
    await token(fabrikam);
    tokens.configure({ organizations: organizations('x'), identity: principal() });
    assert.equal(await token(fabrikam), 'entra-token-1');
    tokens.configure({ organizations: organizations(), identity: principal('no') });
    await assert.rejects(token(fabrikam), IdentityError);
    tokens.configure({ organizations: organizations(), identity: principal() });
    assert.equal(await token(fabrikam), 'entra-token-2');
  });

  it('remain the same if a personal access token is refused, until another is configured', async () => {
    const refused = new Secret('pat');
    const identity = { kind: 'pat', token: refused } as const;
    tokens.configure({ organizations: organizations(), identity });
    assert.equal((await tokens.token(server, noAbort, refused)).reveal(), 'pat');
    tokens.configure({ organizations: organizations('next'), identity });
    assert.equal((await tokens.token(server, noAbort, refused)).reveal(), 'next');
  });

  it('are missing, with a message, without an identity', async () => {
    tokens.configure({ organizations: organizations(), identity: undefined });
    await assert.rejects(token(fabrikam), /no Azure DevOps identity/);
  });
});
