import assert from 'node:assert/strict';
import { operationPage } from '../../src/report/operation-page.ts';

describe('The page of an operation', () => {
  it("is the application's with the operation opened", () => {
    assert.equal(
      operationPage('https://a/b/applications/x'),
      'https://a/b/applications/x?operation=true',
    );
    assert.equal(operationPage('https://a/x?view=tree'), 'https://a/x?view=tree&operation=true');
  });

  it('is the given text if that is not a URL', () => assert.equal(operationPage('x'), 'x'));
});
