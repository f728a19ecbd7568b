import { strict as assert } from 'node:assert';
import { plainRequest } from '../../argocd/plain-request.ts';
import type { Source } from '../../../src/sync/model/application.ts';
import type { Operation } from '../../../src/sync/model/operation.ts';
import {
  deviationsOf,
  printDeviation,
  rollbackDeviationsOf,
} from '../../../src/sync/model/stored-operation.ts';
import type { OwnSettings, RequestedSync } from '../../../src/sync/model/stored-operation.ts';
import { A, B, entry, noRetry, operation, resource } from '../sample-application.ts';

const source: Source = { repoURL: 'git', path: 'shop', chart: '', targetRevision: 'main' };
const chart: Source = { ...source, path: '', chart: 'web', targetRevision: '1.x' };
const web = resource('Healthy');

const plain: RequestedSync = plainRequest;
const retry = { limit: 2, backoff: { duration: '5s', factor: 2, maxDuration: '1m' } };
const storedRetry = { limit: 2, duration: '5s', factor: 2, maxDuration: '1m' };
/** The application's own settings. */
const own: OwnSettings = {
  syncOptions: ['CreateNamespace=true'],
  retry: noRetry,
  sources: [source],
};
const first = (revision: string) => ({ revisions: [{ position: 1, revision }] });
const one: Partial<Operation> = { sources: [source], multiSource: false, force: false };
const list: Partial<Operation> = { ...one, multiSource: true };

/** The request, what Argo CD stored, and the fields in which they differ. */
const cases: readonly (readonly [
  string,
  Partial<RequestedSync>,
  Partial<Operation>,
  readonly string[],
])[] = [
  ['no revision, and the tracked one', {}, one, []],
  ['a tag, and its commit', { revision: 'v1' }, one, []],
  ['a commit, and another', { revision: B }, one, ['revision']],
  ['a commit, and the same in upper case', { revision: A.toUpperCase() }, one, []],
  [
    'an abbreviated commit, and the same as written',
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
    'a range, and a version inside',
    { revision: '1.x' },
    { ...one, sources: [chart], revisions: ['1.2.0'] },
    [],
  ],
  [
    'a range, and a version outside',
    { revision: '1.x' },
    { ...one, sources: [chart], revisions: ['2.0.0'] },
    ['revision'],
  ],
  ['hooks, and none', {}, { ...one, strategy: 'apply' }, ['strategy']],
  ['force, and none', { force: true }, one, ['force']],
  ['no prune, and prune', {}, { ...one, prune: true }, ['prune']],
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
  ['retries as requested', { retry }, { ...one, retry: storedRetry }, []],
  [
    'retries without a backoff, and none',
    { retry: { limit: 2, backoff: undefined } },
    { ...one, retry: { ...noRetry, limit: 2 } },
    [],
  ],
  [
    'retries without a backoff, and one',
    { retry: { limit: 2, backoff: undefined } },
    { ...one, retry: { ...noRetry, limit: 2, duration: '9s' } },
    ['retry backoff'],
  ],
  [
    'retries of one commit, and retries that resolve again',
    { retry },
    { ...one, retry: { ...storedRetry, refresh: true } },
    ['retry refresh'],
  ],
  [
    'its sources, and manifests of its own',
    {},
    { ...one, isLocal: true },
    ['manifests of its own'],
  ],
  [
    'a person, and a machine',
    {},
    { ...one, initiatedBy: { username: 'ci', automated: true } },
    ['initiatedBy.automated'],
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
    'what an older version of this program stored',
    { force: true, syncOptions: ['A=b'], retry },
    {},
    [],
  ],
];

