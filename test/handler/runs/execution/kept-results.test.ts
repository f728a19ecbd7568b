import assert from 'node:assert/strict';
import {
  keptCharacters,
  keptResults,
} from '../../../../src/handler/runs/execution/kept-results.ts';
import { conclude } from '../../../../src/report/result.ts';
import { result } from '../../../report/example-results.ts';

const long = 'x'.repeat(4_000);
const cause = { title: long, message: long, advice: long, resource: undefined, log: [long, long] };
const fat = (index: number) =>
  result({
    name: `app-${index}`,
    outcome: 'failed',
    message: long,
    causes: Array(50).fill(cause),
    revisions: Array(20).fill(long),
  });

describe('The stored results of a run', () => {
  for (const count of [1, 10, 100, 1_000]) {
    it(`have one budget, whatever they contain: ${count} large applications`, () => {
      const results = Array.from({ length: count }, (_, index) => fat(index));
      const kept = keptResults(results);
      assert.ok(JSON.stringify(kept).length <= keptCharacters);
      assert.equal(kept.length, count);
      const last = kept.at(-1) ?? assert.fail();
      assert.ok(last.causes.length > 0, 'nothing says that there were causes');
      assert.equal(conclude(kept).outcome, 'failed');
    });
  }

  it('are complete if they fit, except for images', () => {
    const small = result({ name: 'shop' });
    assert.deepEqual(keptResults([small]), [{ ...small, images: [] }]);
  });

  it('record that there were warnings, which affect how the run ended', () => {
    const concerned = Array.from({ length: 1_000 }, (_, index) =>
      result({ name: `app-${index}`, concerns: Array(50).fill({ title: long, message: long }) }),
    );
    const kept = keptResults(concerned);
    assert.ok(JSON.stringify(kept).length <= keptCharacters);
    assert.equal(conclude(kept).result, conclude(concerned).result);
    assert.equal(kept.length, 1_000);
  });
});
