import type { Readable } from 'node:stream';

/** A stream line longer than this is no application of a size that Kubernetes stores (1.5 MiB). */
const maxLine = 16 * 1024 * 1024;

/**
 * The messages of a server-sent event stream as Argo CD writes them: one `data:` line each, no event
 * names; `undefined` for a heartbeat comment (argo-cd.md §1.5). An error that ends the stream comes
 * as bare JSON without a line end (§1.2), and is a message too. Ends with the stream.
 */
export async function* readEvents(body: Readable): AsyncGenerator<string | undefined> {
  body.setEncoding('utf8');
  let rest = '';
  for await (const chunk of body) {
    const searched = rest.length;
    rest += chunk as string;
    let start = 0;
    for (
      let end = rest.indexOf('\n', searched);
      end >= 0;
      start = end + 1, end = rest.indexOf('\n', start)
    ) {
      const line = rest.slice(start, end);
      if (isMessage(line)) yield messageIn(line);
      else if (line.startsWith(':')) yield undefined;
    }
    rest = rest.slice(start);
    if (rest.length > maxLine) throw new Error('it sent a line without end');
  }
  if (isMessage(rest)) yield messageIn(rest);
}

function isMessage(line: string): boolean {
  return line.startsWith('data:') || line.startsWith('{');
}

function messageIn(line: string): string {
  return line.replace(/^data:/, '').trim();
}
