import type { ApplicationResult } from '../sync/model/outcome.ts';
import { Semaphore } from '../async/semaphore.ts';

/** Characters of hook logs that a run keeps, for all its applications and their hooks. */
export const mostLogCharacters = 256 * 1_024;
/** Logs that a run reads at a time. */
const readAtOnce = 4;
const leftOut = `a run keeps ${mostLogCharacters} characters of logs`;

/** What a run may keep of the logs of its hooks: first come, first served. */
export class LogBudget {
  readonly #held = new Map<string, number>();
  /** Bounds concurrent reads, so that not many logs are in memory before they are truncated. */
  readonly semaphore = new Semaphore(readAtOnce);
  #left = mostLogCharacters;

  /** Why a log is not worth reading, if so. */
  refusal(id: string): string | undefined {
    const left = this.#left + (this.#held.get(id) ?? 0);
    return left > 0 ? undefined : `Its log was omitted: ${leftOut}.`;
  }

  /** The last lines of a log that may be kept, replacing what was kept under that id before. */
  hold(id: string, lines: readonly string[]): readonly string[] {
    this.release(id);
    let first = lines.length;
    let size = 0;
    for (; first > 0; first -= 1) {
      const next = sizeOf(lines[first - 1]);
      if (size + next > this.#left) break;
      size += next;
    }
    // What is left is too little for the next one, too.
    if (first > 0) size = this.#left;
    this.#left -= size;
    this.#held.set(id, size);
    return first === 0
      ? lines
      : [`… (${first} earlier lines omitted: ${leftOut})`, ...lines.slice(first)];
  }

  release(id: string): void {
    this.#left += this.#held.get(id) ?? 0;
    this.#held.delete(id);
  }

  /** Counts the logs in a result that another process has kept. */
  count(path: string, { causes }: ApplicationResult): void {
    const logs = causes.flatMap(({ log }) => log);
    if (logs.length > 0) this.hold(path, logs);
  }
}

function sizeOf(line = ''): number {
  return line.length + 1;
}
