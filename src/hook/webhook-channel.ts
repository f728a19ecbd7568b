import { createHmac } from 'node:crypto';
import type { HookArguments } from './arguments.ts';
import { CallFailed, readSecret, type Accepted, type FollowUp } from './handler-client.ts';
import { exchange, exchangeFailure, type HookResponse } from './http-exchange.ts';
import type { HookChannel } from './run-hook.ts';
import type { Destination } from './destination.ts';

const timeout = 20_000;

/** The signature as Azure DevOps checks it: HMAC-SHA1 over the body, bare hexadecimal (azure-devops.md §5.4). */
export function signWebhook(secret: string, body: string): string {
  return createHmac('sha1', secret).update(body).digest('hex').toUpperCase();
}

/**
 * Posts to an Incoming WebHook. It starts every pipeline that subscribes to it, does not report which,
 * and starts them again on each post (azure-devops.md §13.7).
 */
export class WebhookChannel implements HookChannel {
  readonly #destination: Extract<Destination, { kind: 'webhook' }>;

  constructor(destination: Extract<Destination, { kind: 'webhook' }>) {
    this.#destination = destination;
  }

  async tell({ self }: HookArguments, signal: AbortSignal): Promise<Accepted> {
    const { organization, name, secretFile, header } = this.#destination;
    const { application, job, namespace, phase = '' } = self;
    const body = JSON.stringify({ application, hook: { name: job, namespace }, phase });
    const url = `${organization}/_apis/public/distributedtask/webhooks/${encodeURIComponent(name)}?api-version=6.0-preview`;
    const secret = secretFile === undefined ? undefined : readSecret(secretFile, 'secret');
    const headers = {
      'Content-Type': 'application/json',
      ...(secret && { [header]: signWebhook(secret.reveal(), body) }),
    };
    const late = AbortSignal.any([signal, AbortSignal.timeout(timeout)]);
    let response: HookResponse;
    try {
      response = await exchange({ url, method: 'POST', headers, body, signal: late });
    } catch (error) {
      signal.throwIfAborted();
      throw new CallFailed('unreachable', `Cannot reach Azure DevOps: ${exchangeFailure(error)}.`);
    }
    const { status, text: answer, retryAfter } = response;
    if (status < 300) return { phase: phase || 'an unknown phase', followUps: [this.#posted()] };
    // Azure DevOps answers this with 500 (azure-devops.md §13.7), but no retry would be signed differently.
    if (answer.includes('RequiredHeaderSignatureNotFound')) {
      const message = `The webhook ${name} requires a signature: add --secret-file, and --header if its service connection names another header.`;
      throw new CallFailed('refused', message);
    }
    const kind = status === 429 || status >= 500 ? 'unreachable' : 'refused';
    const message = `Azure DevOps rejected the post to the webhook ${name} (HTTP ${status}). Check its name, the organization and the secret.`;
    throw new CallFailed(kind, message, retryAfter);
  }

  progress(): Promise<FollowUp> {
    return Promise.reject(new CallFailed('refused', 'A webhook does not report what it started.'));
  }

  #posted(): FollowUp {
    const { name } = this.#destination;
    const target = `webhook ${name}`;
    return {
      id: '',
      rule: '',
      target,
      state: 'done',
      message: 'all subscribed pipelines',
      run: null,
    };
  }
}
