import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { readConfig } from '../../../src/handler/config/read-config.ts';
import type { ReferenceSource } from '../../../src/handler/config/references.ts';
import { client, printAll, tenant } from './whole-config.ts';

const fixture = (name: string) =>
  readFileSync(new URL(`../../fixtures/entra/${name}`, import.meta.url), 'utf8');
const source: ReferenceSource = {
  env: { TENANT: tenant },
  readFile: () => fixture('client.key') + fixture('client.pem'),
};

function read(identity: string) {
  const text = `azureDevOps:\n  identity: ${identity}\n`;
  return readConfig(text, '/srv', source);
}

/** The identity in a text, with its secrets in plain text. */
function identityOf(text: string): unknown {
  const reading = read(text);
  assert.ok('config' in reading, 'faults' in reading ? printAll(reading.faults).join('\n') : '');
  const { identity } = reading.config.azureDevOps;
  return identity && { ...identity };
}

function faultsOf(text: string): readonly string[] {
  const reading = read(text);
  return 'faults' in reading ? printAll(reading.faults) : [];
}

const authority = 'https://login.microsoftonline.com';
const names = `tenant: ${tenant}, clientId: ${client}`;

describe('The identity for Azure DevOps', () => {
  it('is a workload identity', () => {
    const known = { kind: 'workloadIdentity', tenant, clientId: client, authority };
    assert.deepEqual(identityOf(`{ workloadIdentity: { ${names} } }`), {
      ...known,
      tokenFile: '/var/run/secrets/azure/tokens/azure-identity-token',
    });
    const own = `{ workloadIdentity: { tenant: '\${env:TENANT}', clientId: ${client}, tokenFile: t } }`;
    assert.deepEqual(identityOf(own), { ...known, tokenFile: '/srv/t' });
  });

  it('is a managed identity', () => {
    assert.deepEqual(identityOf('{ managedIdentity: {} }'), {
      kind: 'managedIdentity',
      clientId: undefined,
    });
    assert.deepEqual(identityOf(`{ managedIdentity: { clientId: ${client} } }`), {
      kind: 'managedIdentity',
      clientId: client,
    });
  });

  it('is a service principal with a secret', () => {
    const text = `{ servicePrincipal: { ${names}, secret: a~b, authority: 'https://localhost:1' } }`;
    const { secret, ...rest } = identityOf(text) as { readonly secret: { reveal(): string } };
    assert.equal(secret.reveal(), 'a~b');
    assert.deepEqual(rest, {
      kind: 'clientSecret',
      tenant,
      clientId: client,
      authority: 'https://localhost:1',
    });
  });

  it('is a service principal with a certificate', () => {
    const text = `{ servicePrincipal: { ${names}, certificate: '\${file:x}' } }`;
    const { certificate, ...rest } = identityOf(text) as {
      readonly certificate: { reveal(): string };
    };
    assert.match(certificate.reveal(), /PRIVATE KEY[^]*BEGIN CERTIFICATE/);
    assert.deepEqual(rest, { kind: 'clientCertificate', tenant, clientId: client, authority });
  });

  it('is a personal access token', () => {
    const { token } = identityOf('{ pat: abc }') as { readonly token: { reveal(): string } };
    assert.equal(token.reveal(), 'abc');
  });

  const choices = 'Set one of: workloadIdentity, managedIdentity, servicePrincipal, pat.';
  for (const [text, fault] of [
    ['{}', `azureDevOps.identity: it names no identity. ${choices}`],
    [
      '{ pat: a, managedIdentity: {} }',
      `azureDevOps.identity: it names more than one identity. ${choices}`,
    ],
    [
      '{ managedIdentitty: {} }',
      'azureDevOps.identity.managedIdentitty: unknown setting. Did you mean `managedIdentity`?',
    ],
    [
      `{ servicePrincipal: { ${names} } }`,
      'azureDevOps.identity.servicePrincipal: it has no secret. Set `secret` or `certificate`, one of the two.',
    ],
    [
      `{ servicePrincipal: { ${names}, secret: a, certificate: '\${file:x}' } }`,
      'azureDevOps.identity.servicePrincipal: it has a secret and a certificate. Set `secret` or `certificate`, one of the two.',
    ],
    [
      `{ workloadIdentity: { tenant: common, clientId: ${client} } }`,
      "azureDevOps.identity.workloadIdentity.tenant: it is not a tenant ID. Use the Directory (tenant) ID from the identity's page in Azure.",
    ],
    [
      `{ workloadIdentity: { ${names}, tokenFile: ' ' } }`,
      'azureDevOps.identity.workloadIdentity.tokenFile: it is not a path. Use a path such as `./data/handler.db`.',
    ],
  ] as const) {
    it(`is refused: ${text.slice(0, 60)}`, () => {
      assert.deepEqual(faultsOf(text), [`handler.yaml:2: ${fault}`]);
    });
  }
});
