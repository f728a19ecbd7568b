import { createHmac } from 'node:crypto';
import type { Answer } from './api.ts';
import type { ApiRequest } from './api-request.ts';
import type { Collection } from './collection.ts';
import { badRequest, notFound, Refusal } from './refusal.ts';

/** A service connection of type Incoming WebHook, and the pipelines that subscribe to it. */
export interface IncomingWebhook {
  readonly name: string;
  /** If absent, anybody may post. */
  readonly secret?: string;
  /** The header that must contain the signature; default: `X-Hub-Signature`. */
  readonly header?: string;
  /** Names of pipelines. */
  readonly subscribers: readonly string[];
}

export interface IncomingWebhooksSettings {
  readonly collection: Collection;
  readonly newId: () => string;
}

/** Receives posts without authentication, and starts a run of each subscriber (azure-devops.md §5.4, §13.7). */
export class IncomingWebhooks {
  readonly #collection: Collection;
  readonly #newId: () => string;

  constructor({ collection, newId }: IncomingWebhooksSettings) {
    this.#collection = collection;
    this.#newId = newId;
  }

  /** Executes the request. The answer does not say what was started. Throws a `Refusal`. */
  receive({ values, headers, body, json }: ApiRequest): Answer {
    const { webhooks, behavior, projects } = this.#collection;
    const { webhook: name = '' } = values;
    const webhook = webhooks.get(name);
    if (webhook === undefined) throw notFound(`There is no webhook ${name}.`);
    const { secret, header = 'X-Hub-Signature', subscribers } = webhook;
    if (secret !== undefined) {
      const given = headers[header.toLowerCase()];
      if (given === undefined) {
        const key = 'RequiredHeaderSignatureNotFound';
        throw new Refusal(500, key, `${key}: ${header}`);
      }
      const signature = createHmac('sha1', secret).update(body).digest('hex');
      // Senders write the digits in either case. `sha1=`, as GitHub has it, is not accepted.
      if (String(given).toLowerCase() !== signature) {
        const message = 'The signature does not match the payload.';
        throw new Refusal(behavior.wrongSignature, 'InvalidSignature', message);
      }
    }
    if (json === undefined) throw badRequest('The payload is not JSON.');
    for (const definitionName of subscribers) {
      this.#collection.addBuild({
        projectId: projects[0]?.id ?? '',
        planId: this.#newId(),
        definitionName,
        sourceBranch: 'refs/heads/main',
        sourceVersion: '',
        status: 'notStarted',
        result: undefined,
      });
    }
    return { status: 200 };
  }
}
