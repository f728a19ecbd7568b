import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { root } from '../../../scripts/bundle.ts';
import { placeholdersIn, readIdentity } from '../../../scripts/release/identity.ts';

describe('The identity of a release', () => {
  it('comes from package.json', () => {
    const { version, repository } = readIdentity(root);
    assert.match(version, /^\d+\.\d+\.\d+$/);
    assert.match(repository, /^https:\/\/.*[^/]$/);
  });
});

describe('Placeholders', () => {
  const cases = [
    { text: 'https://git.example.com/set-your-repository/issues', found: ['set-your-repository'] },
    { text: 'set-your-publisher, and set-your-publisher', found: ['set-your-publisher'] },
    { text: 'reset-your-password', found: [] },
    { text: 'nothing', found: [] },
  ];
  for (const { text, found } of cases) {
    it(`are found in ${JSON.stringify(text)}: ${found.length}`, () => {
      assert.deepEqual(placeholdersIn(text), found);
    });
  }
});
