/** Bytes of a request's body at the most. */
export const longestBody = 256 * 1_024;

/**
 * The body as text; absent when it is longer than `longest` bytes, which is seen before it is read, or
 * as soon as it has become too long. Rejects when the caller goes away.
 */
export async function readText(
  request: Request,
  longest = longestBody,
): Promise<string | undefined> {
  const length = request.headers.get('Content-Length');
  // Node holds a body to the length that it claims.
  if (length !== null && !request.headers.has('Transfer-Encoding')) {
    return Number(length) > longest ? undefined : request.text();
  }
  if (request.body === null) return '';
  // What is left of a body that is too long is not canceled: that would end the connection before
  // the answer. The server drains it.
  const reader = request.body.getReader() as ReadableStreamDefaultReader<Uint8Array>;
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return new TextDecoder().decode(Buffer.concat(chunks));
    size += value.length;
    if (size > longest) return undefined;
    chunks.push(value);
  }
}
