import { createHmac } from 'node:crypto';
import { errorMessage } from '../async/error-message.ts';
import { logLine } from '../text/foreign-text.ts';
import type { HookArguments } from './arguments.ts';
import { CallFailed, readSecret, type Accepted, type FollowUp } from './handler-client.ts';
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
    let response: Response;
    try {
      response = await fetch(url, {
        method: 'POST',
        body,
        redirect: 'manual',
        headers: {
          'Content-Type': 'application/json',
          ...(secret && { [header]: signWebhook(secret.reveal(), body) }),
        },
        signal: AbortSignal.any([signal, AbortSignal.timeout(timeout)]),
      });
    } catch (error) {
      signal.throwIfAborted();
      const { cause = error } = error as { readonly cause?: unknown };
      const reason = logLine(errorMessage(cause), 300);
      throw new CallFailed('unreachable', `Cannot reach Azure DevOps: ${reason}.`);
    }
    const { status } = response;
    const answer = (await response.text().catch(() => '')).slice(0, 20_000);
    if (status < 300) return { phase: phase || 'an unknown phase', followUps: [this.#posted()] };
    if (answer.includes('RequiredHeaderSignatureNotFound')) {
      const message = `The webhook ${name} requires a signature: add --secret-file, and --header if its service connection names another header.`;
      throw new CallFailed('refused', message);
    }
    const kind = status === 429 || status >= 500 ? 'unreachable' : 'refused';
    const retryAfter = 1_000 * (Number(response.headers.get('Retry-After')) || 0);
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
