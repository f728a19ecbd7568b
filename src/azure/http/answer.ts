import type { Secret } from '../../secret.ts';
import { plainLine } from '../../text/foreign-text.ts';
import { AzureError } from './azure-error.ts';
import type { AzureFailure } from './azure-error.ts';
import type { BrokenExchange, HttpAnswer } from './exchange.ts';
import { retryAfterOf } from '../../async/retry-after.ts';

const mostValidationResults = 10;

/** What the meaning of an answer depends on. */
export interface SentCall {
  /** Such as `GET plan`. For messages and metrics; the path would be too long and full of ids. */
  readonly name: string;
  /** Whether the call is idempotent: it reads, or it sets a named resource. */
  readonly isRepeatable: boolean;
  readonly token: Secret;
}

/**
 * Azure's type keys for a plan that accepts nothing anymore, whatever the status (azure-devops.md
 * §12.20). The third comes from the runner, which gives up on it too (actions/runner, JobRunner.cs).
 */
const planGone = [
  'TaskOrchestrationPlanNotFoundException',
  'TaskOrchestrationPlanSecurityException',
  'TaskOrchestrationPlanTerminatedException',
];

/**
 * Whether an answer rejects the token: 401, or a sign-in page, which is how Services answers invalid
 * tokens (azure-devops.md §2.9).
 */
export function isTokenRefused(answer: HttpAnswer): boolean {
  const { status, text } = answer;
  if (status === 401) return !planGone.includes(errorOf(text).typeKey);
  return (status >= 300 && status < 400) || isSignInPage(answer);
}

function isSignInPage(answer: HttpAnswer): boolean {
  return answer.status === 203 || (answer.status < 300 && isHtml(answer));
}

/** Throws an `AzureError` that classifies the answer, unless it is a success. */
export function checkAnswer(asked: SentCall, answer: HttpAnswer): void {
  const { status, headers, text } = answer;
  if (status >= 300 && status < 400) {
    const reason = `it redirects to ${hostOf(headers.location)}; the token is not sent there: it is invalid or has expired`;
    throw failed(asked, reason, 'unauthenticated', answer);
  }
  if (isSignInPage(answer)) {
    const reason = 'it responds with a sign-in page: the token is invalid or has expired';
    throw failed(asked, reason, 'unauthenticated', answer);
  }
  if (status < 300) return;
  const { message, typeKey } = errorOf(text);
  const failure = planGone.includes(typeKey) ? 'plan-gone' : meaningOf(status, asked);
  throw failed(asked, message === '' ? `HTTP ${status}` : message, failure, answer, typeKey);
}

/**
 * Classifies a call without an answer: if it was not sent, it was not carried out; otherwise that is
 * unknown.
 */
export function classifyExchangeError(asked: SentCall, error: BrokenExchange): AzureError {
  const { code, isSent, message } = error;
  if (code === 'ADDRESS_REFUSED') return azureError(asked, message, { failure: 'blocked' });
  const failure = isSent ? unclear(asked) : 'unavailable';
  // An answer that is too large will be too large again.
  const isHopeless = asked.isRepeatable && code === 'TOO_LARGE';
  return azureError(asked, `${message} (${code})`, { failure: isHopeless ? 'refused' : failure });
}

/** Parses the JSON of a successful answer. Throws an `AzureError` if it is not JSON. */
export function jsonOf(asked: SentCall, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    const reason = 'it responds with something other than JSON';
    throw azureError(asked, reason, { failure: unclear(asked) });
  }
}

/** A successful answer that we cannot read, now or later. */
export function unreadableAnswer(asked: SentCall, why: string): AzureError {
  const reason = `unexpected response from Azure DevOps: ${why}`;
  return azureError(asked, reason, { failure: asked.isRepeatable ? 'refused' : 'unclear' });
}

/** Whether the call was carried out is unknown. Idempotent calls can simply be repeated. */
function unclear({ isRepeatable }: SentCall): AzureFailure {
  return isRepeatable ? 'unavailable' : 'unclear';
}

function meaningOf(status: number, asked: SentCall): AzureFailure {
  switch (status) {
    case 401:
      return 'unauthenticated';
    case 403:
      return 'forbidden';
    case 404:
      return 'not-found';
    case 429:
      return 'throttled';
    // The server did not receive the whole request, or rejected it unprocessed.
    case 408:
    case 503:
      return 'unavailable';
    default:
      // A gateway that timed out does not know whether the call was carried out, and a 500 may occur
      // midway.
      return status < 500 ? 'refused' : unclear(asked);
  }
}

function failed(
  asked: SentCall,
  reason: string,
  failure: AzureFailure,
  { status, headers }: HttpAnswer,
  typeKey = '',
): AzureError {
  const retryAfter = retryAfterOf(headers);
  return azureError(asked, reason, {
    failure,
    status,
    ...(typeKey === '' ? {} : { typeKey: plainLine(withoutToken(typeKey, asked.token), 100) }),
    ...(retryAfter === undefined ? {} : { retryAfter }),
  });
}

/** Sets no cause: undici's errors may contain a part of the answer, and thus the token. */
function azureError(
  { name, token }: SentCall,
  reason: string,
  about: ConstructorParameters<typeof AzureError>[2],
): AzureError {
  return new AzureError(name, plainLine(withoutToken(reason, token)), about);
}

/** A server may echo the request in its answer. */
function withoutToken(text: string, token: Secret): string {
  const plain = token.reveal();
  return [basic(token), plain, encodeURIComponent(plain)]
    .filter((form) => form !== '')
    .reduce((rest, form) => rest.replaceAll(form, '***'), text);
}

/** Basic credentials with the job's token as password and no user name (azure-devops.md §2.1). */
export function basic(token: Secret): string {
  return Buffer.from(`:${token.reveal()}`).toString('base64');
}

function isHtml({ headers, text }: HttpAnswer): boolean {
  return /^text\/html\b/i.test(headers['content-type'] ?? '') || /^\s*</.test(text);
}

/**
 * Azure's own error message (azure-devops.md §2.9), including the faults of a build that it refuses to
 * queue (§5.2); empty if absent.
 */
function errorOf(text: string): { readonly message: string; readonly typeKey: string } {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    json = undefined;
  }
  const { message, typeKey, customProperties } = (json ?? {}) as ErrorBody;
  const words = typeof message === 'string' ? message : '';
  return {
    message: [words, ...validationResults(customProperties)].join('\n'),
    typeKey: typeof typeKey === 'string' ? typeKey : '',
  };
}

interface ErrorBody {
  readonly message?: unknown;
  readonly typeKey?: unknown;
  readonly customProperties?: { readonly ValidationResults?: unknown } | null;
}

function validationResults(properties: ErrorBody['customProperties']): readonly string[] {
  const results = properties?.ValidationResults;
  if (!Array.isArray(results)) return [];
  return results.slice(0, mostValidationResults).flatMap((result: unknown) => {
    const { message } = (result ?? {}) as ErrorBody;
    return typeof message === 'string' ? [message] : [];
  });
}

/** Only the host: the URL of a sign-in page contains much else. */
function hostOf(location: string | undefined): string {
  return location !== undefined && URL.canParse(location) ? new URL(location).host : 'elsewhere';
}
