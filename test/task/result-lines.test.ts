import assert from 'node:assert/strict';
import { closingTable, resultLines, stepGroup } from '../../src/task/result-lines.ts';
import { failedMigration, result, step } from './example-results.ts';

describe('the lines of a result', () => {
  it('link to the operation only where one failed', () => {
    const links = (of: Parameters<typeof resultLines>[0]) =>
      resultLines(of).filter((line) => line.startsWith('  Operation'));
    assert.equal(links(failedMigration).length, 1);
    assert.equal(links(result()).length, 0);
    assert.equal(links({ ...failedMigration, operation: undefined }).length, 0);
  });

  it('leave out what is not known', () => {
    assert.deepEqual(
      resultLines(result({ outcome: 'blocked', message: 'x', evidence: '', url: '' })),
      ['shop is blocked after 34 s: x'],
    );
  });
});

describe('the group of steps', () => {
  it('is none without steps', () => assert.deepEqual(stepGroup(result({ steps: [] })), []));

  it('shows what was not reached', () => {
    const pending = step({ state: 'Pending', startedAt: undefined, finishedAt: undefined });
    assert.deepEqual(stepGroup(result({ steps: [pending] })), [
      '##[group]shop: 1 step',
      'Sync wave 0  Job/migrate  Not reached',
      '##[endgroup]',
    ]);
  });
});

describe('the closing table', () => {
  it('has empty cells for what was never read', () => {
    const unread = result({
      outcome: 'timedOut',
      syncStatus: undefined,
      health: undefined,
      revisions: [],
    });
    assert.deepEqual(closingTable([unread]), [
      '1 application: 1 timed out',
      'Application  Outcome    Sync  Health  Revision  Time',
      'shop         timed out                          34 s',
    ]);
  });
});
