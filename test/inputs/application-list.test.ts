import assert from 'node:assert/strict';
import fc from 'fast-check';
import { printName } from '../../src/sync/application.ts';
import { parseApplicationList } from '../../src/inputs/application-list.ts';

function names(text: string): readonly string[] | string {
  const parsed = parseApplicationList(text);
  return 'value' in parsed
    ? parsed.value.map(printName)
    : parsed.problems.map(({ text: part }) => part).join('|');
}

describe('a list of applications', () => {
  const table: readonly (readonly [string, string, readonly string[] | string])[] = [
    ['one', 'shop', ['shop']],
    ['commas and lines', 'shop, cart\r\npay\n', ['shop', 'cart', 'pay']],
    ['namespaces', 'team-a/shop,team-b/shop', ['team-a/shop', 'team-b/shop']],
    ['the same one twice', 'shop,cart,shop', ['shop', 'cart']],
    ['empty entries', ',, \n,', []],
    ['dots', 'shop.eu', ['shop.eu']],
    ['capitals are refused', 'Shop', 'Shop'],
    ['blanks are refused', 'a b', 'a b'],
    ['two slashes are refused', 'a/b/c', 'a/b/c'],
    ['an empty part is refused', '/a,a/', '/a|a/'],
    ['a leading dash is refused', '-a', '-a'],
    ['a dotted namespace is refused', 'a.b/c', 'a.b/c'],
    ['a name of 254 characters is refused', `${'a.'.repeat(126)}aa`, `${'a.'.repeat(126)}aa`],
    ['every wrong one is told', 'A,b,C', 'A|C'],
  ];
  for (const [what, text, expected] of table) {
    it(what, () => assert.deepEqual(names(text), expected));
  }

  it('takes a thousand and no more', () => {
    const list = (count: number) => Array.from({ length: count }, (_, i) => `a${i}`).join(',');
    assert.equal(names(list(1_000)).length, 1_000);
    assert.equal(names(list(1_001)), '1001 applications');
  });

  it('gives back every name that Kubernetes takes', () => {
    const name = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?$/);
    fc.assert(
      fc.property(fc.uniqueArray(name, { minLength: 1 }), (all) => {
        assert.deepEqual(names(all.join(' ,\n ')), all);
      }),
    );
  });
});
