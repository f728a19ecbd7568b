import { styleText } from 'node:util';
import type { Line, Tone } from './line.ts';
import { indent, line, wrap } from './line.ts';

/** Where the demo writes to. */
export interface ScreenOptions {
  readonly write: (text: string) => void;
  /** Columns. */
  readonly width: number;
  readonly colors: boolean;
}

/** Before the lines of a section. */
const inside = '  ';

const styles: Readonly<Record<Exclude<Tone, 'plain'>, Parameters<typeof styleText>[0]>> = {
  title: 'bold',
  good: 'green',
  bad: 'red',
  warn: 'yellow',
  faint: 'dim',
};

/** Lines on a terminal or in a file, within its width, and in colors only if they are supported. */
export class Screen {
  readonly #options: ScreenOptions;

  constructor(options: ScreenOptions) {
    this.#options = options;
  }

  get width(): number {
    return this.#options.width;
  }

  /** Prints a line; each of its rows starts with the margin. */
  line(pieces: Line, margin = ''): void {
    for (const row of wrap(pieces, this.width - margin.length)) {
      this.#write(indent(row, margin, 'faint'));
    }
  }

  text(text = ''): void {
    this.line(line(text));
  }

  /** Prints a title after an empty line, and the lines below it, indented. */
  section(title: string, lines: readonly Line[]): void {
    this.text();
    this.line(line(title, 'title'));
    for (const each of lines) this.line(each, inside);
  }

  /** Columns available in a section. */
  get roomInside(): number {
    return this.width - inside.length;
  }

  /** `── Title ───────`, after an empty line. */
  rule(title: string, stroke = '─'): void {
    const left = `${stroke}${stroke} ${title} `;
    this.text();
    this.line(line(left.padEnd(this.width, stroke), 'title'));
  }

  #write(row: Line): void {
    const { write, colors } = this.#options;
    const paint = (text: string, tone: Tone) =>
      colors && tone !== 'plain' && text !== ''
        ? styleText(styles[tone], text, { validateStream: false })
        : text;
    write(
      `${row
        .map(({ text, tone }) => paint(text, tone))
        .join('')
        .trimEnd()}\n`,
    );
  }
}
