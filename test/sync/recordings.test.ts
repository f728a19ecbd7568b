import { strict as assert } from 'node:assert';
import { readApplication } from '../../src/argocd/rest/application-schema.ts';
import type { Application } from '../../src/sync/model/application.ts';
import { follow as followOther, newestHistoryId } from '../../src/sync/model/memory.ts';
import type { Memory } from '../../src/sync/model/memory.ts';
import { isEnded, markerName, markerOf } from '../../src/sync/model/operation.ts';
import {
  isApplication,
  readRecording,
  recordingNames,
} from '../../simulators/argo-cd/recording.ts';
import {
  brief,
  refreshed,
  request,
  rollbackGoal,
  Run,
  start,
  syncGoal,
  titles,
} from './sample-application.ts';

interface Snapshot {
  readonly t: number;
  readonly application: Application;
  /** The answer to a read that asked for a fresh comparison. */
  readonly isRefresh: boolean;
  /** The marker of the sync that was answered with it. */
  readonly asked: string | undefined;
}

/** What a follower would take of a recording, oldest first: never an older look after a newer one. */
function snapshots(name: string): readonly Snapshot[] {
  const taken: Snapshot[] = [];
  for (const { t, event, request: call, response } of readRecording(name)) {
    const json = event === undefined ? response?.body : event.result.application;
    if (event?.result.type === 'DELETED' || !isApplication(json)) continue;
    const application = readApplication(json);
    const known = taken.at(-1)?.application;
    const isOlder =
      known?.uid === application.uid &&
      Number(application.resourceVersion) < Number(known.resourceVersion);
    const isSync = call?.method === 'POST' && call.path.endsWith('/sync');
    const infos = isSync ? call.body?.infos : undefined;
    const asked = infos?.find((row) => row.name === markerName)?.value;
    if (isOlder && asked === undefined) continue;
    const isRefresh = call?.path.includes('refresh=') ?? false;
    taken.push({ t, application: isOlder ? known : application, isRefresh, asked });
  }
  return taken;
}

/** Every sync with a marker that a recording accepted, in order. */
const syncs = recordingNames.flatMap((name) => {
  const all = snapshots(name);
  return all.flatMap(({ asked }, index) =>
    asked === undefined ? [] : [{ name, marker: asked, rest: all.slice(index) }],
  );
});

type Sync = (typeof syncs)[number];

/** Follows a sync through the rest of its recording, as whoever asked for it. */
function followOwn({ marker, rest }: Sync, waitFor: 'health' | 'operation'): readonly string[] {
  const dryRun = rest[0]?.application.operation?.dryRun ?? false;
  const identity = { kind: 'marker', marker } as const;
  const run = new Run(syncGoal({ waitFor, options: { dryRun } }), { identity });
  const accepted = (application: Application) => ({
    request: request({
      at: run.now,
      operation: application.operation,
      historyId: newestHistoryId(application),
    }),
  });
  return follow(run, rest, ({ application, asked }) =>
    asked === marker ? accepted(application) : {},
  );
}

/** Follows it as another run, which joins what it finds in progress for the same revisions. */
function followJoined({ rest }: Sync): readonly string[] {
  const byPosition = (rest[0]?.application.operation?.revisions ?? []).map((one, index) => ({
    position: index + 1,
    revision: one,
  }));
  const goal = syncGoal({
    waitFor: 'operation',
    whenBusy: 'join',
    target: { kind: 'revisions', byPosition },
  });
  return follow(new Run(goal), rest);
}

/** The outcome, and how long after the end of the first operation it was decided; then the causes. */
function follow(
  run: Run,
  rest: readonly Snapshot[],
  remember: (snapshot: Snapshot) => Partial<Memory> = () => ({}),
): readonly string[] {
  const marked = rest[0]?.asked;
  let endedAt: number | undefined;
  for (const snapshot of rest) {
    const { t, application, isRefresh } = snapshot;
    const { operationState: state } = application;
    if (markerOf(state?.operation) === marked && state !== undefined && isEnded(state.phase)) {
      endedAt ??= t;
    }
    run.see(application, t - (run.now - start));
    let verdict = run.change(remember(snapshot));
    if (isRefresh) verdict = run.change({ refresh: refreshed(run.now) });
    if (verdict.kind === 'act' && verdict.act.kind === 'adopt') {
      verdict = run.change(followOther(run.memory, verdict.act.identity, application));
    }
    if (verdict.kind === 'done') {
      const when = endedAt === undefined ? 'unended' : String(t - endedAt);
      return [`${verdict.ending.outcome} ${when}`, ...titles(verdict)];
    }
    if (verdict.kind === 'act') return [verdict.act.kind];
  }
  // Nothing more happens: what was waited for in case something would is over.
  const last = rest.at(-1);
  const verdict = last && run.see(last.application, 5_000);
  if (verdict?.kind !== 'done') return ['undecided'];
  return [`${verdict.ending.outcome} later`, ...titles(verdict)];
}

/**
 * For every accepted sync: its outcome and the milliseconds from the first sight of the operation's
 * end to the decision, with the titles of the causes. What a decision on health waited for is a
 * comparison after the end, or the refresh that the recorder asked for 2.5 s later (we ask after 1 s).
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
  revision: [['succeeded 968'], ['succeeded 42']],
  rollback: [['succeeded 30'], ['succeeded 2791']],
  'second-sync-same-revision': [['succeeded 20'], ['succeeded 19']],
  selective: [['succeeded 41']],
  'shared-resource': [['succeeded 2586']],
  'skip-reconcile': [['succeeded 67']],
  'stale-synced': [['succeeded 122'], ['failed 0', 'PostSync hook Job/smoke failed']],
  superseded: [['succeeded 503'], ['succeeded 55']],
  'sync-options-replace': [['failed 0', 'ConfigMap/a could not be applied']],
  terminate: [
    ['failed later', 'The operation was terminated', 'PreSync hook Job/migrate was cut off'],
  ],
  'unknown-kind': [['failed 0', 'example.com/Widget/w could not be applied']],
  'wave-degraded': [['failed 0', 'Deployment/web did not become healthy']],
  'wave-job-fails': [['failed 0', 'Job/seed-data did not become healthy']],
  'window-closed': [['succeeded 46']],
  'window-closes-during': [['failed later', 'The operation was terminated']],
};

describe('the rules over the recordings', () => {
  it('have every recording before them', () => {
    assert.equal(recordingNames.length, 33);
    assert.equal(syncs.length, 40);
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

  it('know the end of an operation at its first sight, whatever it was', () => {
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

  it('never take an operation with another marker for ours', () => {
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

  it('give whoever joined a sync the outcome of who asked for it', () => {
    // Nothing that runs no hooks, or changes nothing, is joined: the run syncs after it.
    const own = new Set(['apply-strategy', 'dry-run', 'selective']);
    for (const sync of syncs) {
      // Argo CD took the annotation for the whole run.
      if (sync.name === 'skip-reconcile') continue;
      const wanted = own.has(sync.name) ? ['sync'] : followOwn(sync, 'operation');
      assert.deepEqual(followJoined(sync), wanted, sync.name);
    }
  });

  it('follow a rollback, which carries no marker, by its content', () => {
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
