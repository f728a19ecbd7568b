import type { ClientRequest, IncomingMessage, RequestOptions } from 'node:http';
import { errorMessage } from '../async/error-message.ts';
import { retryAfterOf } from '../async/retry-after.ts';
import { logLine } from '../text/foreign-text.ts';

/** A request of a hook. No redirect is followed: a token goes to no other host. */
export interface HookRequest {
  readonly url: string;
  readonly method: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** The only certificate authority to trust, as PEM; absent: those of Node. */
  readonly ca?: string;
  readonly signal: AbortSignal;
}

/** An answer as far as it is read. Foreign text. */
export interface HookResponse {
  readonly status: number;
  /** The header `Retry-After`, in milliseconds; 0 without one. */
  readonly retryAfter: number;
  readonly text: string;
}

const mostCharacters = 1_024 * 1_024;

type Send = (
  url: string,
  options: RequestOptions & { readonly ca?: string },
  answered: (response: IncomingMessage) => void,
) => ClientRequest;

/**
 * Sends one request and reads the answer. Rejects with the error of the connection, or the signal's
 * reason. `fetch` takes 60 ms more for its first request, and TLS is loaded only for https.
 */
export function exchange(asked: HookRequest): Promise<HookResponse> {
  const { url, method, headers, body = '', ca, signal } = asked;
  // `import()` would load all that these export, WebSocket and with it `fetch` included.
  const { request } = process.getBuiltinModule(
    url.startsWith('https:') ? 'node:https' : 'node:http',
  ) as { readonly request: Send };
  return new Promise((resolve, reject) => {
    const length = method === 'POST' && { 'Content-Length': String(Buffer.byteLength(body)) };
    const options = { method, signal, headers: { ...headers, ...length }, ...(ca && { ca }) };
    const sent = request(url, options, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (part: string) => {
        text += part;
        if (text.length > mostCharacters) response.destroy(new Error('the response is too long'));
      });
      response.on('error', reject);
      response.on('end', () => {
        const retryAfter = retryAfterOf(response.headers) ?? 0;
        resolve({ status: response.statusCode ?? 0, retryAfter, text });
      });
    });
    sent.on('error', (error) => reject(signal.aborted ? (signal.reason as Error) : error));
    sent.end(body);
  });
}

/** Why `exchange` failed, for a log. */
export function exchangeFailure(error: unknown): string {
  if (error instanceof Error && error.name === 'TimeoutError') return 'timed out';
  // Of several addresses, the error of each is inside, and the outer one has only a code.
  const { code = '' } = error as { readonly code?: unknown };
  return logLine(errorMessage(error) || String(code), 300);
}
