import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { newKey, parseEncryptionKey } from '../../../src/handler/config/encryption-key.ts';
import { TokenCipher } from '../../../src/handler/secrets/token-cipher.ts';
import { Secret } from '../../../src/secret.ts';

const bytes = Buffer.from(
  '3d1f0c7a9e5b2846f1a0d4c8b7e6935210fedcba98765432a1b2c3d4e5f60718',
  'hex',
);

function sealAndOpen(text: string): string {
  const key = parseEncryptionKey(text);
  assert.ok('value' in key, JSON.stringify(key));
  const cipher = new TokenCipher([key.value]);
  return cipher.open(cipher.seal(new Secret('token'), 'run'), 'run').reveal();
}

describe('An encryption key', () => {
  for (const [form, text] of [
    ['base64', bytes.toString('base64')],
    ['base64 for URLs', bytes.toString('base64url')],
    ['hexadecimal digits', bytes.toString('hex')],
    ['a new one', newKey(randomBytes)],
  ] as const) {
    it(`is accepted in the form that the token cipher accepts: ${form}`, () =>
      assert.equal(sealAndOpen(text), 'token'));
  }

  for (const [what, text, problem] of [
    ['nothing', '', /32 random bytes/],
    ['a password', 'correct horse battery staple', /32 random bytes/],
    ['16 bytes', bytes.subarray(16).toString('base64'), /32 random bytes/],
    ['33 bytes', Buffer.concat([bytes, bytes.subarray(31)]).toString('base64'), /32 random bytes/],
    ['zeros', '0'.repeat(64), /not random/],
    ['a placeholder', 'changeme'.repeat(8).slice(0, 43), /not random/],
  ] as const) {
    it(`is refused: ${what}`, () => {
      const key = parseEncryptionKey(text);
      assert.ok('problem' in key);
      assert.match(key.problem, problem);
      assert.doesNotMatch(key.problem + key.advice, /horse|changeme/);
    });
  }

  it('is never printed', () => {
    assert.doesNotMatch(JSON.stringify(parseEncryptionKey(bytes.toString('hex'))), /3d1f0c/);
  });
});

describe('A new key', () => {
  it('is 32 bytes from the source, in base64', () => {
    const asked: number[] = [];
    const key = newKey((size) => {
      asked.push(size);
      return Buffer.alloc(size, 7);
    });
    assert.deepEqual(asked, [32]);
    assert.deepEqual(Buffer.from(key, 'base64'), Buffer.alloc(32, 7));
  });
});
