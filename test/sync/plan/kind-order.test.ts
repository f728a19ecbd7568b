import { strict as assert } from 'node:assert';
import { compareBytes, kindRank } from '../../../src/sync/plan/kind-order.ts';

describe('kindRank', () => {
  const cases: readonly (readonly [string, number])[] = [
    ['Namespace', -35],
    ['NetworkPolicy', -34],
    ['APIService', -1],
    ['Widget', 0],
    ['namespace', 0],
    ['', 0],
    ['__proto__', 0],
  ];
  for (const [kind, rank] of cases) {
    it(`is ${rank} for "${kind}"`, () => {
      assert.equal(kindRank(kind), rank);
    });
  }
});

describe('compareBytes', () => {
  it('sorts by UTF-8 bytes', () => {
    const sorted = ['', '-', '.', '1', '10', '2', 'B', 'a', 'a-', 'a1', 'ab', 'é', '\uffee', '😀'];
    assert.deepEqual([...sorted].reverse().sort(compareBytes), sorted);
    const byBytes = [...sorted].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    assert.deepEqual(byBytes, sorted);
  });
});
