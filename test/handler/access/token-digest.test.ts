import assert from 'node:assert/strict';
import { tokenHash, isSameSecret } from '../../../src/handler/access/token-digest.ts';

describe('the digest of a token', () => {
  it('is its SHA-256 as sha256sum prints it', () => {
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
    it(`tells whether "${one}" and "${other}" are the same`, () => {
      assert.equal(isSameSecret(one, other), expected);
    });
  }
});
