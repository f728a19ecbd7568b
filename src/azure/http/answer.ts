import type { Secret } from '../../secret.ts';
import { plainLine } from '../../text/foreign-text.ts';
import { AzureError } from './azure-error.ts';
import type { AzureFailure } from './azure-error.ts';
import type { BrokenExchange, HttpAnswer } from './exchange.ts';
import { retryAfterOf } from '../../async/retry-after.ts';

const mostValidationResults = 10;

/** What decides the meaning of an answer. */
export interface SentCall {
  /** Such as `GET plan`: for messages and metrics; the path is too long, and full of ids. */
  readonly name: string;
  /** To do it twice is the same as to do it once: it reads, or it sets what it names. */
  readonly isRepeatable: boolean;
  readonly token: Secret;
}

/**
 * Azure's keys for a plan that takes nothing any more, whatever the status (azure-devops.md §12.20).
 * The third is the runner's, which gives up on it likewise (actions/runner, JobRunner.cs).
 */
const planGone = [
  'TaskOrchestrationPlanNotFoundException',
  'TaskOrchestrationPlanSecurityException',
  'TaskOrchestrationPlanTerminatedException',
];

/**
 * Whether an answer turns the token away: 401, or a page for people to sign in, as Services answers
 * bad tokens (azure-devops.md §2.9).
 */
export function isTokenRefused(answer: HttpAnswer): boolean {
  const { status, text } = answer;
  if (status === 401) return !planGone.includes(errorOf(text).typeKey);
  return (status >= 300 && status < 400) || isSignInPage(answer);
}

function isSignInPage(answer: HttpAnswer): boolean {
  return answer.status === 203 || (answer.status < 300 && isHtml(answer));
}

/** Throws an `AzureError` that says what an answer means, unless it is a yes. */
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

/** What a call without an answer means: not sent, it was not done; sent, that is not known. */
export function classifyExchangeError(asked: SentCall, error: BrokenExchange): AzureError {
  const { code, isSent, message } = error;
  if (code === 'ADDRESS_REFUSED') return azureError(asked, message, { failure: 'blocked' });
  const failure = isSent ? unclear(asked) : 'unavailable';
  // What is too large will be so again.
  const isHopeless = asked.isRepeatable && code === 'TOO_LARGE';
  return azureError(asked, `${message} (${code})`, { failure: isHopeless ? 'refused' : failure });
}

/** The JSON of an answer that is a yes; or an `AzureError` where it is none. */
export function jsonOf(asked: SentCall, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    const reason = 'it responds with something other than JSON';
    throw azureError(asked, reason, { failure: unclear(asked) });
  }
}

/** A yes in words that we cannot read, nor will be able to. */
export function unreadableAnswer(asked: SentCall, why: string): AzureError {
  const reason = `unexpected response from Azure DevOps: ${why}`;
  return azureError(asked, reason, { failure: asked.isRepeatable ? 'refused' : 'unclear' });
}

/** It may have been done, or not: where that is all the same, it is simply done again. */
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
    // The server did not get the request whole, or turned it away at the door.
    case 408:
    case 503:
      return 'unavailable';
    default:
      // A gateway that gave up does not know what was done, and 500 may come half way.
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

/** There is no cause: undici's errors may hold a piece of the answer, and that the token. */
function azureError(
  { name, token }: SentCall,
  reason: string,
  about: ConstructorParameters<typeof AzureError>[2],
): AzureError {
  return new AzureError(name, plainLine(withoutToken(reason, token)), about);
}

/** A server may repeat the request in its answer. */
function withoutToken(text: string, token: Secret): string {
  const plain = token.reveal();
  return [basic(token), plain, encodeURIComponent(plain)]
    .filter((form) => form !== '')
    .reduce((rest, form) => rest.replaceAll(form, '***'), text);
}

/** The job's token as a password without a user name (azure-devops.md §2.1). */
export function basic(token: Secret): string {
  return Buffer.from(`:${token.reveal()}`).toString('base64');
}

function isHtml({ headers, text }: HttpAnswer): boolean {
  return /^text\/html\b/i.test(headers['content-type'] ?? '') || /^\s*</.test(text);
}

/**
 * Azure's own words for an error (azure-devops.md §2.9), with what it says of each fault of a build
 * that it does not queue (§5.2); empty where they are not there.
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

/** Only the host: the address of a sign-in page holds much else. */
function hostOf(location: string | undefined): string {
  return location !== undefined && URL.canParse(location) ? new URL(location).host : 'elsewhere';
}
