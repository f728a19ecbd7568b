import type { Secret } from '../../secret.ts';

/** An application, or managed identity, that is registered in a tenant of Microsoft Entra ID. */
interface EntraApplication {
  /** Id or domain of the tenant. */
  readonly tenant: string;
  readonly clientId: string;
  /** Where tokens are issued: `https://login.microsoftonline.com`, without a slash at the end. */
  readonly authority: string;
}

/** Proves itself by a token of its Kubernetes cluster, which Entra trusts (a federated credential). */
export interface WorkloadIdentity extends EntraApplication {
  readonly kind: 'workloadIdentity';
  /** Absolute path of the projected ServiceAccount token; its content changes. */
  readonly tokenFile: string;
}

/** Proves itself by the machine in Azure that it runs on. */
export interface ManagedIdentity {
  readonly kind: 'managedIdentity';
  /** Of a user-assigned one; absent: the machine's own. */
  readonly clientId: string | undefined;
}

/** A service principal with a secret. */
export interface ClientSecret extends EntraApplication {
  readonly kind: 'clientSecret';
  readonly secret: Secret;
}

/** A service principal with a certificate. */
export interface ClientCertificate extends EntraApplication {
  readonly kind: 'clientCertificate';
  /** Private key and certificate, as PEM. */
  readonly certificate: Secret;
}

/** A personal access token of one organization, or of a server on premises. */
export interface PersonalAccessToken {
  readonly kind: 'pat';
  readonly token: Secret;
}

/** As whom we call Azure DevOps where no job's token does: one of these. */
export type AzureIdentity =
  WorkloadIdentity | ManagedIdentity | ClientSecret | ClientCertificate | PersonalAccessToken;
