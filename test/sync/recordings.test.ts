import { strict as assert } from 'node:assert';
import {
  readRecording,
  recordingNames,
  severalRecordings,
} from '../../simulators/argo-cd/recording.ts';
import { follow, followJoined, followOwn, recordedSyncs, snapshots } from './recorded-run.ts';
import {
  brief,
  refreshed,
  revision,
  rollbackGoal,
  Run,
  start,
  syncGoal,
  waitGoal,
} from './sample-application.ts';

const recordings = [...recordingNames, ...severalRecordings];
const syncs = recordings.flatMap(recordedSyncs);

/**
 * For every accepted sync: its outcome and the milliseconds from the first sight of the operation's
 * end to the decision, with the titles of the causes. A decision on health waited for a comparison
 * after the end, or the refresh that the recorder requested 2.5 s later (we request it after 1 s).
 */
const expected: Readonly<Record<string, readonly (readonly string[])[]>> = {
  'apply-strategy': [['succeeded 2581']],
  'broken-yaml': [
    ['failed 0', 'The operation ended in an error'],
    ['failed 0', 'The operation ended in an error'],
  ],
  'deleted-during': [
    [
      'failed unended',
      'The application was deleted and recreated under the same name during the wait',
    ],
  ],
  'dry-run': [['succeeded 0']],
  'generated-hook-names': [['succeeded 21']],
  'health-degrades-after': [['failed 3887', 'Deployment/web is Degraded']],
  'health-progresses': [['succeeded 162']],
  'hook-logs': [['failed 0', 'PreSync hook Job/migrate failed']],
  'hooks-and-waves': [['succeeded 13']],
  'invalid-manifest': [['failed 0', 'Service/bad could not be applied']],
  'multi-source': [['succeeded 3160'], ['succeeded 2738']],
  plain: [['succeeded 227']],
  'postsync-fails': [['failed 0', 'PostSync hook Job/smoke failed']],
  'presync-fails': [['failed 0', 'PreSync hook Job/migrate failed']],
  prune: [['succeeded 76'], ['succeeded 21'], ['succeeded 19']],
  'retry-then-fails': [['failed 0', 'PreSync hook Job/migrate-1610973-presync-1795225156 failed']],
  // It was not compared between its end and the changes of the second one.
  revision: [
    [
      'superseded 926',
      'the operation succeeded, but it was replaced by a sync by ci to 35f5f35 while its health was awaited',
    ],
    ['succeeded 42'],
  ],
  rollback: [['succeeded 30'], ['succeeded 2791']],
  'second-sync-same-revision': [['succeeded 20'], ['succeeded 19']],
  selective: [['succeeded 41']],
  'shared-resource': [['succeeded 2586']],
  'skip-reconcile': [['succeeded 67']],
  'stale-synced': [['succeeded 122'], ['failed 0', 'PostSync hook Job/smoke failed']],
  superseded: [
    [
      'superseded 681',
      'the operation succeeded, but it was replaced by a sync by ci to 3c44522 while its health was awaited',
    ],
    ['succeeded 55'],
  ],
  'sync-options-replace': [['failed 0', 'ConfigMap/a could not be applied']],
  terminate: [
    ['failed later', 'The operation was terminated', 'PreSync hook Job/migrate was interrupted'],
  ],
  'unknown-kind': [['failed 0', 'example.com/Widget/w could not be applied']],
  'wave-degraded': [['failed 0', 'Deployment/web did not become healthy']],
  'wave-job-fails': [['failed 0', 'Job/seed-data did not become healthy']],
  'window-closed': [['succeeded 46']],
  'window-closes-during': [['failed later', 'The operation was terminated']],
  twins: [['succeeded 115'], ['succeeded 35']],
};

describe('The rules on the recordings', () => {
  it('cover every recording', () => {
    assert.equal(recordings.length, 35);
    assert.equal(syncs.length, 42);
    assert.deepEqual(Object.keys(expected), [...new Set(syncs.map(({ name }) => name))]);
  });

  for (const [name, outcomes] of Object.entries(expected)) {
    outcomes.forEach((outcome, index) => {
      it(`judge sync ${index + 1} of ${name}: ${outcome[0]}`, () => {
        const sync = syncs.filter((one) => one.name === name)[index];
        assert.ok(sync);
        assert.deepEqual(followOwn(sync, 'health'), outcome);
      });
    });
  }

  it('recognize the end of an operation when it is first seen, whatever it was', () => {
    const late = syncs.filter((sync) => !/^\w+ 0$/.test(followOwn(sync, 'operation')[0] ?? ''));
    assert.deepEqual(
      late.map((sync) => [sync.name, followOwn(sync, 'operation')[0]]),
      [
        ['deleted-during', 'failed unended'],
        // Another may follow one that was terminated.
        ['terminate', 'failed later'],
        ['window-closes-during', 'failed later'],
      ],
    );
  });

  it('never confuse an operation with another marker with ours', () => {
    for (const { name, rest } of syncs) {
      const run = new Run(syncGoal());
      for (const { application, t } of rest) {
        const verdict = run.see(application, t - (run.now - start));
        const { begun, ended, proven, asked } = run.memory;
        assert.deepEqual([begun, ended, proven, asked], Array(4).fill(undefined), name);
        if (name === 'deleted-during' || name === 'skip-reconcile') {
          assert.ok(['wait', 'sync', 'failed', 'blocked'].includes(brief(verdict)), name);
        } else {
          assert.ok(['wait', 'sync'].includes(brief(verdict)), `${name}: ${brief(verdict)}`);
        }
      }
    }
  });

  it('give a run that joined a sync the same outcome as its requester', () => {
    // An operation that runs no hooks or changes nothing is not joined: the run syncs after it.
    const own = new Set(['apply-strategy', 'dry-run', 'selective']);
    for (const sync of syncs) {
      // Argo CD used the annotation for the whole run.
      if (sync.name === 'skip-reconcile') continue;
      const wanted = own.has(sync.name) ? ['sync'] : followOwn(sync, 'operation');
      assert.deepEqual(followJoined(sync), wanted, sync.name);
    }
  });

  it('count the applications of an ApplicationSet as synced once their own operations have ended', () => {
    const all = snapshots('applicationset');
    const commit = readRecording('applicationset').find(({ kind }) => kind === 'git')?.revision;
    const names = [...new Set(all.map(({ application }) => application.name))];
    const outcomes = names.map((name) => {
      const rest = all.filter(({ application }) => application.name === name);
      const run = new Run(waitGoal({ target: revision(commit ?? '') }), { refresh: refreshed() });
      const [outcome] = follow(run, rest);
      return `${name}: ${outcome}`;
    });
    assert.deepEqual(outcomes, [
      'applicationset-dev: succeeded 226',
      'applicationset-prod: succeeded 142',
      'applicationset-test: succeeded 480',
      'applicationset-late: succeeded 369',
    ]);
  });

  it('follow a rollback, which has no marker, by its content', () => {
    const all = snapshots('rollback');
    const first = all.findIndex(({ application: { operation: one } }) => one?.info.length === 0);
    const { application } = all[first] ?? {};
    assert.ok(application?.operation);
    const { fingerprint } = application.operation;
    const identity = { kind: 'adopted', fingerprint, startedAt: undefined, ours: true } as const;
    const run = new Run(rollbackGoal(), { identity });
    const outcome = follow(run, all.slice(first));
    assert.equal(outcome[0]?.split(' ')[0], 'succeeded');
    assert.deepEqual(run.memory.ended?.state.revisions, application.operation.revisions);
  });
});
