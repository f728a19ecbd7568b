import assert from 'node:assert/strict';
import { presentedToken, presentedVariable } from '../../../src/handler/access/presented-token.ts';

function basic(pair: string): string {
  return `Basic ${Buffer.from(pair).toString('base64')}`;
}

describe('The token of an Authorization header', () => {
  const cases: readonly [string, string | undefined, string | undefined][] = [
    ['is that of Bearer', 'Bearer abc.DEF-1', 'abc.DEF-1'],
    ['is accepted whatever the case of the scheme', 'bEARER abc', 'abc'],
    ['is the password of Basic', basic('anybody:abc'), 'abc'],
    ['is the password without a user name', basic(':abc'), 'abc'],
    ['may contain colons', basic('u:a:b'), 'a:b'],
    ['is accepted without its quotes', 'Bearer "abc"', 'abc'],
    ['is accepted without quotes with spaces', 'Bearer " abc "', 'abc'],
    ['is accepted without a scheme that was copied with it', 'Bearer Bearer abc', 'abc'],
    ['is the password of Basic, without quotes', basic('anybody:"abc"'), 'abc'],
    ['is absent without a header', undefined, undefined],
    ['is absent in an empty header', '', undefined],
    ['is absent without a scheme', 'abc', undefined],
    ['is absent with another scheme', 'Digest abc', undefined],
    ['is absent without a token', 'Bearer ', undefined],
    ['is absent if there are two', 'Bearer abc def', undefined],
    ['is absent without a colon', basic('abc'), undefined],
    ['is absent with an empty password', basic('abc:'), undefined],
    ['is absent if it is not base64', 'Basic !!!', undefined],
    ['is absent if it is too long', `Bearer ${'a'.repeat(1_025)}`, undefined],
  ];
  for (const [sentence, header, expected] of cases) {
    it(sentence, () => assert.equal(presentedToken(header), expected));
  }

  for (const text of [
    '$(token)',
    '$(Two Words)',
    '${{ parameters.token }}',
    "$[ variables['t'] ]",
  ]) {
    it(`can be distinguished from a variable: ${text}`, () => {
      for (const header of [`Bearer ${text}`, `Bearer "${text}"`, basic(`u:${text}`)]) {
        assert.equal(presentedVariable(header), text);
      }
      assert.equal(presentedVariable(`Bearer abc${text}`), undefined);
    });
  }

  it('is not a variable in other cases', () => {
    for (const header of [undefined, '', 'Bearer abc', basic('$(u):abc'), 'Digest $(token)']) {
      assert.equal(presentedVariable(header), undefined);
    }
  });
});
