import assert from 'node:assert/strict';
import { endReportOf } from '../../src/report/end-report.ts';
import { atOnce } from '../../src/sync/model/at-once.ts';
import { failedMigration, result } from './example-results.ts';

const context = { action: 'sync', server: 'https://argocd.example.com' } as const;

describe('The report of a run at its end', () => {
  it('says how it ended: like the worst of its applications', () => {
    const {
      outcome,
      result: taskResult,
      message,
    } = endReportOf([result(), { ...failedMigration, name: 'pay' }], context);
    assert.deepEqual([outcome, taskResult], ['failed', 'Failed']);
    assert.match(message, /2 applications: 1 succeeded, 1 failed\. pay failed/);
  });

  it('names both files after the applications, by the types that the run shows', () => {
    const { summary, resultFile } = endReportOf([result()], context);
    assert.deepEqual(
      [summary, resultFile].map(({ type, name }) => [type, name]),
      [
        ['DistributedTask.Core.Summary', 'Argo CD sync of shop'],
        ['argocd.result', 'Argo CD sync of shop.json'],
      ],
    );
  });

  it('says the same in the summary and in the machine-readable result', () => {
    const { summary, resultFile } = endReportOf([failedMigration], context);
    assert.match(atOnce(summary.text()), /Job\/migrate/);
    const file = JSON.parse(atOnce(resultFile.text())) as Readonly<Record<string, unknown>>;
    assert.deepEqual([file['action'], file['outcome']], ['sync', 'failed']);
    assert.equal(file['server'], context.server);
  });

  it('creates no text before it is requested', () => {
    const steps = {
      get length(): number {
        return assert.fail('the steps were read');
      },
    };
    const unread = { ...result(), steps: steps as never };
    const { outputs } = endReportOf([unread], context);
    assert.equal(outputs('/tmp/result.json').resultFile, '/tmp/result.json');
    assert.equal(outputs('').outcome, 'succeeded');
  });
});
