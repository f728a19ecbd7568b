import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Answer, Api } from './api.ts';
import type { ApiRequest } from './api-request.ts';
import type { Collection } from './collection.ts';
import type { ApiDescription } from './description.ts';
import type { FaultKind, Faults, SignIn } from './faults.ts';
import type { IncomingWebhooks } from './incoming-webhooks.ts';
import { RateLimits } from './rate-limits.ts';
import { planNotFound, Refusal } from './refusal.ts';
import { routed } from './routes.ts';

/**
 * Called when a request has arrived, before it has any effect, and again when it has taken effect, before the
 * response. `drop` cuts the connection.
 */
export type RequestHook = (
  request: ApiRequest,
  stage: 'arrived' | 'applied',
) => Promise<'drop' | undefined> | 'drop' | undefined;

export interface ServiceSettings {
  readonly collection: Collection;
  readonly api: Api;
  readonly webhooks: IncomingWebhooks;
  readonly faults: Faults;
  /** Undefined: nothing is checked against Microsoft's description. */
  readonly description: ApiDescription | undefined;
  /** Prefix of all paths: `/fabrikam`, or `/tfs/DefaultCollection` on premises. */
  readonly rootPath: string;
  /** Keeps every request in `requests`. */
  readonly keepsRequests: boolean;
  readonly arrive: () => number;
  readonly sleep: (milliseconds: number) => Promise<void>;
}

interface Written {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
}

const signInPage =
  '<!doctype html><html><head><title>Azure DevOps Services | Sign In</title></head><body></body></html>';
const json = { 'Content-Type': 'application/json; charset=utf-8; api-version=7.2-preview.1' };

/** The listening side of Azure DevOps: routing, tokens, description and faults. */
export class Service {
  readonly #settings: ServiceSettings;
  readonly #sockets = new Set<Socket>();
  readonly #limits = new RateLimits();
  readonly requests: ApiRequest[] = [];
  onRequest: RequestHook | undefined;
  #server: Server | undefined;
  #port = 0;

  constructor(settings: ServiceSettings) {
    this.#settings = settings;
  }

  get port(): number {
    return this.#port;
  }

  /** Listens on a port; by default, on the same one as before. */
  async listen(port = this.#port): Promise<void> {
    const server = createServer((request, response) => void this.#handle(request, response));
    server.keepAliveTimeout = 60_000;
    server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', resolve);
    });
    this.#server = server;
    this.#port = (server.address() as AddressInfo).port;
  }

  /** Cuts all connections and refuses new ones. */
  async close(): Promise<void> {
    const server = this.#server;
    if (!server) return;
    this.#server = undefined;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  async #handle(message: IncomingMessage, response: ServerResponse): Promise<void> {
    let body: Buffer;
    try {
      body = await readBody(message);
    } catch {
      return;
    }
    try {
      const request = this.#request(message, body);
      if (this.#settings.keepsRequests) this.requests.push(request);
      this.#checkRequest(request);
      const fault = this.#settings.faults.take(request);
      const written = await this.#answered(request, fault);
      response.setHeader('Date', new Date(this.#settings.collection.now()).toUTCString());
      if (written) response.writeHead(written.status, written.headers).end(written.body);
      else if (fault?.kind !== 'hang') response.socket?.destroy();
    } catch (error) {
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
      this.#settings.collection.faults.push(
        `${message.method} ${message.url} broke the simulator: ${text}`,
      );
      response.socket?.destroy();
    }
  }

  #request(message: IncomingMessage, body: Buffer): ApiRequest {
    const url = new URL(message.url ?? '/', 'http://azure.invalid');
    const { rootPath, arrive } = this.#settings;
    const method = message.method ?? 'GET';
    const inside = url.pathname.toLowerCase().startsWith(`${rootPath.toLowerCase()}/`);
    const route = inside ? routed(method, url.pathname.slice(rootPath.length)) : undefined;
    const organization = rootPath.slice(rootPath.lastIndexOf('/'));
    return {
      operation: route?.operation,
      method,
      path: inside
        ? organization + url.pathname.slice(rootPath.length) + url.search
        : url.pathname + url.search,
      values: route?.values ?? {},
      planId: route?.values.plan?.toLowerCase(),
      query: url.searchParams,
      headers: message.headers,
      body,
      json: parsed(message, body),
      at: arrive(),
    };
  }

  /** The response; undefined cuts the connection, or leaves it open without one. */
  async #answered(request: ApiRequest, fault: FaultKind | undefined): Promise<Written | undefined> {
    if ((await this.onRequest?.(request, 'arrived')) === 'drop') return undefined;
    if (fault?.kind === 'cutBefore') return undefined;
    if (fault?.kind === 'hang' && fault.afterActing !== true) return undefined;
    if (fault?.kind === 'cutAndLate') {
      void this.#settings.sleep(fault.milliseconds).then(() => this.#carriedOut(request));
      return undefined;
    }
    const instead = fault && insteadOf(fault, request);
    if (instead) return instead;
    const written = this.#carriedOut(request);
    if (fault?.kind === 'delay') await this.#settings.sleep(fault.milliseconds);
    if ((await this.onRequest?.(request, 'applied')) === 'drop') return undefined;
    if (fault?.kind === 'cutAfter' || fault?.kind === 'hang') return undefined;
    if (fault?.kind === 'slowDown') return delayed(written, fault.retryAfter);
    if (fault?.kind === 'answer') return wordsOf(fault);
    return written;
  }

  #carriedOut(request: ApiRequest): Written {
    const { collection, api, webhooks } = this.#settings;
    const { operation } = request;
    if (operation === 'receiveEvent')
      return this.#written(request, () => webhooks.receive(request));
    const token = tokenOf(request.headers.authorization);
    const principal = token === undefined ? undefined : collection.principalOf(token);
    if (principal === undefined) return signIn(collection.behavior.badToken);
    const limit = this.#limits.take(principal.id, collection.behavior.rateLimit, request.at);
    if (limit?.isBlocked === true) return blocked(limit.retryAfter);
    if (operation === undefined) {
      collection.faults.push(`${request.method} ${request.path}: there is no such operation.`);
      return refused(
        new Refusal(404, 'VssResourceNotFoundException', 'There is no such resource.'),
      );
    }
    const written = this.#written(request, () => api.answer(operation, request, principal));
    return limit && written.status < 300 ? delayed(written, limit.retryAfter) : written;
  }

  #written(request: ApiRequest, carryOut: () => Answer): Written {
    try {
      const written = form(carryOut());
      this.#checkAnswer(request, written);
      return written;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const written = refused(error);
      this.#checkAnswer(request, written);
      return written;
    }
  }

  #checkRequest({ method, path, headers, body }: ApiRequest): void {
    const { description, collection } = this.#settings;
    if (!description) return;
    const text = body.toString('utf8');
    const { accept, 'content-type': contentType } = headers;
    collection.faults.push(
      ...description.faults({ method, path, accept, contentType, body: text }),
    );
  }

  /** A wrong response is the simulator's own fault, and is reported with those of the callers. */
  #checkAnswer({ method, path }: ApiRequest, { status, body }: Written): void {
    const { description, collection } = this.#settings;
    const operation = description?.find(method, path);
    if (!description || !operation) return;
    const faults = description.answerFaults(operation, status, body.toString());
    collection.faults.push(...faults.map((fault) => `${method} ${path}: our ${fault}`));
  }
}

