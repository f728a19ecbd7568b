import type { ApplicationResult } from '../sync/model/outcome.ts';
import { Semaphore } from '../async/semaphore.ts';

/** Characters of hooks' logs that a run keeps, whatever its applications and their hooks. */
export const mostLogCharacters = 256 * 1_024;
/** Logs that a run reads at a time. */
const readAtOnce = 4;
const leftOut = `a run keeps ${mostLogCharacters} characters of logs`;

/** What a run may keep of the logs of its hooks: whoever comes first has it. */
export class LogBudget {
  readonly #held = new Map<string, number>();
  /** In which logs are read, so that many are not in memory before they are bounded. */
  readonly semaphore = new Semaphore(readAtOnce);
  #left = mostLogCharacters;

  /** Why a log is not worth reading, if so. */
  refusal(id: string): string | undefined {
    const left = this.#left + (this.#held.get(id) ?? 0);
    return left > 0 ? undefined : `Its log was omitted: ${leftOut}.`;
  }

  /** What may be kept of a log, its last lines, in place of what was held by that id before. */
  hold(id: string, lines: readonly string[]): readonly string[] {
    this.release(id);
    let first = lines.length;
    let size = 0;
    for (; first > 0; first -= 1) {
      const next = sizeOf(lines[first - 1]);
      if (size + next > this.#left) break;
      size += next;
    }
    // What is left is of no use to the next one either.
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
