import type { Effect } from './answer.ts';

/** One call of the API. */
export interface ArgoCDCall {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Below the connection's URL, with its query. */
  readonly path: string;
  readonly effect: Effect;
  /** Milliseconds. */
  readonly timeout: number;
  readonly signal: AbortSignal;
  readonly body?: unknown;
  /** As in `HttpRequest`. */
  readonly take?: (piece: string) => boolean;
}

/** How a call is named in messages: without its query, which says little to a person. */
export function nameOf({ method, path }: Pick<ArgoCDCall, 'method' | 'path'>): string {
  return `${method} ${path.replace(/\?.*$/, '')}`;
}
