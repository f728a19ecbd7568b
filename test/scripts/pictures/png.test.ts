import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32, deflateSync, inflateSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { root } from '../../../scripts/bundle.ts';
import { withPalette } from '../../../scripts/pictures/png.ts';

type Color = readonly [red: number, green: number, blue: number];

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}

/** A picture of one row, with each pixel filtered by the one to its left. */
function rowOf(colors: readonly Color[]): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(colors.length, 0);
  header.writeUInt32BE(1, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const bytes = colors.flat();
  const row = bytes.map((byte, at) => (byte - (bytes[at - 3] ?? 0)) & 255);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.from([1, ...row]))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function data(png: Buffer, type: string): Buffer {
  const at = png.indexOf(type, 0, 'latin1');
  return png.subarray(at + 4, at + 4 + png.readUInt32BE(at - 4));
}

/** The colors of a picture with a palette. */
function colorsOf(png: Buffer): readonly Color[] {
  const palette = data(png, 'PLTE');
  const [, ...indexes] = inflateSync(data(png, 'IDAT'));
  return indexes.map(
    (index) => [...palette.subarray(index * 3, index * 3 + 3)] as unknown as Color,
  );
}

describe('A picture with a palette', () => {
  const channel = fc.integer({ min: 0, max: 255 });
  const aRow = fc.array(fc.tuple(channel, channel, channel), { minLength: 1, maxLength: 200 });

  it('has for every pixel a color that no eye can distinguish from its own', () => {
    fc.assert(
      fc.property(aRow, (row) => {
        for (const [at, color] of colorsOf(withPalette(rowOf(row))).entries()) {
          for (const [each, value] of color.entries()) {
            assert.ok(Math.abs(value - (row[at]?.[each] ?? 0)) <= 4);
          }
        }
      }),
      { numRuns: 30 },
    );
  });

  it('uses the nearest color if there are more than a palette holds', () => {
    const many = Array.from({ length: 600 }, (_, at): Color => [(at % 30) * 8, (at % 20) * 8, 0]);
    const white = Array.from({ length: 50 }, (): Color => [255, 255, 255]);
    const shown = colorsOf(withPalette(rowOf([...white, ...many, [248, 248, 248]])));
    assert.deepEqual(shown[0], [255, 255, 255]);
    assert.equal(shown.length, 651);
  });

  it('is unchanged if it is transparent, like icons are', () => {
    const icon = readFileSync(join(root, 'tasks/ArgoCDGate/V1/icon.png'));
    assert.equal(withPalette(icon), icon);
  });

  it('is refused as input, since Chromium draws none', () => {
    assert.throws(
      () => withPalette(withPalette(rowOf([[1, 2, 3]]))),
      /not one that Chromium draws/,
    );
  });
});
