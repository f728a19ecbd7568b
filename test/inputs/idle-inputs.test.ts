import assert from 'node:assert/strict';
import { parseFollowUps } from '../../src/follow-ups/follow-ups-text.ts';
import { readStep } from '../../src/task/step.ts';

type Inputs = Readonly<Record<string, string>>;

function warningsOf(inputs: Inputs): readonly string[] {
  const all: Inputs = { argocdConnection: 'c1', applications: 'a', project: 'p', ...inputs };
  const request = readStep({ input: (name) => all[name] }, parseFollowUps);
  return 'warnings' in request ? request.warnings : assert.fail(JSON.stringify(request.faults));
}

describe('an input without effect', () => {
  const table: readonly (readonly [string, Inputs, readonly string[]])[] = [
    ['rollbackTo of a sync', { rollbackTo: '3' }, ['rollbackTo']],
    ['prune of a wait', { action: 'wait', prune: 'true' }, ['prune']],
    ['pruneLast without prune', { pruneLast: 'true' }, ['pruneLast']],
    ['pruneLast of a rollback', { action: 'rollback', pruneLast: 'true' }, ['pruneLast']],
    ['whenBusy of a wait', { action: 'wait', whenBusy: 'fail' }, ['whenBusy']],
    ['revision of a rollback', { action: 'rollback', revision: 'main' }, ['revision']],
    ['force of a rollback', { action: 'rollback', force: 'true' }, ['force']],
    [
      'anything of a terminate',
      { action: 'terminate', waitFor: 'none', revision: 'a' },
      ['revision', 'waitFor'],
    ],
    [
      'stableSeconds without health',
      { waitFor: 'operation', stableSeconds: '5' },
      ['stableSeconds'],
    ],
    ['expectImages when not followed', { waitFor: 'none', expectImages: 'a' }, ['expectImages']],
    [
      'includeChildren of a dry run',
      { dryRun: 'true', includeChildren: 'true' },
      ['includeChildren'],
    ],
  ];
  for (const [what, inputs, names] of table) {
    it(`is warned of: ${what}`, () => {
      assert.deepEqual(
        warningsOf(inputs).map((warning) => warning.split(' ')[0]),
        names,
      );
    });
  }

  it('is not warned of at its default, however it is written', () => {
    assert.deepEqual(
      warningsOf({ action: 'wait', prune: 'False', whenBusy: 'wait', rollbackTo: 'previous' }),
      [],
    );
  });

  it('is not warned of where a dry run shows what it does', () => {
    assert.deepEqual(warningsOf({ prune: 'true', pruneLast: 'true', dryRun: 'true' }), []);
  });

  it('is named with the choice that makes it so', () => {
    assert.deepEqual(warningsOf({ action: 'wait', dryRun: 'true' }), [
      'dryRun has no effect with action "wait": remove it.',
    ]);
    assert.deepEqual(warningsOf({ pruneLast: 'true', dryRun: 'true' }), [
      'pruneLast has no effect with prune off: remove it.',
    ]);
  });
});
