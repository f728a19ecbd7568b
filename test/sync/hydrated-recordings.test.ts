import { strict as assert } from 'node:assert';
import { readApplication } from '../../src/argocd/rest/application-schema.ts';
import type { Memory } from '../../src/sync/model/memory.ts';
import {
  hydratedRecordings,
  isApplication,
  readRecording,
} from '../../simulators/argo-cd/recording.ts';
import { brief, refreshed, Run, start, syncGoal, tracked, waitGoal } from './sample-application.ts';

interface Push {
  readonly name: string;
  /** Its place in the recording. */
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

/** What runs that began right after a push would have done, or waited for, by what was seen then. */
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

describe('the rules over the recordings of hydrated applications', () => {
  it('have every push before them', () => {
    assert.deepEqual([hydratedRecordings.length, pushes.length], [9, 22]);
  });

  it('take nothing for the tip that was pushed before the run began', () => {
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
