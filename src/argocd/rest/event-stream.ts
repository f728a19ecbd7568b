import type { Readable } from 'node:stream';

/** Longer stream lines cannot be an Application that Kubernetes stores (1.5 MiB). */
const maxLine = 16 * 1024 * 1024;

/**
 * The messages of a server-sent event stream as Argo CD writes them: one `data:` line each, no event
 * names; `undefined` for a heartbeat comment (argo-cd.md §1.5). An error that ends the stream arrives as
 * bare JSON without a line end (§1.2) and is a message too. Ends with the stream.
 */
export async function* readEvents(body: Readable): AsyncGenerator<string | undefined> {
  body.setEncoding('utf8');
  // Joined once, at the end of the line, because a message may arrive in tens of thousands of pieces.
  let pieces: string[] = [];
  let length = 0;
  for await (const piece of body) {
    const chunk = piece as string;
    let start = 0;
    for (let end = chunk.indexOf('\n'); end >= 0; end = chunk.indexOf('\n', start)) {
      pieces.push(chunk.slice(start, end));
      const line = pieces.join('');
      pieces = [];
      length = 0;
      start = end + 1;
      if (isMessage(line)) yield messageIn(line);
      else if (line.startsWith(':')) yield undefined;
    }
    if (start === chunk.length) continue;
    pieces.push(chunk.slice(start));
    length += chunk.length - start;
    if (length > maxLine) throw new Error('it sent an overlong line');
  }
  const rest = pieces.join('');
  if (isMessage(rest)) yield messageIn(rest);
}

function isMessage(line: string): boolean {
  return line.startsWith('data:') || line.startsWith('{');
}

function messageIn(line: string): string {
  return line.replace(/^data:/, '').trim();
}
