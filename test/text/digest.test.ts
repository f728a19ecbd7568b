import assert from 'node:assert/strict';
import { digestOfText } from '../../src/text/digest.ts';

describe('The digest of a text', () => {
  it('is its SHA-256 in hexadecimal', () => {
    const expected = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
    assert.equal(digestOfText('abc'), expected);
  });
});
