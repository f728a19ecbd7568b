import type { SQLOutputValue } from 'node:sqlite';
import { promisify } from 'node:util';
import { constants, deflate, inflate } from 'node:zlib';
import { inTurns } from '../../../async/in-turns.ts';
import { jsonSize } from '../../json-size.ts';
import type { StoreStep } from '../store.ts';
import { jsonInTurns } from './json-in-turns.ts';
import { fromJson } from './run-row.ts';

/** About so many characters of JSON are written as they are. */
const mostPlain = 65_536;
/** Before what is packed: no JSON begins so. */
const mark = 'deflate:';

const compress = promisify(deflate);
const expand = promisify(inflate);

/** What is written in place of the JSON of a value. */
export type PackedValues = ReadonlyMap<object, string>;

/** Where nothing is packed. */
export const nothingPacked: PackedValues = new Map();

/**
 * The large values of a step that are in columns of their own, packed: what an application of
 * thousands of resources makes has megabytes, nearly all of it repeated, and SQLite writes them in
 * the turn in which it commits. Others have their turns meanwhile. Absent where nothing is large.
 */
export function packLarge(step: StoreStep): Promise<PackedValues> | undefined {
  const large = valuesOf(step).filter((value) => jsonSize(value, mostPlain) > mostPlain);
  return large.length === 0 ? undefined : packAll(large);
}

function valuesOf({ checkpoints = [], enqueue = [] }: StoreStep): readonly object[] {
  return [
    ...checkpoints.flatMap(({ checkpoint, plan, result }) => [checkpoint, plan, result]),
    ...enqueue.map(({ item }) => item),
  ].filter((value) => value !== undefined);
}

async function packAll(values: readonly object[]): Promise<PackedValues> {
  const packed = new Map<object, string>();
  for (const value of values) {
    const json = (await inTurns(jsonInTurns(value))) ?? '';
    const bytes = await compress(json, { level: constants.Z_BEST_SPEED });
    packed.set(value, `${mark}${bytes.toString('base64')}`);
  }
  return packed;
}

/** What was written of a value: packed, or as plain JSON. */
export async function unpack(text: SQLOutputValue | undefined): Promise<unknown> {
  if (typeof text !== 'string' || !text.startsWith(mark)) return fromJson(text);
  const bytes = await expand(Buffer.from(text.slice(mark.length), 'base64'));
  return fromJson(bytes.toString());
}
