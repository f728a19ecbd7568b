import assert from 'node:assert/strict';
import { FairQueue } from '../../../../src/handler/runs/scheduler/fair-queue.ts';

describe('A fair queue of runs', () => {
  let queue: FairQueue;
  let atWork: Map<string, number>;
  /** Runs that cannot start yet. */
  let kept: Set<string>;

  beforeEach(() => {
    queue = new FairQueue();
    atWork = new Map();
    kept = new Set();
  });

  const first = () =>
    queue.first(
      (partitionKey) => atWork.get(partitionKey) ?? 0,
      (id) => !kept.has(id),
    );
  /** Lets all start, one after another; each stays at work. */
  const all = (partitionKeyOf: (id: string) => string): readonly string[] => {
    const begun: string[] = [];
    for (let id = first(); id !== undefined; id = first()) {
      const partitionKey = partitionKeyOf(id);
      queue.delete(id, partitionKey);
      atWork.set(partitionKey, (atWork.get(partitionKey) ?? 0) + 1);
      begun.push(id);
    }
    return begun;
  };

  it('takes those of one partition in the order of arrival', () => {
    for (const id of ['b', 'a', 'c', 'b']) queue.add(id, 'one');
    assert.deepEqual(
      all(() => 'one'),
      ['b', 'a', 'c'],
    );
    assert.equal(queue.size, 0);
  });

  it('first takes those whose partition has the fewest at work', () => {
    for (const id of ['x1', 'x2', 'x3', 'x4']) queue.add(id, 'x');
    for (const id of ['y1', 'y2']) queue.add(id, 'y');
    queue.add('z1', 'z');
    atWork.set('x', 2);
    atWork.set('z', 1);
    assert.deepEqual(
      all((id) => id.charAt(0)),
      ['y1', 'y2', 'z1', 'x1', 'x2', 'x3', 'x4'],
    );
  });

  it('skips those that cannot start yet, and their partition if none can', () => {
    for (const id of ['x1', 'x2']) queue.add(id, 'x');
    queue.add('y1', 'y');
    atWork.set('y', 9);
    kept.add('x1');
    assert.equal(first(), 'x2');
    kept.add('x2');
    assert.equal(first(), 'y1');
    kept.add('y1');
    assert.equal(first(), undefined);
    assert.equal(queue.size, 3);
  });

  it('forgets those that no longer wait', () => {
    queue.add('x1', 'x');
    assert.deepEqual([queue.has('x1', 'x'), queue.has('x1', 'y'), queue.size], [true, false, 1]);
    queue.delete('x1', 'y');
    queue.delete('x1', 'x');
    queue.delete('x1', 'x');
    assert.deepEqual([queue.has('x1', 'x'), queue.size, first()], [false, 0, undefined]);
  });
});
