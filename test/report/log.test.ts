import assert from 'node:assert/strict';
import { printName } from '../../src/sync/model/application.ts';
import type { ApplicationResult, Progress } from '../../src/sync/model/outcome.ts';
import { OperationLog } from '../../src/report/log.ts';
import { agentLogSink } from '../../src/task/logging-command.ts';
import {
  at,
  commit,
  failedMigration,
  migrate,
  result,
  smokeTest,
  step,
  stepTold,
  successTold,
  web,
} from './example-results.ts';

const shop = { name: 'shop' };

/** The log of everything that is reported; then the run ends with the results in it. */
function logOf(told: readonly Progress[], names: readonly string[] = ['shop']): readonly string[] {
  const lines: string[] = [];
  const log = new OperationLog(
    agentLogSink((line) => lines.push(line)),
    names,
  );
  for (const progress of told) log.tell(progress);
  log.close(told.flatMap((progress) => (progress.kind === 'result' ? [progress.result] : [])));
  return lines;
}

function told(of: ApplicationResult): Progress {
  return { kind: 'result', result: of };
}

describe('The log of one application', () => {
  it('shows a success by phase and wave', () => {
    assert.equal(
      logOf(successTold).join('\n'),
      `
Argo CD has not begun yet
##[group]PreSync
PreSync wave -1    Job/migrate                       Running
PreSync wave -1    Job/migrate                       Succeeded      4 s
##vso[task.setprogress value=33;]1 of 3 steps
##[endgroup]
##[group]Sync
Sync wave 0        Deployment/web                    Succeeded      2 s  deployment.apps/web configured
##vso[task.setprogress value=66;]2 of 3 steps
##[endgroup]
##[group]PostSync
PostSync wave 0    Job/smoke-test                    Running
PostSync wave 0    Job/smoke-test                    Succeeded     20 s
##vso[task.setprogress value=99;]3 of 3 steps
##[endgroup]
Deployment/web is Progressing
##[section]shop succeeded after 34 s: Synced to 4f2c9d1; the application is Healthy
  How we know  the operation with our marker ended as Succeeded
  Revision     ${commit}
  Application  https://argocd.example.com/applications/argocd/shop
##vso[task.setprogress value=100;]shop succeeded
`.trim(),
    );
  });

  it("shows a failure with its cause and the hook's log, outside any group", () => {
    const failedStep = { ...migrate, state: 'Failed', message: 'exit code 1' } as const;
    const advised = failedMigration.causes.map((cause) => ({
      ...cause,
      advice: 'Mend the migration.',
      log: [...cause.log, '##vso[task.complete result=Succeeded;]'],
    }));
    assert.equal(
      logOf([...stepTold(failedStep), told({ ...failedMigration, causes: advised })]).join('\n'),
      `
##[group]PreSync
PreSync wave -1    Job/migrate                       Running
PreSync wave -1    Job/migrate                       Failed         4 s  exit code 1
##[endgroup]
##vso[task.logissue type=error;]shop: PreSync hook Job/migrate failed: Job has reached the specified backoff limit
    What to do: Mend the migration.
    Last lines of the log of Job/migrate:
    | applying 0042_orders.sql
    | ERROR: relation "orders" already exists
    | **vso[task.complete result=Succeeded;]
shop failed after 7 s: The operation failed in PreSync
  Revision     ${commit}
  Application  https://argocd.example.com/applications/argocd/shop
  Operation    https://argocd.example.com/applications/argocd/shop?operation=true
##vso[task.setprogress value=100;]shop failed
`.trim(),
    );
  });

  it('repeats nothing', () => {
    const twice = successTold.flatMap((progress) => [progress, progress]);
    assert.deepEqual(logOf(twice), logOf(successTold));
  });

  it("puts a phase's late reports into a group of that phase", () => {
    const groupsOf = (all: readonly Progress[]) =>
      logOf(all).flatMap((line) => /^##\[group\](.*)/.exec(line)?.[1] ?? []);
    const [begun, late] = stepTold(migrate);
    assert.ok(begun && late);
    const [smoke, done] = stepTold(smokeTest);
    assert.ok(smoke && done);
    assert.deepEqual(groupsOf([smoke, late, done]), ['PostSync', 'PreSync', 'PostSync wave 0']);
    assert.deepEqual(groupsOf([begun, smoke, late]), [
      'PreSync',
      'PostSync',
      'PreSync (continued)',
    ]);
    const again = stepTold({ ...migrate, attempt: 1, wave: undefined });
    assert.deepEqual(groupsOf([smoke, ...again, late, done]), [
      'PostSync',
      'PreSync (attempt 2)',
      'PreSync',
      'PostSync (continued)',
    ]);
  });

  it('opens a group for each phase of a further attempt', () => {
    const again = { ...migrate, attempt: 1 };
    const groups = logOf([...stepTold(migrate), ...stepTold(again)]).filter((line) =>
      line.startsWith('##[group]'),
    );
    assert.deepEqual(groups, ['##[group]PreSync', '##[group]PreSync (attempt 2)']);
  });

  it('shows what is waited for between two waves outside their groups', () => {
    const next = step({ name: 'seed', phase: 'PreSync', wave: 0, hook: true });
    const lines = logOf([
      ...stepTold(migrate),
      { kind: 'status', application: shop, message: 'waiting' },
      ...stepTold(next),
    ]);
    assert.deepEqual(
      lines.filter((line) => !line.startsWith('PreSync')),
      ['##[group]PreSync', '##[endgroup]', 'waiting', '##[group]PreSync wave 0', '##[endgroup]'],
    );
  });

  it('shows a warning as a warning, and only once', () => {
    const notice = {
      kind: 'notice',
      application: shop,
      level: 'warning',
      message: 'skip',
    } as const;
    assert.deepEqual(logOf([notice, notice]), ['##[warning]skip']);
  });

  it("shows a finding in the manifests on the run's page, and only once", () => {
    const issue = { kind: 'notice', application: shop, level: 'issue', message: 'odd' } as const;
    assert.deepEqual(logOf([issue, issue]), ['##vso[task.logissue type=warning;]shop: odd']);
  });

  it('reserves space on that page for the result of the run', () => {
    const issues = Array.from({ length: 8 }, (_, index) => ({
      ...({ kind: 'notice', application: { name: `app-${index}` }, level: 'issue' } as const),
      message: 'odd',
    }));
    const concerns = [{ title: 'Missing', message: '' }];
    const lines = logOf([...issues, told(result({ concerns }))], []);
    const onPage = lines.filter((line) => line.startsWith('##vso[task.logissue type=warning;]'));
    assert.equal(onPage.length, 6);
    assert.match(onPage.at(-1) ?? '', /shop: Missing$/);
    assert.ok(lines.includes('##[warning]app-7: odd'));
  });

  it('shows the state of a search for applications each time it changes', () => {
    const search = (message: string, level: 'info' | 'warning' = 'info') =>
      ({ kind: 'search', level, message }) as const;
    const lines = logOf(
      [search('Only 1 of 2'), search('Only 1 of 2'), search('away', 'warning'), search('2 of 2')],
      [],
    );
    assert.deepEqual(lines, ['Only 1 of 2', '##[warning]away', '2 of 2']);
  });

  it('does not show steps that have not started', () => {
    const application = shop;
    const pending = { kind: 'step', application, step: step({ state: 'Pending' }) } as const;
    assert.deepEqual(logOf([pending]), []);
  });

  it('reports a run warning as a warning', () => {
    const concerns = [{ title: 'Pruning was left undone', message: 'ConfigMap/old' }];
    const lines = logOf([told(result({ concerns }))]);
    assert.equal(
      lines[0],
      '##vso[task.logissue type=warning;]shop: Pruning was left undone: ConfigMap/old',
    );
  });

  it('reports ten issues, and shows the others in red without reporting them', () => {
    const [cause] = failedMigration.causes;
    assert.ok(cause);
    const causes = Array.from({ length: 14 }, (_, i) => ({
      ...cause,
      title: `Cause ${i}`,
      log: [],
    }));
    const lines = logOf([told({ ...failedMigration, causes })]);
    assert.equal(lines.filter((line) => line.startsWith('##vso[task.logissue')).length, 10);
    assert.equal(lines.filter((line) => line.startsWith('##[error]shop: Cause')).length, 4);
  });

  it('reports an outcome without causes as well', () => {
    const [line] = logOf([told(result({ outcome: 'timedOut', message: 'Still Progressing' }))]);
    assert.equal(line, '##vso[task.logissue type=error;]shop: Still Progressing');
  });

  it('reports no error for a cancellation', () => {
    const lines = logOf([told(result({ outcome: 'canceled', message: 'The run was canceled' }))]);
    assert.ok(lines.every((line) => !line.includes('logissue')));
    assert.equal(lines[0], 'shop was canceled after 34 s: The run was canceled');
  });

  it('bounds a message of a megabyte, and executes no logging command in it', () => {
    const huge = '##vso[task.complete result=Succeeded;]x\n'.repeat(26_000);
    const causes = [{ title: huge, message: huge, advice: huge, resource: undefined, log: [huge] }];
    const failed = { ...migrate, state: 'Failed', message: huge, name: huge } as const;
    const text = logOf([
      { kind: 'status', application: shop, message: huge },
      ...stepTold(failed),
      told(result({ outcome: 'failed', message: huge, causes, evidence: huge })),
    ]).join('\n');
    assert.ok(text.length > 1_000 && text.length < 50_000, `${text.length}`);
    assert.doesNotMatch(text, /##vso\[task\.complete/);
  });
});

describe('The log of several applications', () => {
  it('starts each line with the application and ends in a table', () => {
    const payments = { ...failedMigration, name: 'payments' };
    const [failedStep = migrate] = payments.steps;
    const lines = logOf(
      [
        ...stepTold(migrate),
        ...stepTold(failedStep, 'payments'),
        ...stepTold(web),
        told(payments),
        { kind: 'status', application: shop, message: 'Deployment/web is Progressing' },
        told(result()),
      ],
      ['shop', 'payments'],
    );
    assert.equal(
      lines.join('\n'),
      `
shop      PreSync wave -1    Job/migrate                       Running
shop      PreSync wave -1    Job/migrate                       Succeeded      4 s
payments  PreSync wave -1    Job/migrate                       Running
payments  PreSync wave -1    Job/migrate                       Failed         4 s  Job has reached the specified backoff limit
##vso[task.logissue type=error;]payments: PreSync hook Job/migrate failed: Job has reached the specified backoff limit
    Last lines of the log of Job/migrate:
    | applying 0042_orders.sql
    | ERROR: relation "orders" already exists
payments failed after 7 s: The operation failed in PreSync
  Revision     ${commit}
  Application  https://argocd.example.com/applications/argocd/shop
  Operation    https://argocd.example.com/applications/argocd/shop?operation=true
##[group]payments: 1 step
PreSync wave -1  Job/migrate  Failed  4 s  Job has reached the specified backoff limit
##[endgroup]
##vso[task.setprogress value=50;]payments failed
shop      Deployment/web is Progressing
##[section]shop succeeded after 34 s: Synced to 4f2c9d1; the application is Healthy
  How we know  the operation with our marker ended as Succeeded
  Revision     ${commit}
  Application  https://argocd.example.com/applications/argocd/shop
##[group]shop: 3 steps
PreSync wave -1  Job/migrate     Succeeded  4 s
Sync wave 0      Deployment/web  Succeeded  2 s   deployment.apps/web configured
PostSync wave 0  Job/smoke-test  Succeeded  20 s
##[endgroup]
##vso[task.setprogress value=100;]shop succeeded
2 applications: 1 succeeded, 1 failed
Application  Outcome    Sync       Health   Revision  Time
payments     failed     OutOfSync  Healthy  4f2c9d1   7 s
shop         succeeded  Synced     Healthy  4f2c9d1   34 s
`.trim(),
    );
  });

  it('reports the first cause of each application, and shows the others in red', () => {
    const [cause] = failedMigration.causes;
    assert.ok(cause);
    const causes = [cause, { ...cause, title: 'Another' }];
    const all = ['a', 'b'].map((name) => told({ ...failedMigration, name, causes }));
    const lines = logOf(all, ['a', 'b']);
    assert.equal(lines.filter((line) => line.startsWith('##vso[task.logissue')).length, 2);
    assert.equal(lines.filter((line) => /^##\[error\][ab]: Another/.test(line)).length, 2);
  });

  it('closes with a section if all succeeded', () => {
    const all = [result(), result({ name: 'web', finishedAt: at(2) })];
    const lines = logOf(all.map(told), all.map(printName));
    assert.equal(lines.at(-4), '##[section]2 applications: 2 succeeded');
  });

  it('shows applications that a selector found, and their number as they are reported', () => {
    const lines = logOf([{ kind: 'status', application: shop, message: 'a' }, told(result())], []);
    assert.equal(lines[0], 'shop  a');
    assert.equal(
      lines.at(-1),
      `shop         succeeded  Synced  Healthy  ${commit.slice(0, 7)}   34 s`,
    );
  });

  it('never goes back in its progress', () => {
    const lines = logOf(
      [
        { kind: 'progress', application: shop, done: 9, total: 10 },
        { kind: 'progress', application: { name: 'b' }, done: 1, total: 10 },
        { kind: 'progress', application: { name: 'b' }, done: 9, total: 10 },
      ],
      [],
    );
    assert.deepEqual(lines, ['##vso[task.setprogress value=90;]9 of 10 steps']);
  });
});
