/** A log of a plan: a file that only grows. */
export class PlanLog {
  readonly id: number;
  readonly path: string;
  readonly createdOn: string;
  #lastChangedOn: string;
  #lineCount = 0;
  readonly #pieces: string[] = [];

  constructor(id: number, path: string, createdOn: string) {
    this.id = id;
    this.path = path;
    this.createdOn = createdOn;
    this.#lastChangedOn = createdOn;
  }

  get lineCount(): number {
    return this.#lineCount;
  }

  get text(): string {
    return this.#pieces.join('');
  }

  get lines(): readonly string[] {
    const lines = this.text.split(/\r?\n/);
    if (lines.at(-1) === '') lines.pop();
    return lines;
  }

  append(text: string, at: string): void {
    this.#pieces.push(text);
    this.#lineCount += text.split('\n').length - (text.endsWith('\n') || text === '' ? 1 : 0);
    this.#lastChangedOn = at;
  }

  /** The form in responses. */
  get reference() {
    return {
      path: this.path,
      lineCount: this.#lineCount,
      createdOn: this.createdOn,
      lastChangedOn: this.#lastChangedOn,
      id: this.id,
      location: null,
    };
  }
}
