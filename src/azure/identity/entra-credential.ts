import { readFile } from 'node:fs/promises';
import {
  ClientAssertionCredential,
  ClientCertificateCredential,
  ClientSecretCredential,
  ManagedIdentityCredential,
} from '@azure/identity';
import type { TokenCredential } from '@azure/identity';
import { errorMessage } from '../../async/error-message.ts';
import type { AzureIdentity } from './azure-identity.ts';
import { IdentityError } from './identity-error.ts';
import type { IdentityHttp } from './identity-http.ts';

/** An identity that tokens are issued to. */
export type EntraIdentity = Exclude<AzureIdentity, { readonly kind: 'pat' }>;

/**
 * The Azure SDK's credential for an identity, for one token. It reads no environment but the
 * platform's, for a managed identity. Rejects with an `IdentityError`.
 */
export async function credentialOf(
  identity: EntraIdentity,
  httpClient: IdentityHttp,
): Promise<TokenCredential> {
  // Whoever needs the token asks again, and says so.
  const common = { httpClient, retryOptions: { maxRetries: 0 } };
  if (identity.kind === 'managedIdentity') {
    const { clientId } = identity;
    return new ManagedIdentityCredential({
      ...common,
      ...(clientId !== undefined && { clientId }),
    });
  }
  const { tenant, clientId, authority } = identity;
  // The authority is the one that is configured: nobody else is asked whether it is one.
  const options = { ...common, authorityHost: authority, disableInstanceDiscovery: true };
  switch (identity.kind) {
    case 'workloadIdentity': {
      // Read here: the SDK would put a text of its own around what is wrong with the file.
      const assertion = await assertionIn(identity.tokenFile);
      const given = () => Promise.resolve(assertion);
      return new ClientAssertionCredential(tenant, clientId, given, options);
    }
    case 'clientSecret':
      return new ClientSecretCredential(tenant, clientId, identity.secret.reveal(), options);
    case 'clientCertificate': {
      const certificate = identity.certificate.reveal();
      return new ClientCertificateCredential(tenant, clientId, { certificate }, options);
    }
  }
}

/** The cluster renews it: so it is read each time. */
async function assertionIn(path: string): Promise<string> {
  try {
    const token = (await readFile(path, 'utf8')).trim();
    if (/^[\w-]+\.[\w-]+\.[\w-]+$/.test(token)) return token;
  } catch (error) {
    throw tokenFault(`cannot be read: ${errorMessage(error)}`);
  }
  throw tokenFault('holds no token of a ServiceAccount');

  function tokenFault(problem: string): IdentityError {
    const advice =
      'Project a ServiceAccount token there; with Azure Workload Identity, label the pod `azure.workload.identity/use: "true"`.';
    return new IdentityError(`The file ${path} ${problem}`, advice);
  }
}
