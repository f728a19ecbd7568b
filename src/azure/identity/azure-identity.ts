import type { Secret } from '../../secret.ts';

/** An application or managed identity that is registered in a Microsoft Entra ID tenant. */
interface EntraApplication {
  /** Id or domain of the tenant. */
  readonly tenant: string;
  readonly clientId: string;
  /** The issuer of tokens: `https://login.microsoftonline.com`, without a trailing slash. */
  readonly authority: string;
}

/** Authenticates with a token of its Kubernetes cluster, which Entra trusts (a federated credential). */
export interface WorkloadIdentity extends EntraApplication {
  readonly kind: 'workloadIdentity';
  /** Absolute path of the projected service account token, whose content changes. */
  readonly tokenFile: string;
}

/** Authenticates by the Azure machine on which it runs. */
export interface ManagedIdentity {
  readonly kind: 'managedIdentity';
  /** Client id of a user-assigned identity; absent: the machine's own identity. */
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

/** A personal access token of one organization, or of Azure DevOps Server. */
export interface PersonalAccessToken {
  readonly kind: 'pat';
  readonly token: Secret;
}

/** The identity for calls to Azure DevOps that cannot use a job's token. */
export type AzureIdentity =
  WorkloadIdentity | ManagedIdentity | ClientSecret | ClientCertificate | PersonalAccessToken;
