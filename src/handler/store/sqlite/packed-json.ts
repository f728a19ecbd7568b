import type { SQLOutputValue } from 'node:sqlite';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { constants, createDeflate, inflate } from 'node:zlib';
import { inTurns } from '../../../async/in-turns.ts';
import { parseJsonInTurns } from '../../../async/json-parsing.ts';
import { jsonPieces } from '../../../text/json-printing.ts';
import { jsonSize } from '../../../text/json-size.ts';
import type { StoreStep } from '../store.ts';

/** JSON up to about this many characters is stored uncompressed. */
const mostPlain = 65_536;
/** Prefix of packed values: no JSON starts with it. */
const mark = 'deflate:';

const expand = promisify(inflate);

/** What is written in place of the JSON of each value. */
export type PackedValues = ReadonlyMap<object, string>;

/** Nothing is packed. */
export const nothingPacked: PackedValues = new Map();

/**
 * Packs the large values of a step that have their own columns. An application with thousands of resources
 * produces megabytes of repetitive JSON, which SQLite would write in one turn at commit. Packing lets other
 * code run meanwhile. Absent if nothing is large.
 */
export function packLarge(step: StoreStep): Promise<PackedValues> | undefined {
  const large = valuesOf(step).filter((value) => jsonSize(value, mostPlain) > mostPlain);
  return large.length === 0 ? undefined : packAll(large);
}

function valuesOf({ checkpoints = [], enqueue = [] }: StoreStep): readonly object[] {
  return [
    ...checkpoints.flatMap(({ checkpoint, plan, result, wait }) => [
      checkpoint,
      plan,
      result,
      wait,
    ]),
    ...enqueue.map(({ item }) => item),
  ].filter((value) => value !== undefined);
}

async function packAll(values: readonly object[]): Promise<PackedValues> {
  const packed = new Map<object, string>();
  for (const value of values) packed.set(value, await pack(value));
  return packed;
}

/** Packs piece by piece, in zlib's own threads: others have their turns in between. */
async function pack(value: object): Promise<string> {
  const pieces = Readable.from(jsonPieces(value), { highWaterMark: 1 });
  const packer = createDeflate({ level: constants.Z_BEST_SPEED });
  const bytes = await pipeline(pieces, packer, buffer);
  return `${mark}${bytes.toString('base64')}`;
}

/** Reads the JSON of a stored value, packed or plain. */
export async function unpack(text: SQLOutputValue | undefined): Promise<unknown> {
  if (typeof text !== 'string') return undefined;
  if (!text.startsWith(mark)) return inTurns(parseJsonInTurns(text));
  const bytes = await expand(Buffer.from(text.slice(mark.length), 'base64'));
  return inTurns(parseJsonInTurns(bytes.toString()));
}
