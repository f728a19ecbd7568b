import assert from 'node:assert/strict';
import {
  defaultOrganization,
  organizationName,
  organizationsNamed,
} from '../../../src/azure/http/organization-name.ts';

const of = (...urls: readonly string[]) => urls.map((url) => ({ url }));

describe('The name of an organization', () => {
  for (const [url, name] of [
    ['https://dev.azure.com/Fabrikam', 'Fabrikam'],
    ['https://fabrikam.visualstudio.com', 'fabrikam'],
    ['https://tfs.example.com/tfs/DefaultCollection', 'DefaultCollection'],
    ['https://tfs.example.com/tfs/Our%20Collection', 'Our Collection'],
    ['https://tfs.example.com/100%sure', '100%sure'],
  ] as const) {
    it(`is ${name} for ${url}`, () => assert.equal(organizationName(url), name));
  }

  it('is compared without case', () => {
    const organizations = of('https://dev.azure.com/Fabrikam', 'https://dev.azure.com/contoso');
    assert.deepEqual(organizationsNamed(organizations, 'fabrikam'), [organizations[0]]);
    assert.deepEqual(organizationsNamed(organizations, 'fabrik'), []);
  });

  it('defaults to the only configured one', () => {
    assert.equal(defaultOrganization(of('https://dev.azure.com/Fabrikam')), 'Fabrikam');
    assert.equal(defaultOrganization([]), undefined);
    assert.equal(defaultOrganization(of('https://a.example/b', 'https://a.example/c')), undefined);
  });
});
