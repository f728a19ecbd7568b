import assert from 'node:assert/strict';
import { summaryOf } from '../in-one-go.ts';
import { closingTable, resultLines, stepGroup } from '../../src/report/result-lines.ts';
import { commit, failedMigration, result, step } from './example-results.ts';

describe('The lines of a result', () => {
  it('link to the operation only if one failed', () => {
    const links = (of: Parameters<typeof resultLines>[0]) =>
      resultLines(of).filter((line) => line.startsWith('  Operation'));
    assert.equal(links(failedMigration).length, 1);
    assert.equal(links(result()).length, 0);
    assert.equal(links({ ...failedMigration, operation: undefined }).length, 0);
  });

  it('name each revision in full', () => {
    const lines = resultLines(result({ revisions: [commit, '1.2.3 ##vso[task.complete]'] }));
    assert.ok(lines.includes(`  Revision     ${commit}, 1.2.3 **vso[task.complete]`), lines.join());
  });

  it('give the reason only if the causes did not', () => {
    const headline = (of: Parameters<typeof resultLines>[0]) => resultLines(of)[0];
    assert.match(headline(failedMigration) ?? '', /: The operation failed in PreSync$/);
    const [cause] = failedMigration.causes;
    const message = cause?.title ?? '';
    assert.equal(headline({ ...failedMigration, message }), 'shop failed after 7 s');
    const canceled = result({ outcome: 'canceled', message: 'The run was canceled', causes: [] });
    assert.match(headline(canceled) ?? '', /: The run was canceled$/);
  });

  it('omit what is unknown', () => {
    assert.deepEqual(
      resultLines(
        result({
          outcome: 'blocked',
          message: 'x',
          evidence: '',
          url: '',
          revisions: [],
          operation: undefined,
        }),
      ),
      ['shop is blocked after 34 s'],
    );
  });
});

describe('The shown revision', () => {
  for (const outcome of ['failed', 'succeeded', 'timedOut'] as const) {
    it(`is never one from which nothing was deployed: ${outcome}`, () => {
      const none = result({ outcome, revisions: [], message: 'The end', evidence: '' });
      const lines = resultLines(none);
      assert.ok(lines.includes(`  Not deployed ${commit}`), lines.join());
      assert.ok(!lines.some((line) => line.startsWith('  Revision')), lines.join());
      assert.ok(!closingTable([none]).join().includes(commit.slice(0, 7)));
      assert.ok(!summaryOf([none]).includes(commit.slice(0, 7)));
      const deployed = result({ outcome });
      assert.ok(resultLines(deployed).includes(`  Revision     ${commit}`));
      assert.ok(closingTable([deployed]).join().includes(commit.slice(0, 7)));
      assert.ok(summaryOf([deployed]).includes(commit.slice(0, 7)));
    });
  }
});

describe('The group of steps', () => {
  it('is absent without steps', () => assert.deepEqual(stepGroup(result({ steps: [] })), []));

  it('shows what was not reached', () => {
    const pending = step({ state: 'Pending', startedAt: undefined, finishedAt: undefined });
    assert.deepEqual(stepGroup(result({ steps: [pending] })), [
      '##[group]shop: 1 step',
      'Sync wave 0  Job/migrate  Not reached',
      '##[endgroup]',
    ]);
  });
});

describe('The closing table', () => {
  it('has empty cells for what was never read', () => {
    const unread = result({
      outcome: 'timedOut',
      syncStatus: undefined,
      health: undefined,
      revisions: [],
      operation: undefined,
    });
    assert.deepEqual(closingTable([unread]), [
      '1 application: 1 timed out',
      'Application  Outcome    Sync  Health  Revision  Time',
      'shop         timed out                          34 s',
    ]);
  });
});
