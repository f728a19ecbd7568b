import assert from 'node:assert/strict';
import { inBody, inQuery, pathOf, query } from '../../../src/argocd/rest/path.ts';

describe('The path of a call', () => {
  const names: readonly [string, string][] = [
    ['shop', '/api/v1/applications/shop/sync'],
    ['a.b-c', '/api/v1/applications/a.b-c/sync'],
    ['a/b', '/api/v1/applications/a%2Fb/sync'],
    ['a?b#c:d', '/api/v1/applications/a%3Fb%23c%3Ad/sync'],
    ['ü', '/api/v1/applications/%C3%BC/sync'],
  ];
  for (const [name, path] of names) {
    it(`with ${name} is escaped`, () => {
      assert.equal(pathOf({ name }, '/sync'), path);
    });
  }

  const queries: readonly [Parameters<typeof query>[0], string][] = [
    [{}, ''],
    [{ a: '', b: undefined, c: [] }, ''],
    [{ a: '1', b: '', c: '2' }, '?a=1&c=2'],
    [{ a: ['x', '', 'y'] }, '?a=x&a=y'],
    [{ selector: 'a=b,c in (d, e)' }, '?selector=a%3Db%2Cc+in+%28d%2C+e%29'],
  ];
  for (const [values, text] of queries) {
    it(`has the query "${text}" for ${JSON.stringify(values)}`, () => {
      assert.equal(query(values), text);
    });
  }

  it('passes project and namespace where Argo CD reads them', () => {
    const address = { name: 'shop', namespace: 'team', project: 'p' };
    assert.equal(
      pathOf(address, '', inQuery(address)),
      '/api/v1/applications/shop?project=p&appNamespace=team',
    );
    assert.deepEqual(inBody(address), { project: 'p', appNamespace: 'team' });
    const bare = { name: 'shop', project: '' };
    assert.equal(pathOf(bare, '', inQuery(bare)), '/api/v1/applications/shop');
    assert.deepEqual(inBody(bare), {});
  });
});