async function readBody(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function parsed(message: IncomingMessage, body: Buffer): unknown {
  if (!message.headers['content-type']?.toLowerCase().startsWith('application/json')) {
    return undefined;
  }
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}

/** The token of `Bearer`, or of `Basic` with an empty user name. */
function tokenOf(authorization = ''): string | undefined {
  const [scheme = '', value = ''] = authorization.split(' ');
  if (scheme.toLowerCase() === 'bearer') return value;
  if (scheme.toLowerCase() !== 'basic') return undefined;
  const text = Buffer.from(value, 'base64').toString('utf8');
  return text.startsWith(':') ? text.slice(1) : undefined;
}

function form(answer: Answer): Written {
  if ('bytes' in answer) {
    const headers = { 'Content-Type': 'application/octet-stream' };
    return { status: answer.status, headers, body: answer.bytes };
  }
  if (answer.json === undefined) return { status: answer.status, headers: {}, body: '' };
  return { status: answer.status, headers: json, body: JSON.stringify(answer.json) };
}

function refused(refusal: Refusal): Written {
  return { status: refusal.status, headers: json, body: refusal.body };
}

function signIn(as: SignIn): Written {
  const html = { 'Content-Type': 'text/html; charset=utf-8' };
  switch (as) {
    case '401':
      return { status: 401, headers: { 'WWW-Authenticate': 'Bearer, Basic' }, body: '' };
    case '302':
      return {
        status: 302,
        headers: { Location: 'https://spsprodweu1.vssps.invalid/_signin' },
        body: '',
      };
    case '203':
      return { status: 203, headers: html, body: signInPage };
  }
}

function wordsOf({ status, headers = {}, body = '' }: FaultKind & { kind: 'answer' }): Written {
  return { status, headers, body };
}

/** The response of the rate limit (azure-devops.md §5.6). */
function blocked(retryAfter: number): Written {
  const message =
    'TF400733: The request has been canceled: Request was blocked due to exceeding usage.';
  const headers = { ...json, 'Retry-After': String(retryAfter), 'X-RateLimit-Remaining': '0' };
  return { status: 429, headers, body: new Refusal(429, 'RequestBlockedException', message).body };
}

function delayed(written: Written, retryAfter: number): Written {
  return { ...written, headers: { ...written.headers, 'Retry-After': String(retryAfter) } };
}

/** The response of a fault that replaces the request; undefined if the request continues. */
function insteadOf(fault: FaultKind, request: ApiRequest): Written | undefined {
  const planId = request.planId ?? '';
  switch (fault.kind) {
    case 'answer':
      return fault.afterActing ? undefined : wordsOf(fault);
    case 'throttle':
      return blocked(fault.retryAfter);
    case 'signIn':
      return signIn(fault.as);
    case 'planNotFound':
      return refused(planNotFound(planId, request.values.hub ?? ''));
    case 'planSecurity': {
      const message = `The token has no permission for the plan ${planId}.`;
      return refused(new Refusal(403, 'TaskOrchestrationPlanSecurityException', message));
    }
    default:
      return undefined;
  }
}
