import * as z from 'zod/mini';
import { Agent } from 'undici';
import { retryAfterOf } from '../../async/retry-after.ts';
import { guardedConnector, type Resolve } from '../../azure/http/address-guard.ts';
import { BrokenExchange, exchange, type HttpAnswer } from '../../azure/http/exchange.ts';
import type { PostWebhook } from '../../follow-ups/action-kinds/post-webhook.ts';
import type { FollowUpRule } from '../../follow-ups/follow-up.ts';
import { plainLine } from '../../text/foreign-text.ts';
import type { ActionOutcome, StoredAction } from '../../actions/stored-action.ts';
import { readActionBody } from '../../actions/action-body.ts';
import { ActionError, type ActionTarget } from '../../actions/action-target.ts';
import { webhookBody } from './webhook-body.ts';
import { signedHeaders } from './webhook-signature.ts';

/** What the target needs. */
export interface WebhookTargetOptions {
  /** The current rules, with addresses and secrets. */
  readonly rules: () => readonly FollowUpRule[];
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly userAgent: string;
  /** Node's own resolver by default. */
  readonly resolve?: Resolve;
  /** For the whole exchange, in milliseconds; 20 seconds by default. */
  readonly timeout?: number;
}

/** Limit for the answer of a receiver, of which only the beginning is shown. */
const maxBytes = 1024 * 1024;
const defaultTimeout = 20_000;
const connections = 16;

/**
 * Posts events, signed. Receivers offer no look-up, so a post without an answer is repeated with the same id:
 * at least once, and exactly once for a receiver that remembers ids.
 */
export class WebhookTarget implements ActionTarget {
  readonly #options: WebhookTargetOptions;
  readonly #agent: Agent;

  constructor(options: WebhookTargetOptions) {
    this.#options = options;
    // The operator writes the rules, so a receiver may be in a private network.
    const connect = guardedConnector('private', options.resolve);
    this.#agent = new Agent({ connect, connections, pipelining: 1 });
  }

  prepare(action: StoredAction): Promise<string> {
    return Promise.resolve().then(() => {
      const body = readActionBody(action);
      this.#hookOf(action.rule);
      const request: Request = { rule: action.rule, id: body.eventKey, body: webhookBody(body) };
      return JSON.stringify(request);
    });
  }

  async send(text: string, signal: AbortSignal): Promise<ActionOutcome> {
    const { rule, id, body } = z.parse(requestSchema, JSON.parse(text));
    const { url, secret } = this.#hookOf(rule);
    const { now, userAgent, timeout = defaultTimeout } = this.#options;
    const { origin, host, pathname, search } = new URL(url);
    const headers = {
      'Content-Type': 'application/json',
      'User-Agent': userAgent,
      ...signedHeaders({ id, body, at: now() }, secret),
    };
    const request = { origin, path: pathname + search, method: 'POST', headers, body } as const;
    const answer = await exchange(this.#agent, request, { timeout, maxBytes, signal }).catch(
      (error: unknown) => {
        throw failureOf(host, error);
      },
    );
    if (answer.status >= 200 && answer.status < 300) {
      return { id: answer.status, name: `${answer.status} from ${host}`, page: origin };
    }
    throw refusalOf(host, answer);
  }

  lookUp(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  /** Closes all connections. */
  close(): Promise<void> {
    return this.#agent.destroy();
  }

  #hookOf(name: string): PostWebhook {
    const rule = this.#options.rules().find((each) => each.name === name);
    if (rule?.do.kind === 'postWebHook') return rule.do;
    const message = `The configuration has no rule ${name} that posts a webhook, so nothing is posted.`;
    throw new ActionError('refused', message);
  }
}

const requestSchema = z.object({ rule: z.string(), id: z.string(), body: z.string() });
type Request = z.output<typeof requestSchema>;

/** Repeating a post does no harm, so nothing is ever `unclear`. */
function failureOf(host: string, error: unknown): unknown {
  if (!(error instanceof BrokenExchange)) return error;
  const why =
    error.code === 'ADDRESS_REFUSED'
      ? 'its address is link-local or reserved, not that of a server'
      : plainLine(`${error.message} (${error.code})`, 300);
  return new ActionError('later', `Could not post to ${host}: ${why}. Retrying.`);
}

function refusalOf(host: string, { status, headers, text }: HttpAnswer): ActionError {
  const words = plainLine(text, 200);
  const said = `Could not post to ${host}: it returned ${status}${words === '' ? '' : ` (${words})`}.`;
  if (status === 410) {
    return new ActionError('refused', `${said} The receiver wants no further posts.`);
  }
  const redirects = 'Redirects are not followed: put the target address into the rule.';
  const advice = status >= 300 && status < 400 ? redirects : 'Retrying.';
  return new ActionError('later', `${said} ${advice}`, retryAfterOf(headers));
}
