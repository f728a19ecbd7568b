import { readFileSync } from 'node:fs';
import tls from 'node:tls';
import { EntraSimulator, type EntraOptions } from '../../../simulators/entra/simulator.ts';
import type { Registration } from '../../../simulators/entra/registration.ts';

const fixture = (path: string) =>
  readFileSync(new URL(`../../fixtures/${path}`, import.meta.url), 'utf8');

export const tenant = '00000000-0000-4000-8000-00000000000a';
export const clientId = '00000000-0000-4000-8000-00000000000b';
export const azureDevOps = '499b84ac-1321-427f-aa17-267ca6975798';
export const secret = 'client-secret~1';
/** Private key and certificate of the identity. */
export const certificate = fixture('entra/client.key') + fixture('entra/client.pem');
export const cluster = {
  issuer: 'https://cluster.example.com',
  subject: 'system:serviceaccount:argocd:argocd-handler',
  audience: 'api://AzureADTokenExchange',
};

const registration: Registration = {
  clientId,
  secrets: [{ value: secret }, { value: 'old-secret', isExpired: true }],
  certificates: [fixture('entra/client.pem')],
  federatedCredentials: [cluster],
};

/** A tenant in this process that knows our identity in all forms. */
export async function startTenant(options: Partial<EntraOptions> = {}): Promise<EntraSimulator> {
  let issued = 0;
  return EntraSimulator.start({
    ...{ key: fixture('tls/server.key'), cert: fixture('tls/server.pem'), tenant },
    registrations: [registration],
    resources: [azureDevOps],
    issue: () => `entra-token-${++issued}`,
    ...options,
  });
}

/** A token as a cluster projects it: only what Entra reads, and unsigned. */
export function projectedToken(
  { issuer, subject, audience }: typeof cluster = cluster,
  expiresAt = Date.now() + 3_600_000,
): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = { iss: issuer, sub: subject, aud: [audience], exp: Math.floor(expiresAt / 1000) };
  return `${part({ alg: 'RS256', kid: '1' })}.${part(claims)}.${part('signature')}`;
}

/**
 * Makes this process trust the tenant's certificate, like an operator's own CA; the result undoes
 * that.
 */
export function trustTenant(): () => void {
  const before = tls.getCACertificates('default');
  tls.setDefaultCACertificates([...before, fixture('tls/ca.pem')]);
  return () => tls.setDefaultCACertificates(before);
}
