import * as z from 'zod/mini';
import { plainLine } from '../../text/foreign-text.ts';
import { IdentityError } from './identity-error.ts';

interface Refusal {
  readonly codes: readonly number[];
  readonly what: string;
  readonly advice: string;
}

const federatedCredential =
  "It must have the cluster's issuer, the subject `system:serviceaccount:<namespace>:<name>` of the handler's ServiceAccount, and the audience of the projected token, letter by letter.";

/**
 * What Entra refuses, by its codes, and what helps (learn.microsoft.com, "Microsoft Entra
 * authentication and authorization error codes"; the federated ones from azure-workload-identity#340,
 * #1200, Azure/login#482, #517). Codes that are not here are told in Entra's own words.
 */
const refusals: readonly Refusal[] = [
  {
    codes: [7000215],
    what: 'the client secret is wrong',
    advice: "Set the secret's value, which is shown once when it is created, and not its id.",
  },
  {
    codes: [7000222],
    what: 'the client secret has expired',
    advice: 'Create a new one, and put it where the configuration refers to.',
  },
  {
    codes: [700027, 1000502],
    what: 'the certificate is not one that the identity has, or it has expired',
    advice: 'Upload it to the app registration (Certificates & secrets), or renew it.',
  },
  {
    codes: [700016, 7000229, 700030],
    what: 'the tenant has no such identity',
    advice: 'Compare `clientId` and `tenant` with those that its page in Azure shows.',
  },
  {
    codes: [90002, 900023],
    what: 'there is no such tenant',
    advice: 'Compare `tenant` with the Directory (tenant) ID.',
  },
  {
    codes: [70021, 700211, 700212, 700213, 7002138],
    what: "the identity has no federated credential for the cluster's token",
    advice: federatedCredential,
  },
  {
    codes: [700024],
    what: 'the token of the cluster, or the assertion, is not valid at this time',
    advice: 'Check the clock of this machine, and that `tokenFile` is a projected token.',
  },
  {
    codes: [7000112, 7000113, 53003],
    what: 'the identity is disabled, or a policy keeps it out',
    advice: 'Ask whoever runs Entra; its sign-in log says which.',
  },
  {
    codes: [500011],
    what: 'Azure DevOps is not known in that tenant',
    advice: 'Use an identity of the tenant that the organization is connected to.',
  },
];

/** What Entra answers instead of a token. Managed identities say the same, or parts of it. */
const answerSchema = z.object({
  error: z.optional(z.string()),
  error_description: z.optional(z.string()),
  error_codes: z.optional(z.array(z.number())),
});

/** Why Entra gives no token, by its answer. Undefined: the answer is none that says why. */
export function entraRefusal(status: number, text: string): IdentityError | undefined {
  const answer = answerOf(text);
  if (answer === undefined) return undefined;
  const { error = '', error_description: description = '', error_codes: codes = [] } = answer;
  // What follows are ids and times for Microsoft's support.
  const [first = ''] = description.split(/\r?\n| Trace ID:/);
  const words = plainLine(first || error, 400);
  const known = refusals.find((refusal) => codes.some((code) => refusal.codes.includes(code)));
  if (known === undefined) {
    const message = `Entra gives us no token (HTTP ${status}): ${words || 'it does not say why'}`;
    return new IdentityError(message, 'Check `azureDevOps.identity`.');
  }
  return new IdentityError(`Entra gives us no token: ${known.what} (${words})`, known.advice);
}

function answerOf(text: string): z.output<typeof answerSchema> | undefined {
  try {
    const read = z.safeParse(answerSchema, JSON.parse(text));
    return read.success ? read.data : undefined;
  } catch {
    return undefined;
  }
}
