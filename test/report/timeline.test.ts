import assert from 'node:assert/strict';
import { outcomes } from '../../src/sync/model/outcome.ts';
import { stepsTable } from '../../src/report/summary-steps.ts';
import { commandFromString } from 'azure-pipelines-task-lib/taskcommand.js';
import type { Progress } from '../../src/sync/model/outcome.ts';
import { Timeline } from '../../src/report/timeline.ts';
import { guid } from '../../src/guid.ts';
import { logDetail } from '../../src/task/logging-command.ts';
import {
  failedMigration,
  migrate,
  result,
  smokeTest,
  step,
  stepTold,
  web,
} from './example-results.ts';

type Record = Readonly<{ [property: string]: string | undefined }>;

/** The commands as the agent reads them, with the records' names in place of their ids. */
function records(told: readonly Progress[]): readonly Record[] {
  const lines: string[] = [];
  const timeline = new Timeline(
    (record) => lines.push(logDetail(record)),
    () => guid(Math.random),
  );
  for (const progress of told) timeline.tell(progress);
  const names = new Map<string, string>();
  return lines.map((line) => {
    const read = commandFromString(line).properties as Record;
    const { id = '', parentid, name } = read;
    if (name !== undefined) names.set(id, name);
    const parent = parentid === undefined ? undefined : names.get(parentid);
    return { ...read, id: names.get(id), parentid: parent };
  });
}

function ends(told: readonly Progress[]): readonly string[] {
  return records(told)
    .filter(({ state }) => state === 'Completed')
    .map(({ id, result: ended }) => `${id} ${ended}`);
}

describe('The records of the timeline', () => {
  it('are one per application, phase and hook, with parents created first', () => {
    const told = [
      ...stepTold(migrate),
      ...stepTold(web),
      ...stepTold(smokeTest),
      { kind: 'result', result: result() } as const,
    ];
    assert.deepEqual(
      records(told).map(({ state, id, parentid, order, result: ended }) =>
        [state, parentid, id, order, ended].filter(Boolean).join(' '),
      ),
      [
        'InProgress shop 1',
        'InProgress shop PreSync 1',
        'InProgress PreSync Job/migrate 1',
        'Completed Job/migrate Succeeded',
        'Completed PreSync Succeeded',
        'InProgress shop Sync 2',
        'Completed Sync Succeeded',
        'InProgress shop PostSync 3',
        'InProgress PostSync Job/smoke-test 1',
        'Completed Job/smoke-test Succeeded',
        'Completed PostSync Succeeded',
        'Completed shop Succeeded',
      ],
    );
  });

  it('contain type and name at first, and the times', () => {
    const [application, phase, hook, end] = records(stepTold(migrate));
    assert.equal(application?.['type'], 'ArgoCD.Application');
    assert.equal(phase?.['type'], 'ArgoCD.Phase');
    assert.equal(hook?.['type'], 'ArgoCD.Hook');
    assert.equal(hook['starttime'], '2026-11-21T10:00:01.000Z');
    assert.equal(end?.['finishtime'], '2026-11-21T10:00:05.000Z');
  });

  it('show a failure at the hook, the phase and the application', () => {
    const [failedStep = migrate] = failedMigration.steps;
    assert.deepEqual(ends([...stepTold(failedStep), { kind: 'result', result: failedMigration }]), [
      'Job/migrate Failed',
      'PreSync Failed',
      'shop Failed',
    ]);
  });

  it('end with the application if they did not end by themselves', () => {
    const [running] = stepTold(migrate);
    assert.ok(running);
    for (const [outcome, hook, application] of [
      ['canceled', 'Canceled', 'Canceled'],
      ['timedOut', 'Abandoned', 'Failed'],
    ] as const) {
      const all = ends([running, { kind: 'result', result: result({ outcome }) }]);
      assert.deepEqual(all, [`Job/migrate ${hook}`, `PreSync ${hook}`, `shop ${application}`]);
    }
  });

  it('leave a hook open whose end is seen late, and give it the state in the summary', () => {
    const [running, done] = stepTold(migrate);
    assert.ok(running && done);
    const late = [running, ...stepTold(web), done];
    assert.deepEqual(ends(late), ['Job/migrate Succeeded', 'PreSync Succeeded']);
    for (const outcome of outcomes) {
      const steps = [{ ...migrate, state: 'Running' } as const, web];
      const over = result({ outcome, steps });
      const [hook = ''] = ends([running, ...stepTold(web), { kind: 'result', result: over }]);
      const word = hook.split(' ')[1] ?? '';
      assert.match(word, /^(Abandoned|Canceled)$/);
      const row = stepsTable(over, 10)
        .split('\n')
        .find((line) => line.includes('Job/migrate'));
      assert.ok(row?.includes(` ${word} `), row);
    }
  });

  it('are ordered by phase and plan even if they come late, which ends no phase too soon', () => {
    const [pre, preDone] = stepTold({ ...migrate, order: 4 });
    const [early] = stepTold({ ...migrate, name: 'early', order: 0 });
    const [unplanned] = stepTold({ ...migrate, name: 'unplanned' });
    const [post, postDone] = stepTold(smokeTest);
    assert.ok(pre && preDone && early && unplanned && post && postDone);
    const all = [post, pre, early, unplanned, preDone, postDone];
    assert.deepEqual(
      records(all).map(({ state, id, order, result: ended }) =>
        [state, id, order, ended].filter(Boolean).join(' '),
      ),
      [
        'InProgress shop 1',
        'InProgress PostSync 3',
        'InProgress Job/smoke-test 1',
        'InProgress PreSync 1',
        'InProgress Job/migrate 5',
        'InProgress Job/early 1',
        'InProgress Job/unplanned 6',
        'Completed Job/migrate Succeeded',
        'Completed Job/smoke-test Succeeded',
      ],
    );
  });

  it('say that nothing ran in a dry run', () => {
    const dry = { ...migrate, dryRun: true };
    const all = [...stepTold(dry), { kind: 'result', result: result() } as const];
    assert.deepEqual(ends(all), [
      'Job/migrate Skipped',
      'PreSync (dry run) Skipped',
      'shop Succeeded',
    ]);
    const refused = { ...dry, state: 'Failed' } as const;
    assert.deepEqual(ends(stepTold(refused)), ['Job/migrate Failed']);
  });

  it('are separate for each attempt', () => {
    const names = records([...stepTold(migrate), ...stepTold({ ...migrate, attempt: 1 })]).flatMap(
      ({ name }) => name ?? [],
    );
    assert.deepEqual(names, [
      'shop',
      'PreSync',
      'Job/migrate',
      'PreSync (attempt 2)',
      'Job/migrate',
    ]);
  });

  it('are bounded in number', () => {
    const hooks = Array.from({ length: 600 }, (_, i) => step({ name: `h${i}`, hook: true }));
    const all = records([
      ...hooks.flatMap((hook) => stepTold(hook)),
      { kind: 'result', result: result() },
    ]);
    assert.equal(all.filter(({ name }) => name !== undefined).length, 500);
    assert.equal(all.at(-1)?.['id'], 'shop');
  });
});
