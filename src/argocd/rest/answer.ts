import { judgeError } from '../../sync/model/known-error.ts';
import type { Failure } from '../../sync/model/failure.ts';
import { ArgoCDError } from '../argocd-error.ts';
import type { HttpResponse } from './http.ts';
import { parseJsonInTurns } from '../../async/json-parsing.ts';
import { retryAfterOf } from '../../async/retry-after.ts';
import { directRoute, throughProxy, type ConnectionRoute } from './connection-route.ts';

/** What a call does: a change may have taken effect although there was no response. */
export type Effect = 'read' | 'change';

/**
 * Parses the JSON of an answer, or throws an `ArgoCDError` that classifies it. Long answers are parsed
 * in turns: see `parseJsonInTurns`.
 */
export function* jsonOf(
  call: string,
  effect: Effect,
  response: HttpResponse,
  route: ConnectionRoute = directRoute,
): Generator<number, unknown> {
  const { status, headers, text } = response;
  const json = yield* parseJson(text);
  if (status >= 200 && status < 300) {
    if (json !== undefined) return json;
    const what = 'it responds with something other than JSON';
    throw notArgoCD(call, response, what, route, unreadableAnswer(effect));
  }
  if (status >= 300 && status < 400) {
    const to = String(headers.location ?? 'somewhere else').slice(0, 200);
    throw notArgoCD(call, response, `it redirects to ${to}; the token is not sent there`, route);
  }
  const message = messageOf(json);
  if (message === undefined) throw foreignAnswer(call, effect, response, route);
  const failure = meaningOf(status, message, effect);
  const retryAfter = retryAfterOf(headers);
  throw new ArgoCDError(call, message, { failure, status, retryAfter });
}

/** Classifies a success that cannot be read: a change may have taken effect. */
export function unreadableAnswer(effect: Effect): Failure {
  return effect === 'change' ? 'unclear' : 'not-argocd';
}

function* parseJson(text: string): Generator<number, unknown> {
  try {
    return yield* parseJsonInTurns(text);
  } catch {
    return undefined;
  }
}

/**
 * The message of an error of Argo CD's gateway: at the top level for calls, inside `error` for streams
 * (argo-cd.md §1.2). Other gateways answer with JSON too, but without a gRPC code.
 */
export function messageOf(json: unknown): string | undefined {
  const top = fieldsOf(json);
  // Not deeper: who knows how deep a foreign answer goes.
  const { message, error, code, grpc_code } = fieldsOf(top?.['error']) ?? top ?? {};
  const grpc = code ?? grpc_code;
  if (typeof grpc !== 'number' || grpc < 1 || grpc > 16) return undefined;
  const words = message === '' ? (error ?? message) : (message ?? error);
  return typeof words === 'string' ? words : undefined;
}

function fieldsOf(json: unknown): Readonly<Record<string, unknown>> | undefined {
  if (typeof json !== 'object' || json === null) return undefined;
  return json as Readonly<Record<string, unknown>>;
}

/** An error whose body is not Argo CD's: from a proxy or ingress, or for a wrong path. */
function foreignAnswer(
  call: string,
  effect: Effect,
  response: HttpResponse,
  route: ConnectionRoute,
): ArgoCDError {
  const { status, headers, text } = response;
  if (status === 407) {
    const reason = `the proxy requires a user name and password: ${adviceOnLogin(route)} (HTTP 407${throughProxy(route)}): ${excerpt(text)}`;
    return new ArgoCDError(call, reason, { failure: 'unreachable', status });
  }
  if (tooLong.has(status)) {
    const reason = `a proxy or ingress before Argo CD accepts no request of this size (HTTP ${status}${throughProxy(route)}): ${excerpt(text)}`;
    return new ArgoCDError(call, reason, { failure: 'refused', status });
  }
  if (status === 408 || status === 429 || status >= 500) {
    // A gateway that timed out does not know what the server did.
    const failure = effect === 'change' && status !== 429 ? 'unclear' : 'unavailable';
    return new ArgoCDError(call, `HTTP ${status}${throughProxy(route, ' ')} ${excerpt(text)}`, {
      failure,
      status,
      retryAfter: retryAfterOf(headers),
    });
  }
  return notArgoCD(call, response, `it responds with HTTP ${status}`, route);
}

/** Body, URL or headers are too large: the same request will be refused again. */
const tooLong: ReadonlySet<number> = new Set([413, 414, 431]);

/** The handler does not know of any proxy. */
function adviceOnLogin(route: ConnectionRoute): string {
  return route.place === 'the service connection'
    ? 'configure the agent with --proxyusername and --proxypassword'
    : 'allow the handler to connect without it';
}

function notArgoCD(
  call: string,
  { status, text }: HttpResponse,
  what: string,
  route: ConnectionRoute,
  failure: Failure = 'not-argocd',
): ArgoCDError {
  const reason = `this is not Argo CD's API: ${what}. A wrong URL, a wrong root path, or a proxy's login page (HTTP ${status}${throughProxy(route)}): ${excerpt(text)}`;
  return new ArgoCDError(call, reason, { failure, status });
}

function excerpt(text: string): string {
  return JSON.stringify(text.slice(0, 200).trim());
}

/**
 * Classifies Argo CD's own errors. One status covers several, which only their messages distinguish
 * (argo-cd.md §1.2, recorded in `errors`, `window-closed`, `terminate`, `auto-sync`).
 */
function meaningOf(status: number, message: string, effect: Effect): Failure {
  const { nature } = judgeError(message);
  const away = effect === 'change' ? 'unclear' : 'unavailable';
  switch (status) {
    case 401:
      // The identity provider may be down.
      return nature === 'passing' ? 'unavailable' : 'unauthenticated';
    case 403:
      if (/blocked by sync window|invalid sync window/.test(message)) return 'window-closed';
      return message.trim() === 'permission denied' ? 'hidden' : 'forbidden';
    case 404:
      // A missing repository has the same status as a missing application.
      return nature === 'lasting' ? 'refused' : 'not-found';
    case 400:
      if (message.includes('another operation is already in progress')) return 'busy';
      if (message.includes('No operation is in progress')) return 'no-operation';
      if (message.includes('application is deleting')) return 'deleting';
      if (/auto-sync currently set to|when auto-sync is enabled|Automatic Sync/.test(message)) {
        return 'auto-sync';
      }
      if (nature === 'passing') return 'unavailable';
      // A service behind Argo CD failed: if the error is unknown, the request is not to blame.
      return nature === 'unknown' && /\brpc error: code = /.test(message) ? 'internal' : 'refused';
    case 409:
      return 'unavailable';
    case 429:
      return nature === 'lasting' ? 'refused' : 'unavailable';
    case 408:
    case 502:
    case 503:
    case 504:
      return away;
    case 500:
      if (nature === 'unknown') return 'internal';
      return nature === 'lasting' ? 'refused' : away;
    case 501:
      return 'refused';
    default:
      // 412 for a conflict, 499 for a canceled call: the status alone does not tell.
      return status < 500 && nature !== 'passing' ? 'refused' : away;
  }
}
