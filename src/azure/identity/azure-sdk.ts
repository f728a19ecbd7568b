/**
 * The parts of the Azure SDK that we use. They are large, so this file is loaded by `import()`, and only if
 * an Entra identity is configured.
 */
export {
  ClientAssertionCredential,
  ClientCertificateCredential,
  ClientSecretCredential,
  ManagedIdentityCredential,
} from '@azure/identity';
export { createHttpHeaders } from '@azure/core-rest-pipeline';
