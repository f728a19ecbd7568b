/** Limit on the bytes of a request's body. */
export const longestBody = 256 * 1_024;

/**
 * The body as text. Absent if it is longer than `longest` bytes, which is checked before and while it is
 * read. Rejects if the caller disconnects.
 */
export async function readText(
  request: Request,
  longest = longestBody,
): Promise<string | undefined> {
  const length = request.headers.get('Content-Length');
  // Node enforces the length that a body claims.
  if (length !== null && !request.headers.has('Transfer-Encoding')) {
    return Number(length) > longest ? undefined : request.text();
  }
  if (request.body === null) return '';
  // The rest of a body that is too long is not canceled, which would close the connection before the
  // response. The server drains it.
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
