import { StringDecoder } from 'node:string_decoder';

/** Splits the bytes of a pipe into lines at `\n`, `\r` and `\r\n`, like .NET does for the agent. */
export class LineSplitter {
  readonly #decoder = new StringDecoder('utf8');
  readonly #onLine: (line: string) => void;
  #rest = '';

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  push(bytes: Buffer): void {
    const text = this.#rest + this.#decoder.write(bytes);
    // A last \r may be the first half of \r\n, so it waits for the next chunk.
    const lines = text.split(/\r\n|\n|\r(?!$)/);
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#onLine(line);
  }

  end(): void {
    const rest = (this.#rest + this.#decoder.end()).replace(/\r$/, '');
    this.#rest = '';
    if (rest !== '') this.#onLine(rest);
  }
}
