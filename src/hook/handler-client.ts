import { createHmac, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import * as z from 'zod/mini';
import { errorMessage } from '../async/error-message.ts';
import { Secret } from '../secret.ts';
import { signedText } from '../text/signed-request.ts';
import { logLine } from '../text/foreign-text.ts';
import type { HookArguments } from './arguments.ts';
import type { Way } from './way.ts';

/** How the handler is asked, and how this hook proves itself to it. */
export type HandlerWay = Extract<Way, { kind: 'handler' }>;

const text = z.string();
const followUpSchema = z.object({
  id: text,
  rule: text,
  target: text,
  state: z.enum(['waiting', 'sent', 'done', 'refused', 'expired', 'dismissed']),
  message: text,
  run: z.nullable(
    z.object({
      name: text,
      page: text,
      state: z.nullable(text),
      result: z.nullable(text),
    }),
  ),
});
const acceptedSchema = z.object({ phase: text, followUps: z.array(followUpSchema) });
const refusalSchema = z.object({ message: text, faults: z._default(z.array(text), []) });

/** A follow-up, as the handler tells it. Texts are foreign. */
export type FollowUp = z.infer<typeof followUpSchema>;
/** What the handler answers to a call that it takes. Texts are foreign. */
export type Accepted = z.infer<typeof acceptedSchema>;

/**
 * Why there is no answer. `refused`: another try changes nothing. `unreachable`: it may be another time,
 * not before `retryAfter` milliseconds. The message is for people.
 */
export class CallFailed extends Error {
  override readonly name = 'CallFailed';
  readonly kind: 'refused' | 'unreachable';
  readonly retryAfter: number;

  constructor(kind: CallFailed['kind'], message: string, retryAfter = 0) {
    super(message);
    this.kind = kind;
    this.retryAfter = retryAfter;
  }
}

const path = '/v1/hooks';
/** Milliseconds for an answer that nobody waits for. */
const timeout = 20_000;
const mostCharacters = 256 * 1_024;
const retried = new Set([408, 409, 425, 429, 500, 502, 503, 504]);

/** Calls the handler. Nothing is repeated here. */
export class HandlerClient {
  readonly #way: HandlerWay;

  constructor(way: HandlerWay) {
    this.#way = way;
  }

  /** Tells that the hook runs, and what it wants queued. The same call again queues nothing more. */
  tell({ self, queue, each }: HookArguments, signal: AbortSignal): Promise<Accepted> {
    const { argocd, application, job, namespace, phase } = self;
    const body = {
      ...(argocd !== undefined && { argocd }),
      application,
      hook: { name: job, namespace },
      ...(phase !== undefined && { phase }),
      ...(queue !== undefined && { queue, each }),
    };
    return this.#call('POST', path, JSON.stringify(body), acceptedSchema, timeout, signal);
  }

  /** How far a follow-up is. The handler answers when it has ended, or after so many seconds. */
  progress(id: string, seconds: number, signal: AbortSignal): Promise<FollowUp> {
    const asked = `${path}/${encodeURIComponent(id)}?wait=${seconds}`;
    return this.#call('GET', asked, '', followUpSchema, timeout + seconds * 1_000, signal);
  }

  async #call<T extends z.ZodMiniType>(
    method: 'GET' | 'POST',
    asked: string,
    body: string,
    schema: T,
    within: number,
    signal: AbortSignal,
  ): Promise<z.infer<T>> {
    const headers = this.#proof(method, asked, body);
    let status: number;
    let retryAfter: number;
    let answer: string;
    try {
      const response = await fetch(this.#way.url + asked, {
        method,
        headers,
        // The token goes to no other host.
        redirect: 'manual',
        ...(method === 'POST' && { body }),
        signal: AbortSignal.any([signal, AbortSignal.timeout(within)]),
      });
      ({ status } = response);
      retryAfter = 1_000 * (Number(response.headers.get('Retry-After')) || 0);
      answer = (await response.text()).slice(0, mostCharacters);
    } catch (error) {
      signal.throwIfAborted();
      const message = `The handler at ${this.#way.url} cannot be reached: ${reasonOf(error)}.`;
      throw new CallFailed('unreachable', message);
    }
    const json = parseJson(answer);
    const parsed = z.safeParse(schema, json);
    if (status < 300 && parsed.success) return parsed.data;
    throw this.#failure(status, json, retryAfter);
  }

  #failure(status: number, json: unknown, retryAfter: number): CallFailed {
    const refusal = z.safeParse(refusalSchema, json);
    const words = refusal.success
      ? [refusal.data.message, ...refusal.data.faults].map((line) => logLine(line)).join(' ')
      : '';
    if (words === '') {
      // Whatever this is, it is not the handler: an ingress that is not ready, or a wrong address.
      const message = `What answers at ${this.#way.url} is not the handler (HTTP ${status}). Check --handler.`;
      return new CallFailed('unreachable', message, retryAfter);
    }
    const kind = retried.has(status) ? 'unreachable' : 'refused';
    const message = `The handler ${kind === 'refused' ? 'refuses this' : 'cannot do this now'} (HTTP ${status}): ${words}`;
    return new CallFailed(kind, message, retryAfter);
  }

  /** Read anew each time: Kubernetes renews the token in its file. */
  #proof(method: string, asked: string, body: string): Record<string, string> {
    const { caller, keyFile, tokenFile } = this.#way;
    const headers: Record<string, string> = {
      ...(method === 'POST' && { 'Content-Type': 'application/json' }),
      ...(caller !== undefined && { 'Hook-Caller': caller }),
    };
    if (keyFile === undefined) {
      const token = readSecret(tokenFile, 'token');
      return { ...headers, Authorization: `Bearer ${token.reveal()}` };
    }
    const timestamp = String(Math.floor(Date.now() / 1_000));
    const nonce = randomBytes(18).toString('base64url');
    const signed = signedText({ method, path: asked, body, timestamp, nonce });
    const key = readSecret(keyFile, 'key').reveal();
    const signature = createHmac('sha256', key).update(signed).digest('hex');
    return {
      ...headers,
      'Hook-Timestamp': timestamp,
      'Hook-Nonce': nonce,
      'Hook-Signature': `sha256=${signature}`,
    };
  }
}

/** The secret in a file, without what editors put at its end. */
export function readSecret(file: string, what: string): Secret {
  let content: string;
  try {
    content = readFileSync(file, 'utf8').trim();
  } catch (error) {
    const message = `The ${what} in ${file} cannot be read (${codeOf(error)}). Mount it there, readable for the user of the pod.`;
    throw new CallFailed('refused', message);
  }
  if (content !== '' && /^[\x21-\x7e]+$/.test(content)) return new Secret(content);
  throw new CallFailed('refused', `The file ${file} does not hold a ${what}.`);
}

function reasonOf(error: unknown): string {
  if (error instanceof Error && error.name === 'TimeoutError') return 'no answer in time';
  const { cause } = error as { readonly cause?: unknown };
  return logLine(errorMessage(cause ?? error), 300);
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : errorMessage(error);
}

function parseJson(given: string): unknown {
  try {
    return JSON.parse(given);
  } catch {
    return undefined;
  }
}
