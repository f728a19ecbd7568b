import assert from 'node:assert/strict';
import fc from 'fast-check';
import { printName } from '../../src/sync/model/application.ts';
import { parseApplicationList, separators } from '../../src/inputs/application-list.ts';

function names(text: string): readonly string[] | string {
  const parsed = parseApplicationList(text);
  return 'value' in parsed
    ? parsed.value.map(printName)
    : parsed.problems.map(({ text: part }) => part).join('|');
}

describe('A list of applications', () => {
  const table: readonly (readonly [string, string, readonly string[] | string])[] = [
    ['one', 'shop', ['shop']],
    ['commas and lines', 'shop, cart\r\npay\n', ['shop', 'cart', 'pay']],
    ['namespaces', 'team-a/shop,team-b/shop', ['team-a/shop', 'team-b/shop']],
    ['the same one twice', 'shop,cart,shop', ['shop', 'cart']],
    ['empty entries', ',, \n,', []],
    ['dots', 'shop.eu', ['shop.eu']],
    ['capitals are refused', 'Shop', 'Shop'],
    [
      'spaces and semicolons',
      'shop; cart pay;team-a/web\t;',
      ['shop', 'cart', 'pay', 'team-a/web'],
    ],
    ['quotes are refused', '"shop"', '"shop"'],
    ['two slashes are refused', 'a/b/c', 'a/b/c'],
    ['an empty part is refused', '/a,a/', '/a|a/'],
    ['a leading dash is refused', '-a', '-a'],
    ['a dotted namespace is refused', 'a.b/c', 'a.b/c'],
    ['a name of 254 characters is refused', `${'a.'.repeat(126)}aa`, `${'a.'.repeat(126)}aa`],
    ['every invalid one is reported', 'A,b,C', 'A|C'],
  ];
  for (const [what, text, expected] of table) {
    it(what, () => assert.deepEqual(names(text), expected));
  }

  for (const [text, problem, advice] of [
    ['Shop', 'this is not the name of an application: names must be lowercase', 'Write `shop`.'],
    [
      'Team-A/Shop.EU',
      'this is not the name of an application: names must be lowercase',
      'Write `team-a/shop.eu`.',
    ],
    [
      'https://argocd.example.com/applications/argocd/shop?view=tree&resource=',
      'this is the URL of a page, not a name',
      'Write `argocd/shop`.',
    ],
    [
      'argocd.example.com/applications/argocd/shop',
      'this is the URL of a page, not a name',
      'Write `argocd/shop`.',
    ],
    [
      'HTTPS://ARGOCD.EXAMPLE.COM:8443/argocd/applications/argocd/shop/',
      'this is the URL of a page, not a name',
      'Write `argocd/shop`.',
    ],
    [
      'https://argocd.example.com/api/v1/applications/shop?appNamespace=argocd',
      'this is the URL of a page, not a name',
      'Write `shop`.',
    ],
    [
      'https://example.com/argo-cd/applications/shop',
      'this is the URL of a page, not a name',
      'Write `shop`.',
    ],
  ] as const) {
    it(`says what to write instead of ${text}`, () => {
      assert.deepEqual(parseApplicationList(text), { problems: [{ text, problem, advice }] });
    });
  }

  it("shows the form of a name instead of a URL that is not an application's", () => {
    for (const text of [
      'https://argocd.example.com/applications',
      'https://example.com',
      'http://:',
    ]) {
      const parsed = parseApplicationList(text);
      assert.match(
        'problems' in parsed ? (parsed.problems[0]?.advice ?? '') : '',
        /argocd app list/,
      );
    }
  });

  it('has the separators that the documentation names', () => {
    const written = separators
      .replace('commas', ',')
      .replace('semicolons', ';')
      .replace('spaces', '\t')
      .replace('line breaks', '\r\n')
      .split(/(?:, )|(?: or )/);
    assert.deepEqual(written, [',', ';', '\t', '\r\n']);
    for (const separator of written) assert.deepEqual(names(`a${separator}b`), ['a', 'b']);
  });

  it('accepts at most a thousand', () => {
    const list = (count: number) => Array.from({ length: count }, (_, i) => `a${i}`).join(',');
    assert.equal(names(list(1_000)).length, 1_000);
    assert.equal(names(list(1_001)), '1001 applications');
  });

  it('returns every name that Kubernetes allows', () => {
    const name = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?$/);
    fc.assert(
      fc.property(fc.uniqueArray(name, { minLength: 1 }), (all) => {
        assert.deepEqual(names(all.join(' ,\n ')), all);
      }),
    );
  });
});
