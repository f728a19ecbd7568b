import assert from 'node:assert/strict';
import fc from 'fast-check';
import { percentDecode, percentEncode } from '../../src/text/percent-encoding.ts';

describe('Percent encoding', () => {
  it('restores every text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        assert.equal(percentDecode(percentEncode(text)), text);
      }),
    );
  });

  it('accepts any text, including lone surrogates', () => {
    assert.equal(percentEncode('a\ud800/'), 'a%EF%BF%BD%2F');
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void percentEncode(text)));
  });

  for (const [text, decoded] of [
    ['100%sure', '100%sure'],
    ['50%deal', '50%deal'],
    ['p%40ss', 'p@ss'],
    ['%E2%82%AC%', '€%'],
    ['%E2%82', '%E2%82'],
    ['%', '%'],
  ] as const) {
    it(`reads ${text} as intended`, () => assert.equal(percentDecode(text), decoded));
  }
});
