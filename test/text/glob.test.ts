import assert from 'node:assert/strict';
import fc from 'fast-check';
import { fits } from '../../src/text/glob.ts';

/** The same by Node's regular expressions, which may be slow but are obviously correct. */
function fitsByExpression(pattern: string, text: string): boolean {
  const source = [...pattern]
    .map((character) =>
      character === '*' ? '[^/]*' : character === '?' ? '[^/]' : escape(character),
    )
    .join('');
  return new RegExp(`^${source}$`, 'us').test(text);
}

function escape(character: string): string {
  return character.replace(/[\\^$.*+?()[\]{}|/]/, '\\$&');
}

describe('A pattern', () => {
  const cases: readonly [string, string, boolean][] = [
    ['shop-web', 'shop-web', true],
    ['shop-web', 'shop-web2', false],
    ['shop-*', 'shop-', true],
    ['shop-*', 'shop-web', true],
    ['shop-*', 'shop', false],
    ['*-web', 'shop-web', true],
    ['*', '', true],
    ['*', 'shop', true],
    ['*', 'team/shop', false],
    ['shop*', 'shop/web', false],
    ['team/*', 'team/shop', true],
    ['team/*', 'team', false],
    ['*/*', 'team/shop', true],
    ['*/*', 'a/b/c', false],
    ['shop-?', 'shop-1', true],
    ['shop-?', 'shop-', false],
    ['shop?web', 'shop/web', false],
    ['?', '\u{1F6D2}', true],
    ['a*b*c', 'abbbcbc', true],
    ['a*b*c', 'abbbcb', false],
    ['shop.web', 'shopxweb', false],
    ['', '', true],
    ['', 'a', false],
  ];
  for (const [pattern, text, expected] of cases) {
    it(`"${pattern}" ${expected ? 'matches' : 'does not match'} "${text}"`, () => {
      assert.equal(fits(pattern, text), expected);
    });
  }

  it('matches exactly what its meaning says', () => {
    const letters = (extra: string) =>
      fc.string({ unit: fc.constantFrom(...'ab-./', ...extra), maxLength: 12 });
    fc.assert(
      fc.property(letters('*?'), letters(''), (pattern, text) => {
        assert.equal(fits(pattern, text), fitsByExpression(pattern, text));
      }),
      { numRuns: 5_000 },
    );
  });

  it('matches each text from which it is made by inserting stars', () => {
    const text = fc.string({ unit: fc.constantFrom(...'ab-.'), maxLength: 20 });
    fc.assert(
      fc.property(text, fc.nat(20), fc.nat(20), (whole, one, other) => {
        const [from, to] = [Math.min(one, other), Math.max(one, other)];
        assert.ok(fits(`${whole.slice(0, from)}*${whole.slice(to)}`, whole));
      }),
    );
  });

  it('is fast for patterns that are slow as regular expressions', () => {
    // As a regular expression, it would exceed the test's time limit.
    assert.equal(fits(`${'*a'.repeat(100)}*b`, 'a'.repeat(5_000)), false);
  });
});
