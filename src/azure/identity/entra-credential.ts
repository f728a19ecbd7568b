import { readFile } from 'node:fs/promises';
import type { TokenCredential } from '@azure/identity';
import { errorMessage } from '../../async/error-message.ts';
import type { AzureIdentity } from './azure-identity.ts';
import { IdentityError } from './identity-error.ts';
import type { IdentityHttp } from './identity-http.ts';

/** An identity for which Entra issues tokens. */
export type EntraIdentity = Exclude<AzureIdentity, { readonly kind: 'pat' }>;

/**
 * The Azure SDK's credential of an identity, for one token. It reads no environment variables, except
 * those of the platform for a managed identity. Rejects with an `IdentityError`.
 */
export async function credentialOf(
  identity: EntraIdentity,
  httpClient: IdentityHttp,
): Promise<TokenCredential> {
  const sdk = await import('./azure-sdk.ts');
  // Callers retry, and say so.
  const common = { httpClient, retryOptions: { maxRetries: 0 } };
  if (identity.kind === 'managedIdentity') {
    const { clientId } = identity;
    return new sdk.ManagedIdentityCredential({
      ...common,
      ...(clientId !== undefined && { clientId }),
    });
  }
  const { tenant, clientId, authority } = identity;
  // The configured authority is trusted, without asking a discovery endpoint about it.
  const options = { ...common, authorityHost: authority, disableInstanceDiscovery: true };
  switch (identity.kind) {
    case 'workloadIdentity': {
      // Read here, because the SDK would wrap file errors in its own text.
      const assertion = await assertionIn(identity.tokenFile);
      const given = () => Promise.resolve(assertion);
      return new sdk.ClientAssertionCredential(tenant, clientId, given, options);
    }
    case 'clientSecret':
      return new sdk.ClientSecretCredential(tenant, clientId, identity.secret.reveal(), options);
    case 'clientCertificate': {
      const certificate = identity.certificate.reveal();
      return new sdk.ClientCertificateCredential(tenant, clientId, { certificate }, options);
    }
  }
}

/** Read each time, because the cluster rotates it. */
async function assertionIn(path: string): Promise<string> {
  try {
    const token = (await readFile(path, 'utf8')).trim();
    if (/^[\w-]+\.[\w-]+\.[\w-]+$/.test(token)) return token;
  } catch (error) {
    throw tokenFault(`cannot be read: ${errorMessage(error)}`);
  }
  throw tokenFault('does not contain a service account token');

  function tokenFault(problem: string): IdentityError {
    const advice =
      'Project a service account token there; with Azure Workload Identity, label the pod `azure.workload.identity/use: "true"`.';
    return new IdentityError(`The file ${path} ${problem}`, advice, true);
  }
}
