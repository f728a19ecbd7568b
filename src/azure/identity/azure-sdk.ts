/**
 * What we use of the Azure SDK: more than half a megabyte, which is loaded only where an identity of
 * Entra is configured, by `import()` of this file.
 */
export {
  ClientAssertionCredential,
  ClientCertificateCredential,
  ClientSecretCredential,
  ManagedIdentityCredential,
} from '@azure/identity';
export { createHttpHeaders } from '@azure/core-rest-pipeline';
