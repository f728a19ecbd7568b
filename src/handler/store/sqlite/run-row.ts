import type { SQLInputValue, SQLOutputValue } from 'node:sqlite';
import type { Run, RunChange, RunHead } from '../../run.ts';

/** One row as `node:sqlite` returns it, by column. */
export type Row = Record<string, SQLOutputValue>;

/** `plain`: text or number, unchanged. `flag`: 0 or 1. `json`: properties that are `undefined` are absent. */
type Form = 'plain' | 'flag' | 'json';

/** The column of each part of a run. */
const columns = {
  id: ['id', 'plain'],
  key: ['key', 'plain'],
  spec: ['order_json', 'json'],
  marker: ['marker', 'plain'],
  acceptedAt: ['accepted_at', 'plain'],
  deadline: ['deadline', 'plain'],
  tokenExpiresAt: ['token_expires_at', 'plain'],
  state: ['state', 'plain'],
  attempt: ['attempt', 'plain'],
  isCanceled: ['is_canceled', 'flag'],
  names: ['names_json', 'json'],
  report: ['report_json', 'json'],
  outcome: ['outcome', 'plain'],
  message: ['message', 'plain'],
  endedAt: ['ended_at', 'plain'],
  results: ['results_json', 'json'],
} as const satisfies Readonly<Record<keyof Run, readonly [column: string, form: Form]>>;

const parts = Object.entries(columns) as readonly [keyof Run, readonly [string, Form]][];

const headParts = parts.filter(([part]) => part !== 'results');

/** The columns of a run, for a SELECT that `runOf` reads. */
export const runColumns = columnsFor(parts);
/** The same for `headOf`. SQLite does not read the pages of columns that are not selected. */
export const headColumns = columnsFor(headParts);

function columnsFor(some: typeof parts): string {
  return some.map(([, [column]]) => `runs.${column}`).join(', ');
}

/**
 * The columns and values of a run, or of a change. The kind, which is part of the spec, also has its own
 * column, for counting and searching.
 */
export function columnsOf(change: Run | RunChange): readonly (readonly [string, SQLInputValue])[] {
  const values: Partial<Run> = change;
  const own = parts
    .filter(([part]) => part in change)
    .map(([part, [column, form]]) => [column, write(form, values[part])] as const);
  return values.spec ? [...own, ['kind', values.spec.kind]] : own;
}

/** Reads a run that was written with `columnsOf`. */
export function runOf(row: Row): Run {
  // The types are those of `columns`, which has every part of a run; only we write the table.
  return partsOf(row, parts) as Run;
}

/** Reads a run without its results. */
export function headOf(row: Row): RunHead {
  return partsOf(row, headParts) as RunHead;
}

function partsOf(row: Row, some: typeof parts): unknown {
  return Object.fromEntries(some.map(([part, [column, form]]) => [part, read(form, row[column])]));
}

/** JSON for a column; nothing for `undefined`. */
export function toJson(value: unknown): string | null {
  return value === undefined ? null : JSON.stringify(value);
}

/** What `toJson` wrote. The caller asserts the type. */
export function fromJson(text: SQLOutputValue | undefined): unknown {
  return typeof text === 'string' ? JSON.parse(text) : undefined;
}

function write(form: Form, value: Run[keyof Run]): SQLInputValue {
  if (value === undefined) return null;
  if (form === 'json') return toJson(value);
  return form === 'flag' ? Number(value) : (value as string | number);
}

function read(form: Form, value: SQLOutputValue | undefined): unknown {
  if (value === null) return undefined;
  if (form === 'json') return fromJson(value);
  return form === 'flag' ? value === 1 : value;
}
