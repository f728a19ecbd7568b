import { strict as assert } from 'node:assert';
import { plainRequest } from '../argocd/plain-request.ts';
import type { Source } from '../../src/sync/application.ts';
import type { Operation } from '../../src/sync/operation.ts';
import {
  deviationsOf,
  printDeviation,
  rollbackDeviationsOf,
} from '../../src/sync/stored-operation.ts';
import type { RequestedSync } from '../../src/sync/stored-operation.ts';
import { A, B, entry, operation, resource } from './sample-application.ts';

const source: Source = { repoURL: 'git', path: 'shop', chart: '', targetRevision: 'main' };
const chart: Source = { ...source, path: '', chart: 'web', targetRevision: '1.x' };
const web = resource('Healthy');

const plain: RequestedSync = plainRequest;
const retry = { limit: 2, backoff: { duration: '5s', factor: 2, maxDuration: '1m' } };
const storedRetry = { limit: 2, duration: '5s', factor: 2, maxDuration: '1m' };
const first = (revision: string) => ({ revisions: [{ position: 1, revision }] });
const one: Partial<Operation> = { sources: [source], multiSource: false, force: false };
const list: Partial<Operation> = { ...one, multiSource: true };

/** What was asked for, what Argo CD stored, and the fields in which they differ. */
const cases: readonly (readonly [
  string,
  Partial<RequestedSync>,
  Partial<Operation>,
  readonly string[],
])[] = [
  ['nothing named, and what is tracked', {}, one, []],
  ['a tag, and its commit', { revision: 'v1' }, one, []],
  ['a commit, and another', { revision: B }, one, ['revision']],
  ['a commit, and the same in upper case', { revision: A.toUpperCase() }, one, []],
  [
    'a short commit, and the same as it was written',
    { revision: 'aaaaaaa' },
    { ...one, revisions: ['aaaaaaa'] },
    [],
  ],
  [
    'a tag, and a list of sources, in which it does not count',
    { revision: 'v1' },
    list,
    ['revision'],
  ],
  ['a tag, and no revision at all', { revision: 'v1' }, { ...one, revisions: [] }, ['revision']],
  ['a position, and its commit', first('v1'), list, []],
  [
    'a position, and one source, in which it does not count',
    first('v1'),
    one,
    ['revision of source 1'],
  ],
  [
    'a position, and fewer sources',
    { revisions: [{ position: 2, revision: 'v1' }] },
    list,
    ['revision of source 2'],
  ],
  [
    'a range, and a version within',
    { revision: '1.x' },
    { ...one, sources: [chart], revisions: ['1.2.0'] },
    [],
  ],
  [
    'a range, and a version beyond',
    { revision: '1.x' },
    { ...one, sources: [chart], revisions: ['2.0.0'] },
    ['revision'],
  ],
  ['hooks, and none', {}, { ...one, strategy: 'apply' }, ['strategy']],
  ['force, and none', { force: true }, one, ['force']],
  ['no prune, and one', {}, { ...one, prune: true }, ['prune']],
  ['a dry run, and a real one', { dryRun: true }, one, ['dryRun']],
  ['all resources, and one', {}, { ...one, resources: [web] }, ['resources']],
  ['one resource, and all', { resources: [web] }, one, ['resources']],
  [
    'resources in another order',
    { resources: [web, { ...web, name: 'b' }] },
    { ...one, resources: [{ ...web, name: 'b' }, web] },
    [],
  ],
  ['options left to the application', {}, { ...one, syncOptions: ['Replace=true'] }, []],
  [
    'options, and others',
    { syncOptions: ['Prune=false'] },
    { ...one, syncOptions: ['Replace=true'] },
    ['syncOptions'],
  ],
  ['retries left to the application', {}, { ...one, retry: storedRetry }, []],
  ['retries, as asked', { retry }, { ...one, retry: storedRetry }, []],
  [
    'retries without a backoff',
    { retry: { limit: 2, backoff: undefined } },
    { ...one, retry: storedRetry },
    [],
  ],
  [
    'retries, and none',
    { retry },
    { ...one, retry: { ...storedRetry, limit: 0 } },
    ['retry limit'],
  ],
  [
    'a backoff, and another',
    { retry },
    { ...one, retry: { ...storedRetry, duration: '9s' } },
    ['retry backoff'],
  ],
  [
    'what an elder version of this program kept',
    { force: true, syncOptions: ['A=b'], retry },
    {},
    [],
  ],
];

describe('what Argo CD stored of what was asked for', () => {
  for (const [what, asked, stored, fields] of cases) {
    it(`${fields.length === 0 ? 'is the same' : `differs in ${fields.join()}`}: ${what}`, () => {
      const found = deviationsOf({ ...plain, ...asked }, operation(stored));
      assert.deepEqual(
        found.map(({ field }) => field),
        fields,
      );
    });
  }

  it('is told with both sides, and all faults at once', () => {
    const found = deviationsOf({ ...plain, revision: B, prune: true }, operation(one));
    assert.deepEqual(found.map(printDeviation), [
      `revision: asked for ${B}, stored aaaaaaa`,
      'prune: asked for true, stored false',
    ]);
  });

  it('is told in a few words where it is thousands of resources', () => {
    const resources = Array.from({ length: 5_000 }, (_, index) => ({ ...web, name: `r${index}` }));
    const [found] = deviationsOf({ ...plain, resources }, operation(one));
    assert.ok(found);
    assert.ok(printDeviation(found).length < 200);
  });

  it('is held against the deployment of the history for a rollback', () => {
    const goal = { prune: true, dryRun: false };
    const found = rollbackDeviationsOf(entry(1, B), goal, operation(one));
    assert.deepEqual(
      found.map(({ field }) => field),
      ['revision', 'prune'],
    );
    assert.deepEqual(
      rollbackDeviationsOf(entry(1, A), { ...goal, prune: false }, operation(one)),
      [],
    );
  });
});
