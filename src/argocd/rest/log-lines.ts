import * as z from 'zod/mini';
import type { PodLog } from '../port.ts';
import { messageOf } from './answer.ts';
import { bounded, cutMark } from './bounded-text.ts';

const chunkSchema = z.lazy(() =>
  z.object({
    result: z.object({
      content: z.nullish(z.string()),
      last: z.nullish(z.boolean()),
      timeStamp: z.nullish(z.string()),
    }),
  }),
);

/**
 * What is kept of one log, in characters: a hook may print lines of megabytes, or never end a line.
 * `taken` bounds what is read of an answer at all.
 */
export const logBounds = {
  width: 2_000,
  total: 128 * 1_024,
  taken: 64 * 1_024 * 1_024,
} as const;

/**
 * A chunk of this length contains a line that is cut anyway, even if every character is escaped (six
 * characters each).
 */
const longestChunk = 6 * logBounds.width + 1_024;

/**
 * Reads the chunks of a log as they arrive, one JSON text per line, and keeps its last lines. What
 * Kubernetes returns instead of a log (no such container, not started yet) also arrives as a line of
 * content, but without a time (recording `hook-logs`). An error of Argo CD ends the chunks.
 */
export class LogReader {
  readonly #most: number;
  readonly #lines: string[] = [];
  #size = 0;
  #seen = 0;
  #taken = 0;
  /** The incomplete chunk, bounded. */
  #chunk = '';
  #fault = '';
  #failure: unknown;

  /** `most` is how many lines are kept. */
  constructor(most: number) {
    this.#most = most;
  }

  /** Takes the next piece. Returns false to stop. */
  take(piece: string): boolean {
    this.#taken += piece.length;
    let start = 0;
    for (let end = piece.indexOf('\n'); end >= 0; end = piece.indexOf('\n', start)) {
      this.#grow(piece.slice(start, end));
      this.#finish();
      start = end + 1;
    }
    this.#grow(piece.slice(start));
    return this.#failure === undefined && this.#taken < logBounds.taken;
  }

  /** The log, after its last piece. Throws if it was not a log. */
  end(): PodLog {
    this.#finish();
    // Only errors of reading a chunk.
    if (this.#failure !== undefined) throw this.#failure as Error;
    const isCut = this.#taken >= logBounds.taken;
    const cut = isCut ? `no more than ${logBounds.taken} characters of it are read` : '';
    return { lines: this.#kept(), fault: this.#fault || cut };
  }

  /** The beginning of a log that broke off, and why; undefined if nothing has arrived. */
  broken(fault: string): PodLog | undefined {
    return this.#lines.length === 0 ? undefined : { lines: this.#kept(), fault };
  }

  #kept(): readonly string[] {
    const leftOut = Math.min(this.#seen, this.#most) - this.#lines.length;
    if (leftOut === 0) return this.#lines;
    const note = `… (${leftOut} earlier lines omitted: ${logBounds.total} characters of a log are kept)`;
    return [note, ...this.#lines];
  }

  #grow(text: string): void {
    if (this.#chunk.length >= longestChunk) return;
    this.#chunk += text.slice(0, longestChunk - this.#chunk.length);
  }

  #finish(): void {
    const chunk = this.#chunk;
    this.#chunk = '';
    if (chunk.trim() === '' || this.#failure !== undefined) return;
    try {
      if (chunk.length < longestChunk) this.#read(JSON.parse(chunk));
      else this.#keep(beginningOf(chunk));
    } catch (error) {
      this.#failure = error;
    }
  }

  #read(json: unknown): void {
    const error = messageOf(json);
    if (error !== undefined) {
      this.#fault ||= bounded(error, logBounds.width);
      return;
    }
    const { content, last, timeStamp } = chunkSchema.parse(json).result;
    if (last === true) return;
    const line = bounded(content ?? '', logBounds.width);
    if (timeStamp == null) this.#fault ||= line;
    else this.#keep(line);
  }

  #keep(line: string): void {
    this.#lines.push(line);
    this.#seen += 1;
    this.#size += line.length + 1;
    while (this.#lines.length > this.#most || this.#size > logBounds.total) {
      this.#size -= (this.#lines.shift()?.length ?? 0) + 1;
    }
  }
}

/** The line in an incomplete chunk: Go writes its content first. */
function beginningOf(chunk: string): string {
  const content = /^\s*\{"result":\{"content":"((?:[^"\\]|\\u[0-9a-f]{4}|\\[^u])*)/i.exec(
    chunk,
  )?.[1];
  // Anything else of this size is not a log.
  if (content === undefined) throw new SyntaxError('a chunk without content');
  const text = JSON.parse(`"${content}"`) as string;
  return text.length > logBounds.width
    ? bounded(text, logBounds.width)
    : text + cutMark(text.length);
}
