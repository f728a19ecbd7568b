import { strict as assert } from 'node:assert';
import type { Application } from '../../src/sync/model/application.ts';
import type { RevisionTarget } from '../../src/sync/model/goal.ts';
import type { Memory } from '../../src/sync/model/memory.ts';
import { readApplication } from '../in-one-go.ts';
import {
  hydratedRecordings,
  isApplication,
  readRecording,
} from '../../simulators/argo-cd/recording.ts';
import {
  follow as followRest,
  followJoined,
  followOwn,
  recordedSyncs,
  snapshots,
} from './recorded-run.ts';
import {
  brief,
  refreshed,
  revision,
  Run,
  start,
  syncGoal,
  tracked,
  waitGoal,
} from './sample-application.ts';

interface Push {
  readonly name: string;
  /** Its position in the recording. */
  readonly at: number;
  /** The dry commit, and those that were pushed after it. */
  readonly since: readonly string[];
}

const pushes: readonly Push[] = hydratedRecordings.flatMap((name) => {
  const commits = readRecording(name).map(({ kind, revision }) =>
    kind === 'git' ? revision : undefined,
  );
  return commits.flatMap((revision, at) =>
    revision === undefined
      ? []
      : [{ name, at, since: commits.slice(at).filter((one) => one !== undefined) }],
  );
});

/**
 * What runs that started right after a push would have done, or waited for, according to what was
 * seen then.
 */
function follow({ name, at }: Push, run: Run): readonly Memory[] {
  const proven: Memory[] = [];
  let seen = 0;
  for (const { t, event, request, response } of readRecording(name).slice(at)) {
    const json = event === undefined ? response?.body : event.result.application;
    if (!isApplication(json)) continue;
    const application = readApplication(json);
    if (Number(application.resourceVersion) < seen) continue;
    seen = Number(application.resourceVersion);
    let verdict = run.see(application, Math.max(0, t - (run.now - start)));
    const isRefresh = request?.path.includes('refresh=') ?? false;
    if (isRefresh) verdict = run.change({ refresh: refreshed(run.now) });
    if (run.memory.aim !== undefined) proven.push(run.memory);
    else assert.equal(brief(verdict) === 'succeeded' || verdict.kind === 'act', false, name);
  }
  return proven;
}

function replacedBy(revision: string): string {
  return `the operation succeeded, but it was replaced by a sync by ci to ${revision} while its health was awaited`;
}

/**
 * For every accepted sync, as in `recordings.test.ts`: its outcome and the milliseconds from the
 * first sight of the operation's end to the decision. An operation is judged by what it deployed;
 * the dry commit of that is another matter (below).
 */
const operations: Readonly<Record<string, readonly (readonly string[])[]>> = {
  // The second was not compared between its end and the changes of the third.
  hydrated: [['succeeded 141'], ['superseded 1724', replacedBy('3689168')], ['succeeded 245']],
  'hydrated-fails': [['succeeded 940'], ['succeeded 38'], ['succeeded 2765']],
  // The recorder ended before the application was compared after the second.
  'hydrated-never-yet': [['succeeded 171'], ['undecided']],
  'hydrated-nothing-changed': [['succeeded 290'], ['succeeded 164']],
  // The second requested a dry commit that lacks the folder.
  'hydrated-other-path': [
    ['succeeded 369'],
    ['failed 0', 'The operation ended in an error'],
    ['succeeded 34'],
  ],
  'hydrated-revision': [
    ['succeeded 401'],
    ['superseded 2358', replacedBy('827ca8b')],
    ['succeeded 233'],
    ['succeeded 128'],
  ],
  // The first came before the promotion.
  'hydrated-staging': [['failed 0', 'The operation ended in an error'], ['succeeded 92']],
};

const cannotHydrate =
  'Argo CD could not hydrate the tip of main; what was hydrated before is still running';

/**
 * The end of a wait for the tip of the dry branch that started right after each push, and its
 * commit: a later one, if that was pushed before a hydration read the branch.
 */
const waits: Readonly<Record<string, readonly (readonly string[])[]>> = {
  hydrated: [
    ['succeeded', '802ee6a=4e08ea0'],
    ['succeeded', '45f5193=3689168'],
  ],
  'hydrated-auto-sync': [
    ['succeeded', 'adbe904=786b540'],
    ['succeeded', '63f65b3=dd90aca'],
  ],
  'hydrated-cli': [
    ['succeeded', 'e00e22a=d7ad65b'],
    ['succeeded', 'f85a8c9=df6db38'],
    ['succeeded', 'a48db7a=9d70b1c'],
    ['failed', cannotHydrate],
  ],
  'hydrated-fails': [
    ['succeeded', '94c3d86=d2e0eea'],
    ['failed', cannotHydrate],
    ['succeeded', '5d043f5=03c71b3'],
  ],
  'hydrated-never-yet': [['undecided', '457bd8e=c595e3d']],
  'hydrated-nothing-changed': [
    ['succeeded', '18660f4=7d9d2ce'],
    ['succeeded', 'd666e7a=7d9d2ce'],
    ['succeeded', 'da97646=7d9d2ce'],
  ],
  // The operation that failed had changed nothing.
  'hydrated-other-path': [['succeeded', 'd94974c=7af7211']],
  'hydrated-revision': [
    ['succeeded', '0141e38=827ca8b'],
    ['succeeded', '0141e38=827ca8b'],
  ],
  'hydrated-staging': [['succeeded', '6723a73=a86a79a']],
  'hydrated-two-pushes': [
    ['succeeded', '7dca988=87866b0'],
    ['succeeded', 'f5a068d=f5390ae'],
    ['succeeded', 'f5a068d=f5390ae'],
    ['succeeded', 'fc2f2af=7abbf93'],
    ['succeeded', 'ecf281f=c8a9f38'],
    ['succeeded', 'ecf281f=c8a9f38'],
    ['succeeded', 'ecf281f=c8a9f38'],
  ],
};

