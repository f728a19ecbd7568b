import assert from 'node:assert/strict';
import type { Parameter } from '../../../simulators/azure-devops/operation.ts';
import { OperationIndex } from '../../../simulators/azure-devops/operation.ts';

const operation = (id: string, path: string, parameters: readonly Parameter[] = []) => ({
  id,
  method: 'GET',
  path,
  file: 'openapi/none.json',
  apiVersions: ['7.1'],
  consumes: [],
  parameters,
  answers: new Map(),
});
const query = (name: string, required: boolean) => ({ name, in: 'query', required }) as const;

const index = new OperationIndex([
  operation('item', '/{organization}/things/{id}'),
  operation('latest', '/{organization}/things/latest'),
  operation('all', '/{organization}/things?', [query('top', false)]),
  operation('named', '/{organization}/things?names={names}', [query('names', true)]),
]);

const cases: [string, string | undefined][] = [
  ['/o/things/7', 'item'],
  ['/o/things/LATEST', 'latest'],
  ['/o/Things/latest/', 'latest'],
  ['/o/things', 'all'],
  ['/o/things?top=3', 'all'],
  ['/o/things?names=a', 'named'],
  ['/o/things/7/more', undefined],
  ['/o//7', undefined],
];

describe('The operation of a request', () => {
  for (const [path, id] of cases) {
    it(`${path} is ${id ?? 'none'}`, () => {
      const url = new URL(path, 'http://azure.invalid');
      assert.equal(index.find('GET', url.pathname, url.searchParams)?.operation.id, id);
    });
  }

  it('returns the values in the path, decoded', () => {
    const found = index.find('GET', '/o/things/a%20b', new URLSearchParams());
    assert.deepEqual(
      [...(found?.values ?? [])],
      [
        ['organization', 'o'],
        ['id', 'a b'],
      ],
    );
  });
});
