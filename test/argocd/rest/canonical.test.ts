import assert from 'node:assert/strict';
import fc from 'fast-check';
import { canonical } from '../../../src/argocd/rest/canonical.ts';

describe('The canonical text of a JSON value', () => {
  const equal: readonly [unknown, unknown][] = [
    [
      { a: 1, b: 2 },
      { b: 2, a: 1 },
    ],
    [{ a: { c: 1, b: [{ y: 1, x: 2 }] } }, { a: { b: [{ x: 2, y: 1 }], c: 1 } }],
    [{ a: 1 }, { a: 1, b: null, c: '', d: false, e: [], f: undefined }],
  ];
  for (const [one, other] of equal) {
    it(`is the same for ${JSON.stringify(one)} and ${JSON.stringify(other)}`, () => {
      assert.equal(canonical(one), canonical(other));
    });
  }

  const different: readonly [unknown, unknown][] = [
    [{ a: 1 }, { a: 2 }],
    [{ a: 1 }, { a: '1' }],
    [{ limit: 0 }, {}],
    [{ apply: {} }, {}],
    [{ a: ['x', 'y'] }, { a: ['y', 'x'] }],
    [{ a: { b: 1 } }, { b: { a: 1 } }],
  ];
  for (const [one, other] of different) {
    it(`differs for ${JSON.stringify(one)} and ${JSON.stringify(other)}`, () => {
      assert.notEqual(canonical(one), canonical(other));
    });
  }

  it('does not depend on the order of keys', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const reversed = Object.fromEntries(Object.entries(value).reverse());
        assert.equal(canonical(value), canonical(reversed));
      }),
    );
  });

  it('equals the text that earlier versions stored', () => {
    const isEmpty = (value: unknown) =>
      value === null || value === '' || value === false || (Array.isArray(value) && !value.length);
    const before = (value: unknown) =>
      JSON.stringify(value, (_, child: unknown) => {
        if (isEmpty(child)) return undefined;
        if (typeof child !== 'object' || child === null || Array.isArray(child)) return child;
        const entries = Object.entries(child).filter(([, each]) => !isEmpty(each));
        return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
      });
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        assert.equal(canonical(value), before(value));
      }),
    );
  });
});
