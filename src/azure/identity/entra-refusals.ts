import * as z from 'zod/mini';
import { plainLine } from '../../text/foreign-text.ts';
import { IdentityError } from './identity-error.ts';

interface Refusal {
  readonly codes: readonly number[];
  readonly what: string;
  readonly advice: string;
}

const federatedCredential =
  "It must have the cluster's issuer, the subject `system:serviceaccount:<namespace>:<name>` of the handler's service account, and the audience of the projected token, all exactly.";

/**
 * Entra's error codes, and what helps (learn.microsoft.com, "Microsoft Entra authentication and
 * authorization error codes"; for federated credentials azure-workload-identity#340, #1200,
 * Azure/login#482, #517). Other codes are reported in Entra's own words.
 */
const refusals: readonly Refusal[] = [
  {
    codes: [7000215],
    what: 'the client secret is wrong',
    advice: "Use the secret's value, which is shown once on creation, not its id.",
  },
  {
    codes: [7000222],
    what: 'the client secret has expired',
    advice: 'Create a new one, and store it where the configuration refers to.',
  },
  {
    codes: [700027, 1000502],
    what: 'the certificate is not registered for the identity, or has expired',
    advice: 'Upload it to the app registration (Certificates & secrets), or renew it.',
  },
  {
    codes: [700016, 7000229, 700030],
    what: 'the tenant does not contain this identity',
    advice: 'Compare `clientId` and `tenant` with the page of the identity in Azure.',
  },
  {
    codes: [90002, 900023],
    what: 'the tenant does not exist',
    advice: 'Compare `tenant` with the Directory (tenant) ID.',
  },
  {
    codes: [70021, 700211, 700212, 700213, 7002138],
    what: "the identity has no federated credential for the cluster's token",
    advice: federatedCredential,
  },
  {
    codes: [700024],
    what: "the cluster's token, or the assertion, is not valid at this time",
    advice: 'Check the clock of this machine, and that `tokenFile` is a projected token.',
  },
  {
    codes: [7000112, 7000113, 53003],
    what: 'the identity is disabled, or a policy blocks it',
    advice: 'Ask the administrator of Entra; the sign-in log shows which.',
  },
  {
    codes: [500011],
    what: 'Azure DevOps is not known in that tenant',
    advice: 'Use an identity of the tenant that the organization is connected to.',
  },
];

/**
 * Entra's error response. The instance metadata service sends the same, or parts of it; App Service has
 * a `message`, which older versions write with a capital.
 */
const answerSchema = z.object({
  error: z.optional(z.string()),
  error_description: z.optional(z.string()),
  error_codes: z.optional(z.array(z.number())),
  message: z.optional(z.string()),
  Message: z.optional(z.string()),
});

/** Reads from an answer why Entra refuses a token. Undefined if the answer does not say. */
export function entraRefusal(status: number, text: string): IdentityError | undefined {
  return refusalOf('Entra', status, answerOf(text));
}

/**
 * Like `entraRefusal`, for the platform of a managed identity. It has no codes; users report `Identity
 * not found` (instance metadata service, azure-sdk-for-net#37278), and `No User Assigned or Delegated
 * Managed Identity found for …` or `No MSI found for …` (App Service, azure-search-openai-demo#2148,
 * azure-docs#43543).
 */
export function platformRefusal(status: number, text: string): IdentityError | undefined {
  const answer = answerOf(text);
  if (answer !== undefined && /\b(?:identity|MSI)\b.* found\b/i.test(wordsOf(answer))) {
    const message = `The platform refused a token: the machine or service of the handler does not have this managed identity (${wordsOf(answer)})`;
    const advice =
      'Assign the identity to it (its page in Azure, Identity), and compare `clientId` with the page of the identity; without `clientId`, the system-assigned identity is used.';
    return new IdentityError(message, advice, true);
  }
  return refusalOf('The platform', status, answer);
}

type Answer = z.output<typeof answerSchema>;

function refusalOf(
  issuer: string,
  status: number,
  answer: Answer | undefined,
): IdentityError | undefined {
  if (answer === undefined) return undefined;
  const { error_codes: codes = [] } = answer;
  const words = wordsOf(answer);
  const known = refusals.find((refusal) => codes.some((code) => refusal.codes.includes(code)));
  if (known === undefined) {
    const message = `${issuer} refused a token (HTTP ${status}): ${words || 'it gave no reason'}`;
    // Throttling and faults of the issuer are transient.
    const isFinal = status < 500 && status !== 408 && status !== 429;
    return new IdentityError(message, 'Check `azureDevOps.identity`.', isFinal);
  }
  return new IdentityError(
    `${issuer} refused a token: ${known.what} (${words})`,
    known.advice,
    true,
  );
}

function wordsOf({ error = '', error_description: description = '', ...answer }: Answer): string {
  const said = description || answer.message || answer.Message || error;
  // The rest contains ids and times for Microsoft's support.
  const [first = ''] = said.split(/\r?\n| Trace ID:/);
  return plainLine(first || error, 400);
}

function answerOf(text: string): Answer | undefined {
  try {
    const read = z.safeParse(answerSchema, JSON.parse(text));
    return read.success ? read.data : undefined;
  } catch {
    return undefined;
  }
}