/** The pushed commits that no wait finds by name: what was pushed after them was hydrated. */
const skipped = new Set(['3a503df', '7e6a5a3']);

/** A run that can be asked what it saw last. */
class Witness extends Run {
  seen: Application | undefined;

  override see(snapshot: Application, after?: number) {
    this.seen = snapshot;
    return super.see(snapshot, after);
  }
}

/** Follows a wait for what was pushed through the rest of its recording. */
function wait({ name, at }: Push, target: RevisionTarget) {
  const run = new Witness(waitGoal({ target }));
  const from = readRecording(name)[at]?.t ?? 0;
  const rest = snapshots(name).filter(({ t }) => t >= from);
  const [ending = '', ...titles] = followRest(run, rest);
  const [outcome = ''] = ending.split(' ');
  const { rendering, concerns = [] } = run.memory.aim ?? {};
  const found = rendering && `${short(rendering.dry)}=${short(rendering.hydrated)}`;
  const { sync, history } = run.seen ?? {};
  // What somebody deployed past the hydrator is live as well if both render the same.
  const compared = sync?.status === 'Synced' ? sync.revisions : [];
  const live = [...compared, ...(history?.at(-1)?.revisions ?? [])];
  return { outcome, titles, found, rendering, concerns, live };
}

function short(commit: string): string {
  return commit.slice(0, 7);
}

describe('The rules on the recordings of hydrated applications', () => {
  it('cover every push and every sync', () => {
    assert.deepEqual([hydratedRecordings.length, pushes.length], [10, 26]);
    const syncs = hydratedRecordings.flatMap(recordedSyncs);
    assert.deepEqual(Object.keys(operations), [...new Set(syncs.map(({ name }) => name))]);
    assert.deepEqual(Object.keys(waits), hydratedRecordings);
  });

  for (const [name, outcomes] of Object.entries(operations)) {
    it(`judge every operation of ${name} by its own end`, () => {
      const syncs = recordedSyncs(name);
      assert.deepEqual(
        syncs.map((sync) => followOwn(sync, 'health')),
        outcomes,
      );
      for (const sync of syncs) {
        const [atOnce = ''] = followOwn(sync, 'operation');
        assert.match(atOnce, /^\w+ 0$/);
        const [joined = ''] = followJoined(sync);
        assert.ok([atOnce, 'sync', 'undecided'].includes(joined), joined);
      }
    });
  }

  for (const [name, ends] of Object.entries(waits)) {
    it(`end every wait of ${name} with what was hydrated, and live`, () => {
      const found = pushes.filter((push) => push.name === name).map((push) => wait(push, tracked));
      assert.deepEqual(
        found.map(({ outcome, titles, found: rendered }) => [
          outcome,
          ...titles,
          ...(titles.length > 0 || rendered === undefined ? [] : [rendered]),
        ]),
        ends,
      );
      for (const { outcome, live, rendering } of found) {
        if (outcome === 'succeeded') assert.ok(live.includes(rendering?.hydrated ?? ''));
      }
    });
  }

  it('end no wait for a commit with another one, unless they say so', () => {
    const told: string[] = [];
    for (const push of pushes) {
      const [dry = ''] = push.since;
      const { outcome, live, rendering, concerns } = wait(push, revision(dry));
      const where = `${push.name}: ${outcome} for ${short(dry)}`;
      if (skipped.has(short(dry))) {
        assert.deepEqual([outcome, rendering], ['undecided', undefined], where);
      } else if (outcome === 'succeeded') {
        assert.equal(rendering?.dry, dry, where);
        if (!live.includes(rendering.hydrated)) told.push(...concerns.map(({ title }) => title));
        assert.equal(live.includes(rendering.hydrated), concerns.length === 0, where);
      } else {
        assert.match(where, /fails: failed|cli: failed|never-yet: undecided|path: failed/);
      }
    }
    assert.deepEqual(told, [
      'Dry commit ea2ef3e was hydrated, and then a newer one, 0141e38',
      'Dry commit 236a0d3 was hydrated, and then a newer one, fc2f2af',
    ]);
  });

  it('do not treat as the tip what was pushed before the run started', () => {
    let found = 0;
    for (const push of pushes) {
      for (const goal of [syncGoal(), waitGoal({ target: tracked })]) {
        for (const { aim } of follow(push, new Run(goal))) {
          found += 1;
          const { dry = '' } = aim?.rendering ?? {};
          assert.ok(push.since.includes(dry), `${push.name}: ${dry} is older than the push`);
        }
      }
    }
    assert.ok(found > 100, `${found}`);
  });
});
