import assert from 'node:assert/strict';
import { Clients } from '../../../src/handler/access/clients.ts';
import { hashToken } from '../../../src/handler/cli/hash-token.ts';

const token = 'J6Nw0cXq3bVt8yRk2mLs';

describe('The hash of a token', () => {
  for (const [how, text] of [
    ['unchanged', token],
    ['from a file', `${token}\n`],
    ['from a Windows file', `${token}\r\n`],
  ] as const) {
    it(`is what identifies the token: ${how}`, () => {
      const hashed = hashToken(text);
      assert.ok('hash' in hashed);
      const clients = new Clients([{ name: 'a', digests: [hashed.hash.replace('sha256:', '')] }]);
      assert.equal(clients.identify(`Bearer ${token}`), 'a');
    });
  }

  for (const [text, problem] of [
    ['', /No token/],
    ['\n', /No token/],
    ['two words of a person', /contains spaces/],
    [`${token}\n${token}`, /contains spaces, line breaks/],
    ['größer-als-zwanzig-zeichen', /non-ASCII/],
    ['short', /fewer than 20 characters/],
  ] as const) {
    it(`is refused for ${JSON.stringify(text)}`, () => {
      const hashed = hashToken(text);
      assert.ok('problem' in hashed);
      assert.match(hashed.problem, problem);
    });
  }
});
