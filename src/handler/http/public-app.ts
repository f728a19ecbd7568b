import { Hono, type Context, type MiddlewareHandler } from 'hono';
import { StoreError } from '../store/store.ts';
import { plainLine } from '../../text/foreign-text.ts';
import { presentedVariable } from '../access/presented-token.ts';
import { handlerName } from './answers.ts';
import { readText } from './body-text.ts';
import { answerClaim } from './claim-call.ts';
import { longestHookBody } from './hook-body.ts';
import { HookRoutes, type HookPorts, type HookRequest, type HookResponse } from './hook-routes.ts';
import { answerCancel, answerGate, answerRun } from './public-calls.ts';
import type { Answer, PublicCall, CallPorts } from './public-calls.ts';
import { Refusal, type RefusalReason } from './refusal.ts';

/** A refusal, for the log and metrics. Contains no secret. */
export interface RefusedCall {
  readonly path: string;
  readonly status: number;
  readonly reason: RefusalReason;
  /** Absent if the caller is not identified. */
  readonly client: string | undefined;
  /** Contains foreign text. */
  readonly message: string;
  readonly faults: readonly string[];
}

/** What answers calls, and callbacks for responses, refusals and unexpected errors. */
export interface PublicPorts extends CallPorts {
  readonly version: string;
  /** What answers hooks; absent: they have no routes. */
  readonly hooks?: HookPorts;
  readonly onRefusal: (call: RefusedCall) => void;
  /** Called with every response: its route (`other` if there is none), status and seconds. */
  readonly onAnswer: (route: string, status: number, seconds: number) => void;
  /** Called with unexpected errors. */
  readonly onError: (error: unknown) => void;
}

interface Env {
  readonly Variables: { readonly client: string | undefined };
}

interface Route {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly answer: (call: PublicCall, ports: PublicPorts) => Answer | Promise<Answer>;
}

const routes: readonly Route[] = [
  { method: 'POST', path: '/v1/syncs', answer: (call, ports) => answerRun('sync', call, ports) },
  { method: 'POST', path: '/v1/syncs/cancel', answer: answerCancel },
  { method: 'POST', path: '/v1/gate', answer: answerGate },
  {
    method: 'POST',
    path: '/v1/checks',
    answer: (call, ports) => answerRun('check', call, ports),
  },
  { method: 'POST', path: '/v1/events/claim', answer: answerClaim },
  { method: 'GET', path: '/v1/whoami', answer: answerWhoami },
];

/** The routes for hooks of Argo CD, which authenticate in their own ways. */
const hookPath = '/v1/hooks';

/** Responses are never cached, and never interpreted as another type. */
const headers = { 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' };

/** The routes that Azure Pipelines calls, and no others. */
export function publicApp(ports: PublicPorts): Hono<Env> {
  const { access } = ports;
  const app = new Hono<Env>({ getPath: pathOf });

  const refuse = (c: Context<Env>, refusal: Refusal) => {
    const { status, reason, message, faults, retryAfter } = refusal;
    ports.onRefusal({ path: c.req.path, status, reason, client: c.get('client'), message, faults });
    if (retryAfter !== undefined) c.header('Retry-After', String(retryAfter));
    if (status === 401) c.header('WWW-Authenticate', 'Bearer');
    return c.json({ message, faults }, status, headers);
  };

  const knowCaller: MiddlewareHandler<Env> = async (c, next) => {
    const client = access.identify(c.req.header('Authorization'));
    if (client === undefined) return refuse(c, unauthenticated(c.req.header('Authorization')));
    c.set('client', client);
    const wait = access.throttle(client);
    return wait > 0 ? refuse(c, throttled(client, wait)) : next();
  };

  const paths = new Set([...routes.map(({ path }) => path), hookPath, `${hookPath}/{id}`]);
  app.use(async (c, next) => {
    const began = performance.now();
    await next();
    const known = c.req.path.startsWith(`${hookPath}/`) ? `${hookPath}/{id}` : c.req.path;
    const route = paths.has(known) ? known : 'other';
    ports.onAnswer(route, c.res.status, (performance.now() - began) / 1_000);
  });
  for (const { method, path, answer } of routes) {
    app.on(method, path, knowCaller, async (c) => {
      const given = await answer(callOf(c), ports);
      return given instanceof Refusal
        ? refuse(c, given)
        : c.json(given.body, given.status, headers);
    });
    app.all(path, (c) => {
      const message = `${path} accepts only ${method}.`;
      return c.json({ message, faults: [] }, 405, { ...headers, Allow: method });
    });
  }
  if (ports.hooks !== undefined) {
    const hooks = new HookRoutes(ports.hooks);
    const give = (c: Context<Env>, { answer, client }: HookResponse) => {
      c.set('client', client);
      return answer instanceof Refusal
        ? refuse(c, answer)
        : c.json(answer.body, answer.status, headers);
    };
    app.post(hookPath, async (c) => give(c, await hooks.accept(hookRequestOf(c, 'POST'))));
    app.get(`${hookPath}/:id`, async (c) => {
      const request = hookRequestOf(c, 'GET');
      return give(c, await hooks.progress(request, c.req.param('id')));
    });
    const other = (allowed: string) => (c: Context<Env>) => {
      const message = `${c.req.path} accepts only ${allowed}.`;
      return c.json({ message, faults: [] }, 405, { ...headers, Allow: allowed });
    };
    app.all(hookPath, other('POST'));
    app.all(`${hookPath}/:id`, other('GET'));
  }
  app.notFound((c) => c.json({ message: 'Not found.', faults: [] }, 404, headers));
  app.onError((error, c) => {
    if (error instanceof StoreError) return refuse(c, unstored(error));
    ports.onError(error);
    const message = 'Internal error in the handler: see its log.';
    return c.json({ message, faults: [] }, 500, headers);
  });
  return app;
}

/** The URL of a service connection may end in a slash, to which the task adds another. */
function pathOf({ url }: Request): string {
  return new URL(url).pathname.replace(/^\/{2,}/, '/');
}

function callOf(c: Context<Env>): PublicCall {
  return {
    client: c.get('client') ?? '',
    header: (name) => c.req.header(name),
    body: () => readText(c.req.raw),
  };
}

function hookRequestOf(c: Context<Env>, method: HookRequest['method']): HookRequest {
  const { search } = new URL(c.req.url);
  return {
    method,
    path: c.req.path + search,
    query: (name) => c.req.query(name),
    header: (name) => c.req.header(name),
    body: () => (method === 'GET' ? Promise.resolve('') : readText(c.req.raw, longestHookBody)),
    signal: c.req.raw.signal,
  };
}

function answerWhoami({ client }: PublicCall, { version }: PublicPorts): Answer {
  return { status: 200, body: { handler: handlerName, version, client } };
}

function unauthenticated(authorization: string | undefined): Refusal {
  const variable = presentedVariable(authorization);
  const message =
    variable === undefined
      ? 'The token of the service connection is missing or not recognized.'
      : `The token of the service connection is ${plainLine(variable, 100)}, but connections do not expand variables: enter the token itself.`;
  return new Refusal(401, 'unauthenticated', message);
}

function throttled(client: string, wait: number): Refusal {
  const retryAfter = Math.ceil(wait / 1_000);
  const message = `Client "${client}" exceeds its request rate (limits.requestsPerSecond). Try again in ${retryAfter} s.`;
  return new Refusal(429, 'throttled', message, { retryAfter });
}

function unstored({ message }: StoreError): Refusal {
  const text = `The handler cannot store anything at the moment, so nothing was started: ${message}`;
  return new Refusal(503, 'unstored', text);
}
