import { styleText } from 'node:util';
import pino from 'pino';
import { plainLine, plainLines } from '../../text/foreign-text.ts';

/** Where pino writes its lines to. */
export interface LogDestination {
  write(line: string): void;
}

interface LogTextOptions {
  readonly write: (text: string) => void;
  readonly colors: boolean;
}

/** One line of pino's, as far as it is known. */
interface Entry {
  readonly level: number;
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly msg?: string;
  readonly [field: string]: unknown;
}

type Style = 'dim' | 'yellow' | 'red';

const levelWidth = 5;
const longestMessage = 2_000;
const longestValue = 500;
const stackBounds = { lines: 20, width: 300 };

/**
 * The log for a person at a terminal: `HH:MM:SS  level  message  key=value …`, in local time. Texts of
 * others are in it, so nothing that moves a cursor or is invisible passes.
 */
export function redactedLogStream({ write, colors }: LogTextOptions): LogDestination {
  const paint = (style: Style, text: string) =>
    colors ? styleText(style, text, { validateStream: false }) : text;
  return {
    write(line) {
      const { level, time, msg = '', ...fields } = JSON.parse(line) as Entry;
      const name = pino.levels.labels[level] ?? String(level);
      const { err, stack } = faultOf(fields['err']);
      const details = Object.entries({ ...fields, err })
        .filter(([, value]) => value !== undefined)
        .map(([key, value]) => `${plainLine(key)}=${printValue(value)}`);
      const parts = [
        new Date(time).toTimeString().slice(0, 8),
        paint(styleOf(level), name.padEnd(levelWidth)),
        plainLine(msg, longestMessage),
        ...(details.length > 0 ? [paint('dim', details.join(' '))] : []),
      ];
      write([parts.join('  '), ...stack].map((text) => `${text}\n`).join(''));
    },
  };
}

function styleOf(level: number): Style {
  if (level < 40) return 'dim';
  return level < 50 ? 'yellow' : 'red';
}

/** An error as pino's serializer leaves it. */
function faultOf(err: unknown): { readonly err: unknown; readonly stack: readonly string[] } {
  if (typeof err !== 'object' || err === null) return { err, stack: [] };
  const { message, stack } = err as { readonly message?: unknown; readonly stack?: unknown };
  return { err: message ?? err, stack: typeof stack === 'string' ? framesOf(stack) : [] };
}

/** Where it happened, without the message, which stands in the line above. */
function framesOf(stack: string): readonly string[] {
  return plainLines(stack, stackBounds).filter((line) => /^\s+at /.test(line));
}

/** Bare where it can be told from what follows, else in quotation marks. */
function printValue(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const line = plainLine(text, longestValue);
  const isBare = typeof value !== 'string' || /^[^\s"=]+$/.test(line);
  return isBare ? line : JSON.stringify(line);
}
