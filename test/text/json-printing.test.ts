import assert from 'node:assert/strict';
import fc from 'fast-check';
import { jsonPieces } from '../../src/text/json-printing.ts';

/** Longer than one portion. */
const long = 'x'.repeat(40_000);
const itemsOf = (count: number) => Array.from({ length: count }, (_, name) => ({ name }));

function assertSame(value: unknown, space: number): readonly string[] {
  const pieces = [...jsonPieces(value, space)];
  assert.equal(pieces.join(''), JSON.stringify(value, undefined, space) ?? '');
  return pieces;
}

describe('The portions of JSON', () => {
  const spaces = [0, 2];

  it('together equal what JSON.stringify returns', () => {
    const values = fc.anything({ withNullPrototype: false });
    const names = fc.string({ unit: 'binary' });
    fc.assert(
      fc.property(values, names, fc.constantFrom(...spaces), (value, name, space) => {
        assertSame(value, space);
        assertSame(
          { [name]: value, empty: [], none: undefined, list: [value, undefined, [], long] },
          space,
        );
        assertSame([undefined, { [name]: { long, value } }, {}, null], space);
      }),
    );
  });

  for (const space of spaces) {
    it(`do so for lists of any length, with ${space} spaces`, () => {
      for (const value of [undefined, null, 'a', 1, true, [], [undefined], {}]) {
        assertSame(value, space);
      }
      for (const count of [99, 100, 101, 200, 20_000]) {
        assertSame({ memory: { long, results: itemsOf(count) }, steps: itemsOf(count) }, space);
        assertSame([long, ...itemsOf(count)], space);
      }
    });
  }

  it('do so for long texts, wherever a surrogate pair is', () => {
    const characters = fc.constantFrom('a', '"', '\n', '😀', '\ud83d', '\ude00');
    const ends = fc.array(characters, { minLength: 4, maxLength: 8 });
    fc.assert(
      fc.property(ends, fc.integer({ min: 32_760, max: 32_768 }), (some, length) => {
        assertSame('x'.repeat(length) + some.join('') + long, 0);
      }),
    );
  });

  it('are always short, whatever is long', () => {
    const values = [
      { memory: { begun: itemsOf(50_000) }, steps: itemsOf(50_000) },
      [[[{ steps: itemsOf(50_000) }]], long],
      { attachment: { text: 'x'.repeat(1_000_000) } },
    ];
    for (const value of values) {
      const pieces = assertSame(value, 2);
      const longest = Math.max(...pieces.map(({ length }) => length));
      assert.ok(pieces.length >= 10, `${pieces.length} pieces`);
      assert.ok(longest <= 100_000, `${longest} characters in a piece`);
    }
  });
});
