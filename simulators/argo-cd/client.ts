import type { ArgoCDSimulator } from './simulator.ts';

export interface Answered {
  readonly status: number;
  readonly contentType: string | null;
  readonly text: string;
  /** The body as JSON; undefined if it is not JSON. */
  readonly json: unknown;
}

/** Sends a request like a plain HTTP client with the simulator's token. */
export async function send(
  argocd: ArgoCDSimulator,
  method: string,
  path: string,
  {
    body,
    headers = {},
    token = argocd.token,
    signal,
  }: {
    body?: unknown;
    headers?: Readonly<Record<string, string>>;
    token?: string;
    signal?: AbortSignal;
  } = {},
): Promise<Answered> {
  const response = await fetch(argocd.url + path, {
    method,
    redirect: 'manual',
    headers: {
      Authorization: `Bearer ${token}`,
      ...(method !== 'GET' && { 'Content-Type': 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    ...(signal && { signal }),
  });
  const text = await response.text();
  return {
    status: response.status,
    contentType: response.headers.get('content-type'),
    text,
    json: parsed(text),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