describe('What Argo CD stored of a request', () => {
  for (const [what, asked, stored, fields] of cases) {
    it(`${fields.length === 0 ? 'is the same' : `differs in ${fields.join()}`}: ${what}`, () => {
      const found = deviationsOf({ ...plain, ...asked }, operation(stored));
      assert.deepEqual(
        found.map(({ field }) => field),
        fields,
      );
    });
  }

  /** What the request omits, and Argo CD fills in from the application. */
  const filledIn: readonly (readonly [
    string,
    Partial<RequestedSync>,
    Partial<Operation>,
    readonly string[],
  ])[] = [
    ["the application's options", {}, { syncOptions: ['CreateNamespace=true'] }, []],
    ['no options', {}, { syncOptions: [] }, ['syncOptions']],
    [
      'an additional option',
      {},
      { syncOptions: [...own.syncOptions, 'Replace=true'] },
      ['syncOptions'],
    ],
    ['other options', {}, { syncOptions: ['CreateNamespace=false'] }, ['syncOptions']],
    ['the requested options', { syncOptions: ['A=b'] }, { syncOptions: ['A=b'] }, []],
    ['what an older version of this program stored', {}, {}, []],
    ['no retries', {}, { retry: noRetry }, []],
    ['retries', {}, { retry: { ...noRetry, limit: 5 } }, ['retry limit']],
    ['retries that resolve again', {}, { retry: { ...noRetry, refresh: true } }, ['retry refresh']],
    ['the requested retries', { retry }, { retry: storedRetry }, []],
    ["the application's source", {}, { sources: [source] }, []],
    ['another repository', {}, { sources: [{ ...source, repoURL: 'other' }] }, ['sources']],
    ['another folder', {}, { sources: [{ ...source, path: 'other' }] }, ['sources']],
    ['an additional source', {}, { sources: [source, chart] }, ['sources']],
    ['other parameters', {}, { sources: [{ ...source, settings: 'x' }] }, ['sources']],
  ];
  for (const [what, asked, stored, fields] of filledIn) {
    it(`${fields.length === 0 ? 'matches' : `differs in ${fields.join()} from`} the application: ${what}`, () => {
      const told = { ...own, sources: [{ ...source, settings: '' }] };
      const found = deviationsOf({ ...plain, ...asked }, operation(stored), [told]);
      assert.deepEqual(
        found.map(({ field }) => field),
        fields,
      );
    });
  }

  it('may match the application before or after it was changed', () => {
    const changed = { ...own, syncOptions: ['Replace=true'] };
    const stored = (syncOptions: readonly string[]) =>
      deviationsOf(plain, operation({ syncOptions }), [own, changed]).map(printDeviation);
    assert.deepEqual(stored(own.syncOptions), []);
    assert.deepEqual(stored(changed.syncOptions), []);
    assert.deepEqual(stored([]), [
      "syncOptions: asked for the application's own (CreateNamespace=true), stored none",
    ]);
  });

  it('is reported without the password that a URL may contain', () => {
    const hidden = { ...source, repoURL: 'https://ci:secret@git.example.com/shop.git' };
    const found = deviationsOf(plain, operation({ sources: [hidden] }), [own]);
    assert.match(
      found.map(printDeviation).join(),
      /stored https:\/\/git\.example\.com\/shop\.git shop/,
    );
    assert.doesNotMatch(found.map(printDeviation).join(), /secret/);
  });

  it('is reported with both sides, and all differences at once', () => {
    const found = deviationsOf({ ...plain, revision: B, prune: true }, operation(one));
    assert.deepEqual(found.map(printDeviation), [
      `revision: asked for ${B}, stored aaaaaaa`,
      'prune: asked for true, stored false',
    ]);
  });

  it('is reported briefly for thousands of resources', () => {
    const resources = Array.from({ length: 5_000 }, (_, index) => ({ ...web, name: `r${index}` }));
    const [found] = deviationsOf({ ...plain, resources }, operation(one));
    assert.ok(found);
    assert.ok(printDeviation(found).length < 200);
  });

  it('is compared with the deployment in history for a rollback', () => {
    const goal = { prune: true, dryRun: false };
    const returning = { ...one, strategy: 'apply' } as const;
    const fields = (...args: Parameters<typeof rollbackDeviationsOf>) =>
      rollbackDeviationsOf(...args).map(({ field }) => field);
    assert.deepEqual(fields(entry(1, B), goal, operation(returning)), ['revision', 'prune']);
    const plainGoal = { ...goal, prune: false };
    assert.deepEqual(fields(entry(1, A), plainGoal, operation(returning)), []);
    const stored = operation({
      strategy: 'hook',
      force: true,
      resources: [web],
      syncOptions: [],
      retry: { ...noRetry, limit: 1 },
      isLocal: true,
    });
    assert.deepEqual(fields(entry(1, A), plainGoal, stored, [own]), [
      'strategy',
      'force',
      'resources',
      'manifests of its own',
      'syncOptions',
      'retry limit',
    ]);
  });
});
