import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { Secret } from '../../../src/secret.ts';
import {
  tokenDigest,
  keyProblem,
  TokenCipher,
  TokenCipherError,
} from '../../../src/handler/secrets/token-cipher.ts';

const bytes = (fill: number) => Buffer.alloc(32, fill);
const key = (fill: number) => new Secret(bytes(fill).toString('base64'));
const token = new Secret('job-token-1');

describe('The token cipher', () => {
  it('opens what it sealed, whatever the token', () => {
    const cipher = new TokenCipher([key(1)]);
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (text, context) => {
        const sealed = cipher.seal(new Secret(text), context);
        assert.equal(cipher.open(sealed, context).reveal(), text);
      }),
    );
  });

  it('writes version, key id, nonce and data, and never the same twice', () => {
    const cipher = new TokenCipher([key(1)]);
    const id = createHash('sha256').update(bytes(1)).digest('hex').slice(0, 8);
    const sealed = cipher.seal(token, 'run-1');
    assert.match(sealed, new RegExp(`^v1\\.${id}\\.[\\w-]{16}\\.[\\w-]{36}$`));
    assert.notEqual(cipher.seal(token, 'run-1'), sealed);
    assert.equal(cipher.open(sealed, 'run-1').reveal(), 'job-token-1');
  });

  it('never uses a nonce twice, however many tokens it seals', () => {
    const cipher = new TokenCipher([key(1)]);
    const nonces = Array.from({ length: 1_000 }, () => cipher.seal(token, 'run-1').split('.')[2]);
    assert.equal(new Set(nonces).size, 1_000);
  });

  it('seals with the first key and opens with all', () => {
    const old = new TokenCipher([key(1)]).seal(token, 'run-1');
    const cipher = new TokenCipher([key(2), key(1)]);
    assert.equal(cipher.open(old, 'run-1').reveal(), 'job-token-1');
    const fresh = cipher.seal(token, 'run-1');
    assert.equal(new TokenCipher([key(2)]).open(fresh, 'run-1').reveal(), 'job-token-1');
  });

  it('names the missing key', () => {
    const sealed = new TokenCipher([key(1)]).seal(token, 'run-1');
    const id = sealed.split('.')[1] ?? '';
    assert.throws(() => new TokenCipher([key(2)]).open(sealed, 'run-1'), {
      name: 'TokenCipherError',
      message: new RegExp(`sealed with key ${id}, which is no longer configured`),
    });
  });

  it('does not open what was moved to another run', () => {
    const cipher = new TokenCipher([key(1)]);
    const sealed = cipher.seal(token, 'run-1');
    assert.throws(() => cipher.open(sealed, 'run-2'), /changed, or belongs to another run/);
  });

  it('does not open what was changed anywhere', () => {
    const cipher = new TokenCipher([key(1)]);
    const sealed = cipher.seal(token, 'run-1');
    for (let at = 0; at < sealed.length; at += 1) {
      const other = sealed[at] === 'A' ? 'Q' : 'A';
      const changed = sealed.slice(0, at) + other + sealed.slice(at + 1);
      assert.throws(() => cipher.open(changed, 'run-1'), TokenCipherError, `place ${at}`);
    }
    for (let length = 0; length < sealed.length; length += 1) {
      assert.throws(
        () => cipher.open(sealed.slice(0, length), 'run-1'),
        TokenCipherError,
        `${length}`,
      );
    }
    assert.throws(() => cipher.open(`${sealed}.`, 'run-1'), TokenCipherError);
  });

  for (const [what, text, isGood] of [
    ['base64', bytes(255).toString('base64'), true],
    ['base64url', bytes(255).toString('base64url'), true],
    ['hexadecimal digits', bytes(171).toString('hex'), true],
    ["followed by a file's line end", `${bytes(7).toString('base64')}\n`, true],
    ['nothing', '', false],
    ['a passphrase', 'correct horse battery staple', false],
    ['16 bytes', Buffer.alloc(16, 1).toString('base64'), false],
    ['33 bytes', Buffer.alloc(33, 1).toString('base64'), false],
    ['44 characters that are not base64', '!'.repeat(44), false],
  ] as const) {
    it(`${isGood ? 'accepts' : 'refuses'} a key that is ${what}`, () => {
      const secret = new Secret(text);
      assert.equal(keyProblem(secret) === undefined, isGood);
      if (isGood) assert.doesNotThrow(() => new TokenCipher([secret]));
      else assert.throws(() => new TokenCipher([key(1), secret]), /must be 32 random bytes/);
    });
  }

  it('requires at least one key', () => {
    assert.throws(() => new TokenCipher([]), /no encryption key/);
  });

  it('shows neither keys nor tokens to an inspector', () => {
    const shown = inspect(new TokenCipher([key(65)]), { depth: 10, showHidden: true });
    assert.doesNotMatch(shown, /41 41|65, ?65|QUFB|AAAA/);
  });

  it('recognizes the same token by its SHA-256', () => {
    assert.equal(
      tokenDigest(new Secret('abc')),
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    );
    assert.notEqual(tokenDigest(token), tokenDigest(new Secret('job-token-2')));
  });
});
