import assert from 'node:assert/strict';
import { authorizationOf, otherForm, TokenForms } from '../../../src/azure/http/token-forms.ts';
import { Secret } from '../../../src/secret.ts';

describe('The form of a token', () => {
  it('is a password without a user name, or the bare token', () => {
    const token = new Secret('abc');
    assert.equal(
      authorizationOf('basic', token),
      `Basic ${Buffer.from(':abc').toString('base64')}`,
    );
    assert.equal(authorizationOf('bearer', token), 'Bearer abc');
    assert.deepEqual([otherForm('basic'), otherForm('bearer')], ['bearer', 'basic']);
  });

  it('is remembered for an organization, whichever of its addresses is used', () => {
    const forms = new TokenForms();
    forms.remember('https://vsrm.dev.azure.com/fabrikam', 'bearer');
    for (const [collection, form] of [
      ['https://dev.azure.com/fabrikam', 'bearer'],
      ['https://dev.azure.com/Fabrikam', 'bearer'],
      ['https://fabrikam.visualstudio.com', 'bearer'],
      ['https://dev.azure.com/contoso', 'basic'],
      ['https://tfs.example.com/tfs/Default', 'basic'],
    ] as const) {
      assert.equal(forms.of(collection), form, collection);
    }
    forms.remember('https://dev.azure.com/fabrikam', 'basic');
    assert.equal(forms.of('https://vsrm.dev.azure.com/fabrikam'), 'basic');
  });

  it('is remembered for a bounded number of organizations, the newest', () => {
    const forms = new TokenForms();
    const nameOf = (index: number) => `https://dev.azure.com/o${index}`;
    for (let index = 0; index < 1_001; index++) forms.remember(nameOf(index), 'bearer');
    assert.deepEqual(
      [0, 1, 1_000].map((index) => forms.of(nameOf(index))),
      ['basic', 'bearer', 'bearer'],
    );
  });
});
