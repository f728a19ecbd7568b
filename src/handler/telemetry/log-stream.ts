import { styleText } from 'node:util';
import pino from 'pino';
import { plainLine, plainLines } from '../../text/foreign-text.ts';

/** Where pino writes its lines. */
export interface LogDestination {
  write(line: string): void;
}

interface LogTextOptions {
  readonly write: (text: string) => void;
  readonly colors: boolean;
}

/** The known fields of one of pino's lines. */
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
 * The log for a person at a terminal: `HH:MM:SS  level  message  key=value …`, in local time. Foreign text is
 * made safe: nothing that moves the cursor or is invisible passes.
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

/** An error as pino's serializer writes it. */
function faultOf(err: unknown): { readonly err: unknown; readonly stack: readonly string[] } {
  if (typeof err !== 'object' || err === null) return { err, stack: [] };
  const { message, stack } = err as { readonly message?: unknown; readonly stack?: unknown };
  return { err: message ?? err, stack: typeof stack === 'string' ? framesOf(stack) : [] };
}

/** The stack, without the message, which is in the line above. */
function framesOf(stack: string): readonly string[] {
  return plainLines(stack, stackBounds).filter((line) => /^\s+at /.test(line));
}

/** Without quotation marks if the value's end is obvious. */
function printValue(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const line = plainLine(text, longestValue);
  const isBare = typeof value !== 'string' || /^[^\s"=]+$/.test(line);
  return isBare ? line : JSON.stringify(line);
}
