import assert from 'node:assert/strict';
import { syncBody } from '../../../src/argocd/rest/sync-body.ts';
import type { SyncRequest } from '../../../src/argocd/port.ts';
import { plainRequest as plain } from '../plain-request.ts';

const job = { group: 'batch', kind: 'Job', namespace: '', name: 'migrate' };

describe('The body of a sync', () => {
  const bare = { prune: false, dryRun: false, strategy: { hook: { force: false } }, infos: [] };
  const cases: readonly [string, Partial<SyncRequest>, object][] = [
    ['keeps the application’s own settings', {}, {}],
    ['names a revision', { revision: 'v1' }, { revision: 'v1' }],
    [
      'names revisions by position, as numbers',
      {
        revisions: [
          { position: 2, revision: 'v2' },
          { position: 1, revision: 'v1' },
        ],
      },
      { revisions: ['v2', 'v1'], sourcePositions: [2, 1] },
    ],
    ['prunes', { prune: true }, { prune: true }],
    ['is a dry run', { dryRun: true }, { dryRun: true }],
    ['forces within the strategy', { force: true }, { strategy: { hook: { force: true } } }],
    ['applies', { strategy: 'apply' }, { strategy: { apply: { force: false } } }],
    [
      'applies with force',
      { strategy: 'apply', force: true },
      { strategy: { apply: { force: true } } },
    ],
    ['selects resources', { resources: [job] }, { resources: [job] }],
    ['replaces options', { syncOptions: ['A=b'] }, { syncOptions: { items: ['A=b'] } }],
    ['replaces options by an empty list', { syncOptions: [] }, { syncOptions: { items: [] } }],
    ['never retries', { retry: { limit: 0, backoff: undefined } }, { retryStrategy: { limit: 0 } }],
    [
      'retries with a backoff',
      { retry: { limit: -1, backoff: { duration: '5s', factor: 2, maxDuration: '3m' } } },
      { retryStrategy: { limit: -1, backoff: { duration: '5s', factor: 2, maxDuration: '3m' } } },
    ],
    [
      'contains info entries',
      { infos: [{ name: 'a', value: 'b' }] },
      { infos: [{ name: 'a', value: 'b' }] },
    ],
  ];
  for (const [sentence, special, expected] of cases) {
    it(sentence, () => {
      const body = syncBody({ ...plain, ...special });
      assert.deepEqual(JSON.parse(JSON.stringify(body)), { ...bare, ...expected });
    });
  }
});
