import * as z from 'zod/mini';
import type { AzureIdentity } from '../../azure/identity/azure-identity.ts';
import { described, textSetting } from '../../settings/text-setting.ts';
import { parseClientCertificate } from './client-certificate.ts';
import { parsePath } from './file-path.ts';
import { parseSecret } from './secret-setting.ts';
import { parseAuthority, parseClientId, parseTenant } from './entra-names.ts';

const tenant = textSetting(parseTenant, {
  description: 'ID of the Microsoft Entra tenant.',
  examples: ['${env:AZURE_TENANT_ID}'],
});

const clientId = textSetting(parseClientId, {
  description: 'Application (client) ID of the identity.',
  examples: ['${env:AZURE_CLIENT_ID}'],
});

const authority = z.prefault(
  textSetting(parseAuthority, {
    description: 'URL that issues tokens.',
    pattern: '^https://',
  }),
  'https://login.microsoftonline.com',
);

const workloadIdentity = z.pipe(
  described(
    z.strictObject({
      ...{ tenant, clientId, authority },
      tokenFile: z.prefault(
        textSetting(parsePath, {
          description: 'File of the projected service account token, read each time.',
        }),
        '/var/run/secrets/azure/tokens/azure-identity-token',
      ),
    }),
    'Entra Workload ID: a token of the Kubernetes cluster, which Entra trusts by a federated credential.',
  ),
  z.transform((given): AzureIdentity => ({ kind: 'workloadIdentity', ...given })),
);

const managedIdentity = z.pipe(
  described(
    z.strictObject({ clientId: z.optional(clientId) }),
    'The managed identity of an Azure machine; `clientId` only for a user-assigned one.',
  ),
  z.transform((given): AzureIdentity => ({ kind: 'managedIdentity', clientId: given.clientId })),
);

const servicePrincipal = z.pipe(
  described(
    z
      .strictObject({
        ...{ tenant, clientId, authority },
        secret: z.optional(
          textSetting((given) => parseSecret(given), {
            description: 'Its client secret (the value, not the ID), by reference.',
            examples: ['${file:/run/secrets/handler/entra-secret}'],
          }),
        ),
        certificate: z.optional(
          textSetting(parseClientCertificate, {
            description: 'Its private key and certificate as PEM, by reference.',
            examples: ['${file:/run/secrets/handler/entra.pem}'],
          }),
        ),
      })
      .check(({ value, issues }) => {
        if ((value.secret === undefined) !== (value.certificate === undefined)) return;
        const message = value.secret ? 'it has a secret and a certificate' : 'it has no secret';
        const params = { advice: 'Set `secret` or `certificate`, one of the two.' };
        issues.push({ code: 'custom', message, params, input: value });
      }),
    'A service principal with a secret or certificate.',
  ),
  z.transform(({ secret, certificate, ...rest }): AzureIdentity =>
    certificate === undefined
      ? { kind: 'clientSecret', ...rest, secret: secret as NonNullable<typeof secret> }
      : { kind: 'clientCertificate', ...rest, certificate },
  ),
);

/** A personal access token, by reference. */
export const personalAccessToken = (description: string) =>
  textSetting((given) => parseSecret(given), {
    description,
    examples: ['${file:/run/secrets/handler/pat}'],
  });

const pat = z.pipe(
  personalAccessToken('A personal access token, by reference. It works for one organization.'),
  z.transform((token): AzureIdentity => ({ kind: 'pat', token })),
);

const kinds = {
  workloadIdentity: z.optional(workloadIdentity),
  managedIdentity: z.optional(managedIdentity),
  servicePrincipal: z.optional(servicePrincipal),
  pat: z.optional(pat),
};

/** The setting `azureDevOps.identity`: one kind, by its name. */
export const identitySchema = z.pipe(
  described(
    z.strictObject(kinds).check(({ value, issues }) => {
      const given = Object.values(value).filter((each) => each !== undefined);
      // A misspelled one is reported as such.
      if (given.length === 1 || issues.length > 0) return;
      const message =
        given.length === 0 ? 'it names no identity' : 'it names more than one identity';
      const params = { advice: `Set one of: ${Object.keys(kinds).join(', ')}.` };
      issues.push({ code: 'custom', message, params, input: value });
    }),
    'The identity that queues pipelines; required for `followUps`, `grants` and the action `queue`.',
  ),
  z.transform((given) => Object.values(given).find(Boolean) as AzureIdentity),
);
