import assert from 'node:assert/strict';
import fc from 'fast-check';
import { hasLabels, readLabelSelector } from '../../src/text/label-selector.ts';

describe('A label selector', () => {
  const labels = { team: 'shop', tier: 'web', weight: '7', empty: '', 'example.com/a': 'b' };
  const cases: readonly [string, boolean][] = [
    ['team=shop', true],
    ['team==shop', true],
    ['team=web', false],
    ['team!=web', true],
    ['team!=shop', false],
    ['absent!=shop', true],
    ['absent=shop', false],
    ['absent=', false],
    ['empty=', true],
    ['tier in (web, api)', true],
    ['tier in (db)', false],
    ['tier notin (db)', true],
    ['tier notin (web)', false],
    ['absent notin (web)', true],
    ['absent in (web)', false],
    ['empty in (a,,b)', true],
    ['team', true],
    ['absent', false],
    ['!team', false],
    ['! absent', true],
    ['weight>6', true],
    ['weight>7', false],
    ['weight<8', true],
    ['weight<7', false],
    ['team>1', false],
    ['absent<1', false],
    ['example.com/a=b', true],
    ['team=shop,tier=web', true],
    ['team=shop,tier=db', false],
    ['toString', false],
    ['!constructor', true],
  ];
  for (const [selector, expected] of cases) {
    it(`${expected ? 'selects' : 'does not select'}: ${selector}`, () => {
      const requirements = readLabelSelector(selector);
      assert.ok(requirements);
      assert.equal(hasLabels(labels, requirements), expected);
    });
  }

  it('selects by all its parts, in any order', () => {
    const word = fc.constantFrom('a', 'b', 'c');
    const one = fc.oneof(
      fc.tuple(word, fc.constantFrom('=', '!='), word).map((parts) => parts.join('')),
      fc.tuple(word, fc.constantFrom('in', 'notin'), word).map(([k, o, v]) => `${k} ${o} (${v})`),
      word,
      word.map((key) => `!${key}`),
    );
    const given = fc.dictionary(word, word);
    const selects = (of: Record<string, string>, selector: string) =>
      hasLabels(of, readLabelSelector(selector) ?? []);
    fc.assert(
      fc.property(given, fc.array(one, { minLength: 1 }), (of, parts) => {
        const each = parts.every((part) => selects(of, part));
        assert.equal(selects(of, parts.join(',')), each);
        assert.equal(selects(of, parts.toReversed().join(' , ')), each);
      }),
    );
  });

  for (const text of ['', ',', 'a=b c', 'a in b', 'a,', '=a', '(a)']) {
    it(`is invalid: "${text}"`, () => assert.equal(readLabelSelector(text), undefined));
  }
});
