import assert from 'node:assert/strict';
import { RankedQueue, ranks } from '../../../../src/handler/runs/scheduler/ranked-queue.ts';

describe('The ranked queue', () => {
  const partitionKey = 'fabrikam prod';
  const one = { id: 'one', partitionKey };
  const first = (queue: RankedQueue, among: readonly (typeof ranks)[number][] = ranks) =>
    queue.first(
      among,
      () => 0,
      () => true,
    );

  it('starts finished runs before new ones, whenever they came', () => {
    const queue = new RankedQueue();
    for (const rank of ranks.toReversed()) queue.add(rank, { id: rank, partitionKey });
    const spec: string[] = [];
    for (let next = first(queue); next !== undefined; next = first(queue)) {
      spec.push(next.rank);
      queue.delete({ id: next.id, partitionKey });
    }
    assert.deepEqual(spec, ['done', 'woken', 'fresh', 'stored']);
  });

  it('has a run in one rank at a time, the last assigned one', () => {
    const queue = new RankedQueue();
    queue.add('fresh', one);
    queue.add('done', one);
    assert.deepEqual([queue.size, queue.sizeOf('done'), queue.sizeOf('fresh')], [1, 1, 0]);
    assert.deepEqual([queue.has('done', one), queue.has('fresh', one)], [true, false]);
  });

  it('returns no run of a rank that is not requested', () => {
    const queue = new RankedQueue();
    queue.add('fresh', one);
    assert.equal(first(queue, ['done']), undefined);
    assert.deepEqual(first(queue), { id: 'one', rank: 'fresh' });
  });
});
