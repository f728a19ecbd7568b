import assert from 'node:assert/strict';
import { warnOfSyncOptions } from '../../src/inputs/sync-option-names.ts';

describe('The names of sync options', () => {
  it('are those of Argo CD, whatever their values', () => {
    const options = ['CreateNamespace=true', 'Validate=false', 'PrunePropagationPolicy=orphan'];
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

  it('are reported even if none is similar', () => {
    assert.match(
      warnOfSyncOptions(['Frobnicate=1']).join(),
      /not know the option Frobnicate .*it\.$/,
    );
  });
});
