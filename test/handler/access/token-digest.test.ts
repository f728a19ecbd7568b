import assert from 'node:assert/strict';
import { tokenHash, isSameSecret } from '../../../src/handler/access/token-digest.ts';

describe('The digest of a token', () => {
  it('is its SHA-256 as printed by sha256sum', () => {
    assert.equal(
      tokenHash('abc').toString('hex'),
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    );
  });

  for (const [one, other, expected] of [
    ['secret', 'secret', true],
    ['secret', 'secreT', false],
    ['secret', 'secrets', false],
    ['', 'secret', false],
    ['ö', 'o', false],
  ] as const) {
    it(`shows whether "${one}" and "${other}" are the same`, () => {
      assert.equal(isSameSecret(one, other), expected);
    });
  }
});
