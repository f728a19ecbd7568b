import assert from 'node:assert/strict';
import { parseFollowUps } from '../../src/follow-ups/follow-ups-text.ts';
import { readStep } from '../../src/task/step.ts';

type Inputs = Readonly<Record<string, string>>;

function warningsOf(inputs: Inputs): readonly string[] {
  const all: Inputs = { argocdConnection: 'c1', applications: 'a', project: 'p', ...inputs };
  const request = readStep({ input: (name) => all[name] }, parseFollowUps);
  return 'warnings' in request ? request.warnings : assert.fail(JSON.stringify(request.faults));
}

describe('An input without effect', () => {
  const table: readonly (readonly [string, Inputs, readonly string[]])[] = [
    ['rollbackTo for a sync', { rollbackTo: '3' }, ['rollbackTo']],
    ['prune for a wait', { action: 'wait', prune: 'true' }, ['prune']],
    ['pruneLast without prune', { pruneLast: 'true' }, ['pruneLast']],
    ['pruneLast for a rollback', { action: 'rollback', pruneLast: 'true' }, ['pruneLast']],
    ['whenBusy for a wait', { action: 'wait', whenBusy: 'fail' }, ['whenBusy']],
    ['revision for a rollback', { action: 'rollback', revision: 'main' }, ['revision']],
    ['force for a rollback', { action: 'rollback', force: 'true' }, ['force']],
    [
      'anything for a terminate',
      { action: 'terminate', waitFor: 'none', revision: 'a' },
      ['revision', 'waitFor'],
    ],
    [
      'stableSeconds without health',
      { waitFor: 'operation', stableSeconds: '5' },
      ['stableSeconds'],
    ],
    ['expectImages if not followed', { waitFor: 'none', expectImages: 'a' }, ['expectImages']],
    [
      'includeChildren for a dry run',
      { dryRun: 'true', includeChildren: 'true' },
      ['includeChildren'],
    ],
  ];
  for (const [what, inputs, names] of table) {
    it(`causes a warning: ${what}`, () => {
      assert.deepEqual(
        warningsOf(inputs).map((warning) => warning.split(' ')[0]),
        names,
      );
    });
  }

  it('causes no warning at its default, in any notation', () => {
    assert.deepEqual(
      warningsOf({ action: 'wait', prune: 'False', whenBusy: 'wait', rollbackTo: 'previous' }),
      [],
    );
  });

  it('causes no warning if a dry run shows its effect', () => {
    assert.deepEqual(warningsOf({ prune: 'true', pruneLast: 'true', dryRun: 'true' }), []);
  });

  it('is named with the choice that makes it ineffective', () => {
    assert.deepEqual(warningsOf({ action: 'wait', dryRun: 'true' }), [
      'dryRun has no effect with action "wait": remove it.',
    ]);
    assert.deepEqual(warningsOf({ pruneLast: 'true', dryRun: 'true' }), [
      'pruneLast has no effect with prune off: remove it.',
    ]);
  });
});
