import { strict as assert } from 'node:assert';
import { generatedName } from '../../../src/sync/plan/generated-name.ts';

describe('generatedName', () => {
  const cases: readonly (readonly [string, number | undefined, string])[] = [
    ['1610973b8e3f655f', 1795225156000, 'a-1610973-presync-1795225156'],
    ['1610973b8e3f655f', 1795225156999, 'a-1610973-presync-1795225156'],
    ['12345678', 1000, 'a-1234567-presync-1'],
    ['1234567', 1000, 'a-1234567-presync-1'],
    ['1.2-RC', 1000, 'a-1.2-rc-presync-1'],
    ['', 1000, 'a--presync-1'],
    ['', undefined, 'a--presync-'],
  ];
  for (const [revision, startedAt, expected] of cases) {
    it(`is ${expected} for revision "${revision}" at ${startedAt ?? 'an unknown time'}`, () => {
      assert.equal(generatedName('a-', 'PreSync', { revision, startedAt }), expected);
    });
  }

  it('keeps the case of its prefix', () => {
    const parts = { revision: 'ABC', startedAt: 0 };
    assert.equal(generatedName('A-', 'SyncFail', parts), 'A-abc-syncfail-0');
  });
});
