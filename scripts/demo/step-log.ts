import type { Line, Tone } from './line.ts';
import { indent, line } from './line.ts';
import { cut } from './text-grid.ts';

const tagged = /^##\[(group|endgroup|error|warning|section|command|debug)\](.*)$/;
/** The word for a step's state, with the spaces around its column. */
const state = /^(.* {2})(Running|Succeeded|Failed|Not reached)( .*|)$/;

const stateTones: Readonly<Record<string, Tone>> = { Succeeded: 'good', Failed: 'bad' };

/** Before each line of a run's log. */
export const gutter = '│ ';

/** Reads the log of a step like the run's page shows it: groups expanded, tags as colors. */
export class StepLog {
  readonly #width: number;
  #margin = '';

  /** `width`: columns available for a line. */
  constructor(width: number) {
    this.#width = width;
  }

  /** The visible form of a line; undefined for the end of a group. */
  read(raw: string): Line | undefined {
    const [, tag, text = ''] = tagged.exec(raw) ?? [];
    switch (tag) {
      case 'group':
        this.#margin = '  ';
        return line(`▾ ${text}`, 'title');
      case 'endgroup':
        this.#margin = '';
        return undefined;
      case 'section':
        return line(text, 'good');
      case 'error':
        return line(raw, 'bad');
      case 'warning':
        return line(raw, 'warn');
      default:
        return indent(readStep(raw, this.#width - this.#margin.length), this.#margin);
    }
  }
}

/** Lines of steps that did not fail are cut rather than wrapped: they say little more than `created`. */
function readStep(raw: string, width: number): Line {
  const [, before, word = '', after = ''] = state.exec(raw) ?? [];
  if (before === undefined) return line(raw);
  const room = width - before.length - word.length;
  return [
    { text: before, tone: 'plain' },
    { text: word, tone: stateTones[word] ?? 'faint' },
    { text: word === 'Failed' ? after : cut(after, room), tone: 'faint' },
  ];
}
