import type { Effect } from './answer.ts';

/** One call of the API. */
export interface ArgoCDCall {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** The path below the connection's URL, with its query. */
  readonly path: string;
  readonly effect: Effect;
  /** Milliseconds. */
  readonly timeout: number;
  readonly signal: AbortSignal;
  readonly body?: unknown;
  /** As in `HttpRequest`. */
  readonly take?: (piece: string) => boolean;
}

/** The name of a call in messages: without its query, which says little to people. */
export function nameOf({ method, path }: Pick<ArgoCDCall, 'method' | 'path'>): string {
  return `${method} ${path.replace(/\?.*$/, '')}`;
}
