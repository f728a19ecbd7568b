import { crc32, deflateSync, inflateSync } from 'node:zlib';

/** Pixels of a picture, three bytes each, row by row. */
interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly colors: readonly number[];
}

const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
/** The size of a palette. */
const mostColors = 256;
/** Quantization step of a channel; text in a page needs no finer one. */
const step = 8;

/**
 * A PNG as Chromium draws it, opaque and with 8 bits per channel, reduced to its 256 most frequent colors:
 * pages of text look the same, with a third of the bytes. A picture with transparency is returned unchanged.
 * Throws for other kinds of PNG.
 */
export function withPalette(png: Buffer): Buffer {
  const pixels = readPixels(png);
  if (pixels === undefined) return png;
  const { width, height, colors } = pixels;
  const palette = paletteOf(colors);
  const indexes = new Map<number, number>(palette.map((color, index) => [color, index]));
  const rows = Buffer.alloc(height * (width + 1));
  for (const [at, color] of colors.entries()) {
    let index = indexes.get(color);
    if (index === undefined) indexes.set(color, (index = nearest(color, palette)));
    rows[Math.floor(at / width) * (width + 1) + 1 + (at % width)] = index;
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 3, 0, 0, 0], 8);
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('PLTE', Buffer.from(palette.flatMap(channels))),
    chunk('IDAT', deflateSync(rows, { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** Undefined if a pixel is not opaque. */
function readPixels(png: Buffer): Pixels | undefined {
  const chunks = chunksOf(png);
  const header = chunks.find(({ type }) => type === 'IHDR')?.data ?? Buffer.alloc(13);
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)];
  const [depth, kind, , , interlace] = header.subarray(8);
  const size = kind === 2 ? 3 : 4;
  if (depth !== 8 || (kind !== 2 && kind !== 6) || interlace !== 0) {
    throw new Error('The PNG is not one that Chromium draws.');
  }
  const data = chunks.filter(({ type }) => type === 'IDAT').map((each) => each.data);
  const bytes = unfiltered(inflateSync(Buffer.concat(data)), width * size, height, size);
  const colors: number[] = [];
  for (let at = 0; at < bytes.length; at += size) {
    if (size === 4 && bytes[at + 3] !== 255) return undefined;
    colors.push(
      rounded(bytes[at]) * 65_536 + rounded(bytes[at + 1]) * 256 + rounded(bytes[at + 2]),
    );
  }
  return { width, height, colors };
}

/** Reverses the filter of each row (PNG specification, section 9). */
function unfiltered(raw: Buffer, length: number, height: number, size: number): Buffer {
  const bytes = Buffer.alloc(length * height);
  for (let row = 0; row < height; row += 1) {
    const filter = raw[row * (length + 1)];
    for (let x = 0; x < length; x += 1) {
      const at = row * length + x;
      const left = x < size ? 0 : (bytes[at - size] ?? 0);
      const up = row === 0 ? 0 : (bytes[at - length] ?? 0);
      const corner = x < size || row === 0 ? 0 : (bytes[at - length - size] ?? 0);
      const guesses = [0, left, up, Math.floor((left + up) / 2), paeth(left, up, corner)];
      bytes[at] = (raw[row * (length + 1) + 1 + x] ?? 0) + (guesses[filter ?? 0] ?? 0);
    }
  }
  return bytes;
}

function paeth(left: number, up: number, corner: number): number {
  const guess = left + up - corner;
  const off = (each: number) => Math.abs(guess - each);
  if (off(left) <= off(up) && off(left) <= off(corner)) return left;
  return off(up) <= off(corner) ? up : corner;
}

function rounded(channel = 0): number {
  return Math.min(255, Math.round(channel / step) * step);
}

function paletteOf(colors: readonly number[]): readonly number[] {
  const counts = new Map<number, number>();
  for (const color of colors) counts.set(color, (counts.get(color) ?? 0) + 1);
  const byCount = [...counts].sort(([, one], [, other]) => other - one);
  return byCount.slice(0, mostColors).map(([color]) => color);
}

function nearest(color: number, palette: readonly number[]): number {
  const distances = palette.map((each) => distance(each, color));
  return distances.indexOf(Math.min(...distances));
}

function distance(one: number, other: number): number {
  const theirs = channels(other);
  return channels(one).reduce((sum, each, at) => sum + (each - (theirs[at] ?? 0)) ** 2, 0);
}

function channels(color: number): readonly number[] {
  return [color >> 16, (color >> 8) & 255, color & 255];
}

function chunksOf(png: Buffer): readonly { readonly type: string; readonly data: Buffer }[] {
  const chunks = [];
  for (let at = signature.length; at < png.length;) {
    const length = png.readUInt32BE(at);
    const [type, data] = [
      png.toString('latin1', at + 4, at + 8),
      png.subarray(at + 8, at + 8 + length),
    ];
    chunks.push({ type, data });
    at += length + 12;
  }
  return chunks;
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}
