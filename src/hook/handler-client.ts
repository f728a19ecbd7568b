import { readFileSync } from 'node:fs';
import * as z from 'zod/mini';
import { errorMessage } from '../async/error-message.ts';
import { Secret } from '../secret.ts';
import { signedText } from '../text/signed-request.ts';
import { logLine } from '../text/foreign-text.ts';
import { exchange, exchangeFailure, type HookResponse } from './http-exchange.ts';
import type { HookArguments } from './arguments.ts';
import type { Destination } from './destination.ts';

/** How to reach the handler, and how this hook authenticates to it. */
export type HandlerDestination = Extract<Destination, { kind: 'handler' }>;

const text = z.string();
/** Schemas of answers are built when the first arrives: the hook has called by then. */
const followUpSchema = z.lazy(() =>
  z.object({
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
  }),
);
const taskSchema = z.lazy(() => z.object({ run: text, state: text, outcome: z.nullable(text) }));
const acceptedSchema = z.lazy(() =>
  z.object({
    /** Absent in the answer of a handler of version 1.0. */
    application: z.optional(text),
    phase: text,
    followUps: z.array(followUpSchema),
    task: z.optional(z.nullable(taskSchema)),
  }),
);
const refusalSchema = z.lazy(() =>
  z.object({ message: text, faults: z._default(z.array(text), []) }),
);

/** A follow-up as the handler reports it. Texts are foreign. */
export type FollowUp = z.infer<typeof followUpSchema>;
/** The handler's answer to a call that it accepts. Texts are foreign. */
export type Accepted = z.infer<typeof acceptedSchema>;

/**
 * Why a call failed. `refused`: a retry changes nothing. `unreachable`: a retry may succeed, after
 * `retryAfter` milliseconds at the earliest. The message is for people.
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

/** Recognizes errors of another bundle too, where the class is a different one. */
export function isCallFailed(error: unknown): error is CallFailed {
  return error instanceof Error && error.name === 'CallFailed';
}

const path = '/v1/hooks';
/** Timeout of a call, in addition to the time for which the handler holds its answer; milliseconds. */
const timeout = 20_000;
const retried = new Set([408, 409, 425, 429, 500, 502, 503, 504]);

/** Calls the handler. Does not retry. */
export class HandlerClient {
  readonly #destination: HandlerDestination;

  constructor(destination: HandlerDestination) {
    this.#destination = destination;
  }

  /** Announces the hook, and what it wants queued. A repeated call queues nothing more. */
  tell({ command, self, queue, each }: HookArguments, signal: AbortSignal): Promise<Accepted> {
    const { argocd, application, job, namespace, phase } = self;
    const body = {
      ...(argocd !== undefined && { argocd }),
      ...(application !== undefined && { application }),
      ...(job !== '' && { hook: { name: job, namespace } }),
      ...(phase !== undefined && { phase }),
      ...(queue !== undefined && { queue, each }),
      ...(command === 'complete' && { complete: true }),
    };
    return this.#call('POST', path, JSON.stringify(body), acceptedSchema, timeout, signal);
  }

  /** The state of a follow-up. The handler answers when it has ended, or after `seconds`. */
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
    const headers = this.#authentication(method, asked, body);
    const late = AbortSignal.any([signal, AbortSignal.timeout(within)]);
    const url = this.#destination.url + asked;
    let response: HookResponse;
    try {
      response = await exchange({ url, method, headers, body, signal: late });
    } catch (error) {
      signal.throwIfAborted();
      const message = `Cannot reach the handler at ${this.#destination.url}: ${exchangeFailure(error)}.`;
      throw new CallFailed('unreachable', message);
    }
    const { status, retryAfter, text: answer } = response;
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
      // Not the handler: perhaps an ingress that is not ready, or a wrong address.
      const message = `The response from ${this.#destination.url} is not the handler's (HTTP ${status}). Check --handler.`;
      return new CallFailed('unreachable', message, retryAfter);
    }
    const kind = retried.has(status) ? 'unreachable' : 'refused';
    const message = `The handler ${kind === 'refused' ? 'refused the call' : 'cannot serve the call now'} (HTTP ${status}): ${words}`;
    return new CallFailed(kind, message, retryAfter);
  }

  /** Read again each time: Kubernetes rotates the token in its file. */
  #authentication(method: string, asked: string, body: string): Record<string, string> {
    const { caller, keyFile, tokenFile } = this.#destination;
    const headers: Record<string, string> = {
      ...(method === 'POST' && { 'Content-Type': 'application/json' }),
      ...(caller !== undefined && { 'Hook-Caller': caller }),
    };
    if (keyFile === undefined) {
      const token = readSecret(tokenFile, 'token');
      return { ...headers, Authorization: `Bearer ${token.reveal()}` };
    }
    // Loading it takes several milliseconds, and a hook with a token does not need it.
    const { createHmac, randomBytes } = process.getBuiltinModule('node:crypto');
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

/** Reads a secret from a file, without surrounding whitespace. */
export function readSecret(file: string, what: string): Secret {
  let content: string;
  try {
    content = readFileSync(file, 'utf8').trim();
  } catch (error) {
    const message = `Cannot read the ${what} in ${file} (${codeOf(error)}). Mount it there, readable by the pod's user.`;
    throw new CallFailed('refused', message);
  }
  if (content !== '' && /^[\x21-\x7e]+$/.test(content)) return new Secret(content);
  throw new CallFailed('refused', `The file ${file} does not hold a ${what}.`);
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
