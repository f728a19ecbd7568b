import { request as httpRequest, STATUS_CODES } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { ServerRequest } from './server-request.ts';

export interface ServerAnswer {
  readonly status: number;
  /** .NET's name of the status, such as `Accepted`. */
  readonly statusName: string;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/** Sends what Azure DevOps sends for a task. Redirects are not followed. */
export type Send = (request: ServerRequest, limit: number) => Promise<ServerAnswer>;

/**
 * Sends a request over the network. Throws if there is no complete response in time.
 * @param limit - For the complete response, in real milliseconds.
 */
export const send: Send = ({ method, url, headers, body }, limit) =>
  new Promise((resolve, reject) => {
    const call = url.toLowerCase().startsWith('https:') ? httpsRequest : httpRequest;
    const content = body === '' ? undefined : Buffer.from(body, 'utf8');
    const length = content && { 'Content-Length': String(content.length) };
    const outgoing = call(url, { method, headers: { ...headers, ...length } }, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('error', reject);
      incoming.on('end', () => {
        clearTimeout(timer);
        const status = incoming.statusCode ?? 0;
        resolve({
          status,
          statusName: statusName(status),
          headers: Object.fromEntries(
            Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]),
          ),
          text: Buffer.concat(chunks).toString('utf8'),
        });
      });
    });
    const timer = setTimeout(() => {
      outgoing.destroy(new Error(`no response within ${limit / 1000} seconds`));
    }, limit);
    outgoing.on('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    outgoing.end(content);
  });

/** As a .NET client sends text whose encoding it was given. */
export function withCharset(request: ServerRequest): ServerRequest {
  const headers = Object.entries(request.headers).map(([name, value]) => [
    name,
    name.toLowerCase() === 'content-type' ? `${value}; charset=utf-8` : value,
  ]);
  return { ...request, headers: Object.fromEntries(headers) as ServerRequest['headers'] };
}

function statusName(status: number): string {
  return (STATUS_CODES[status] ?? String(status)).replace(/[^A-Za-z]/g, '');
}
