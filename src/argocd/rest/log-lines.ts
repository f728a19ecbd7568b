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
 * What is kept of one log, in characters: a hook may print lines of megabytes, and no line end for
 * ever. `taken` bounds what is read of an answer at all.
 */
export const logBounds = {
  width: 2_000,
  total: 128 * 1_024,
  taken: 64 * 1_024 * 1_024,
} as const;

/** A chunk as long as this holds a line that is cut, whatever its escapes (six characters each). */
const longestChunk = 6 * logBounds.width + 1_024;

/**
 * Reads the chunks of a log as they come, one JSON text a line, and keeps the last lines of it. What
 * Kubernetes says instead of a log (no such container, not started yet) comes as a line of content
 * too, but without a time (recording `hook-logs`); an error of Argo CD ends the chunks.
 */
export class LogReader {
  readonly #most: number;
  readonly #lines: string[] = [];
  #size = 0;
  #seen = 0;
  #taken = 0;
  /** The chunk that has begun, no more of it than is worth reading. */
  #chunk = '';
  #fault = '';
  #failure: unknown;

  /** `most`: how many lines are kept. */
  constructor(most: number) {
    this.#most = most;
  }

  /** Takes what has come next. False when no more is wanted. */
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

  /** The log, once all of it was taken. Throws where it was none. */
  end(): PodLog {
    this.#finish();
    // Only what reading a chunk threw.
    if (this.#failure !== undefined) throw this.#failure as Error;
    const isCut = this.#taken >= logBounds.taken;
    const cut = isCut ? `no more than ${logBounds.taken} characters of it are read` : '';
    return { lines: this.#kept(), fault: this.#fault || cut };
  }

  /** What there is of a log that broke off, and why it did; nothing where none of it has come. */
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

/** The line in a chunk of which only the beginning is there: Go writes its content first. */
function beginningOf(chunk: string): string {
  const content = /^\s*\{"result":\{"content":"((?:[^"\\]|\\u[0-9a-f]{4}|\\[^u])*)/i.exec(
    chunk,
  )?.[1];
  // Anything else of such a size is no log.
  if (content === undefined) throw new SyntaxError('a chunk without content');
  const text = JSON.parse(`"${content}"`) as string;
  return text.length > logBounds.width
    ? bounded(text, logBounds.width)
    : text + cutMark(text.length);
}
