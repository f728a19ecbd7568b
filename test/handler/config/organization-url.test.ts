import assert from 'node:assert/strict';
import {
  organizationKey,
  parseOrganizationUrl,
} from '../../../src/handler/config/organization-url.ts';

describe('The URL of an organization', () => {
  for (const [text, expected] of [
    ['https://dev.azure.com/fabrikam', 'https://dev.azure.com/fabrikam'],
    ['https://dev.azure.com/fabrikam/', 'https://dev.azure.com/fabrikam'],
    ['https://fabrikam.visualstudio.com', 'https://fabrikam.visualstudio.com'],
    ['https://tfs.example.com/tfs/Main', 'https://tfs.example.com/tfs/Main'],
    ['http://tfs.example.com:8080/tfs/Main', 'http://tfs.example.com:8080/tfs/Main'],
  ] as const) {
    it(`is accepted: ${text}`, () => {
      assert.deepEqual(parseOrganizationUrl(text), { value: expected });
    });
  }

  for (const text of [
    'https://dev.azure.com',
    'https://dev.azure.com/fabrikam/shop',
    'http://dev.azure.com/fabrikam',
    'https://fabrikam.visualstudio.com/shop',
    'https://tfs.example.com',
    'https://user@dev.azure.com/fabrikam',
    'https://dev.azure.com/fabrikam?x',
    'fabrikam',
  ]) {
    it(`is refused, with the possible forms: ${text}`, () => {
      const parsed = parseOrganizationUrl(text);
      assert.ok('problem' in parsed);
      assert.match(parsed.advice, /https:\/\/dev\.azure\.com\/<organization>/);
    });
  }

  it('is the same for all forms of one organization', () => {
    const keys = [
      'https://dev.azure.com/fabrikam',
      'https://dev.azure.com/Fabrikam',
      'https://fabrikam.visualstudio.com',
    ].map(organizationKey);
    assert.equal(new Set(keys).size, 1);
  });

  it('differs for another organization', () => {
    assert.notEqual(
      organizationKey('https://dev.azure.com/fabrikam'),
      organizationKey('https://dev.azure.com/contoso'),
    );
    assert.notEqual(organizationKey('no address'), organizationKey('neither'));
  });
});
