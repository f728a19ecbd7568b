import assert from 'node:assert/strict';
import { warnOfSyncOptions } from '../../src/inputs/sync-option-names.ts';

describe('The names of sync options', () => {
  it('are those of Argo CD, with its values', () => {
    const options = [
      'CreateNamespace=true',
      'Validate=false',
      'Prune=confirm',
      'PrunePropagationPolicy=orphan',
    ];
    assert.deepEqual(warnOfSyncOptions(options), []);
    assert.deepEqual(warnOfSyncOptions([]), []);
  });

  for (const [option, meant] of [
    ['CreateNamespaces=true', 'CreateNamespace'],
    ['createNamespace=true', 'CreateNamespace'],
    ['ServerSideAply=true', 'ServerSideApply'],
    ['validate=false', 'Validate'],
    ['Purne=true', 'Prune'],
  ] as const) {
    it(`are reported with the most similar one: ${option}`, () => {
      const [warning = '', ...others] = warnOfSyncOptions(['Replace=true', option]);
      assert.deepEqual(others, []);
      assert.ok(warning.startsWith('syncOptions: '), warning);
      assert.ok(
        warning.endsWith(` ${option.split('=')[0]} and ignores it. Did you mean ${meant}?`),
      );
    });
  }

  for (const [option, words] of [
    ['CreateNamespace=True', 'is true or false. Did you mean true?'],
    ['Validate=FALSE', 'is true or false. Did you mean false?'],
    ['ServerSideApply=ture', 'is true or false. Did you mean true?'],
    ['ServerSideApply=yes', 'is true or false.'],
    ['PruneLast=1', 'is true or false.'],
    ['Replace="true"', 'is true or false. Did you mean true?'],
    ['PrunePropagationPolicy=Orphan', 'or orphan. Did you mean orphan?'],
    ['PrunePropagationPolicy=true', 'is foreground or background or orphan.'],
    ['Prune=confrim', 'is true or false or confirm. Did you mean confirm?'],
    ['CreateNamespace=true,Prune=false', 'is true or false. Write one option per line.'],
    ['CreateNamespace=true; Validate=true', 'is true or false. Write one option per line.'],
  ] as const) {
    it(`are reported with their valid values if Argo CD ignores the given one: ${option}`, () => {
      const [warning = '', ...others] = warnOfSyncOptions(['Replace=true', option]);
      assert.deepEqual(others, []);
      assert.ok(warning.startsWith(`syncOptions: Argo CD 3.5 ignores ${option}: `), warning);
      assert.ok(warning.endsWith(words), warning);
    });
  }

  it('do not include names that every object has', () => {
    assert.match(warnOfSyncOptions(['constructor=true']).join(), /not know the option constructor/);
  });

  it('are reported even if none is similar', () => {
    assert.match(
      warnOfSyncOptions(['Frobnicate=1']).join(),
      /not know the option Frobnicate .*it\.$/,
    );
  });
});
