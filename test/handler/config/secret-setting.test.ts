import assert from 'node:assert/strict';
import { parseSecret, parseTokenHash } from '../../../src/handler/config/secret-setting.ts';

describe('A secret', () => {
  it('is accepted, and never printed', () => {
    const secret = parseSecret('eyJhbGciOi.J9');
    assert.ok('value' in secret);
    assert.equal(secret.value.reveal(), 'eyJhbGciOi.J9');
    assert.equal(JSON.stringify(secret), '{"value":"***"}');
  });

  for (const [text, problem] of [
    ['', 'it is empty'],
    ['two words', 'it contains spaces, line breaks or non-ASCII characters, which no token does'],
    ['line\nbreak', 'it contains spaces, line breaks or non-ASCII characters, which no token does'],
    ['größe', 'it contains spaces, line breaks or non-ASCII characters, which no token does'],
    ['$(argocdToken)', 'it is $(argocdToken), which is not expanded here'],
    ['"$(Argo CD Token)"', 'it is $(Argo CD Token), which is not expanded here'],
    ['short', 'it has fewer than 16 characters and could be guessed'],
  ] as const) {
    it(`is refused without being shown: ${JSON.stringify(text)}`, () => {
      const secret = parseSecret(text, 16);
      assert.ok('problem' in secret);
      assert.equal(secret.problem, problem);
    });
  }
});

describe('The hash of a token', () => {
  const digits = 'AB'.repeat(32);

  it('is accepted in any case', () => {
    assert.deepEqual(parseTokenHash(`SHA256:${digits}`), { value: digits.toLowerCase() });
  });

  for (const text of [
    '',
    digits,
    `sha256:${digits}0`,
    `sha256:${digits.slice(2)}`,
    'md5:abc',
    'token-itself',
  ]) {
    it(`is refused without being shown: "${text}"`, () => {
      const hash = parseTokenHash(text);
      assert.ok('problem' in hash);
      assert.match(hash.advice, /do not put the token itself here/);
      assert.doesNotMatch(hash.problem + hash.advice, /token-itself/);
    });
  }
});
