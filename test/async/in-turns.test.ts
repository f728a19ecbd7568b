import assert from 'node:assert/strict';
import { inTurns, isWorkWaiting } from '../../src/async/in-turns.ts';

/** The steps of each turn of the event loop, until everything is done. */
async function stepsOfTurns(works: readonly (readonly number[])[]) {
  const turns: number[] = [0];
  const order: number[] = [];
  let isOver = false;
  const count = () => {
    if (isOver) return;
    turns.push(0);
    setImmediate(count);
  };
  setImmediate(count);
  const done = works.map((portions, name) =>
    inTurns(
      (function* () {
        for (const portion of portions) {
          if (order.at(-1) !== name) order.push(name);
          turns[turns.length - 1] = (turns.at(-1) ?? 0) + portion;
          yield portion;
        }
        return `done ${name}`;
      })(),
    ),
  );
  assert.deepEqual(
    await Promise.all(done),
    works.map((_, name) => `done ${name}`),
  );
  isOver = true;
  return { turns, order };
}

const portions = (count: number) => new Array<number>(count).fill(1_000);

describe('Work in turns', () => {
  // Work that came before gets its turn as well.
  beforeEach(() => new Promise((resolve) => setImmediate(resolve)));

  it('yields after 4,000 steps', async () => {
    const { turns } = await stepsOfTurns([portions(30)]);
    assert.deepEqual(turns.slice(0, 8), [4_000, 4_000, 4_000, 4_000, 4_000, 4_000, 4_000, 2_000]);
  });

  it('finishes little work in one turn', async () => {
    const { turns } = await stepsOfTurns([[3_999]]);
    assert.deepEqual(turns, [3_999]);
  });

  it('makes no more steps in a turn if there are several pieces of work', async () => {
    const { turns } = await stepsOfTurns([portions(8), portions(8), portions(8)]);
    assert.ok(Math.max(...turns.slice(1)) <= 4_000, turns.join());
    // Each piece starts before its size is known.
    assert.ok((turns[0] ?? 0) <= 6_000, turns.join());
  });

  it('gives each piece the same share', async () => {
    const { order } = await stepsOfTurns([portions(12), portions(12), portions(12)]);
    assert.deepEqual(order.slice(0, 9), [0, 1, 2, 0, 1, 2, 0, 1, 2]);
  });

  it('finishes many small pieces in a few turns', async () => {
    const { turns } = await stepsOfTurns(Array.from({ length: 1_000 }, () => [10, 10]));
    assert.ok(turns.length <= 7, turns.join());
  });

  it('continues with the others if one fails', async () => {
    const failing = (function* () {
      yield 4_000;
      throw new Error('out of order');
    })();
    const other = (function* () {
      yield 4_000;
      return 'done';
    })();
    const [failed, done] = await Promise.allSettled([inTurns(failing), inTurns(other)]);
    assert.deepEqual([failed.status, done.status], ['rejected', 'fulfilled']);
  });

  it('says whether work is waiting', async () => {
    assert.equal(isWorkWaiting(), false);
    const done = stepsOfTurns([portions(8)]);
    assert.equal(isWorkWaiting(), true);
    await done;
    assert.equal(isWorkWaiting(), false);
  });

  it('counts the steps of each turn separately', async () => {
    for (let turn = 0; turn < 3; turn += 1) {
      const { turns } = await stepsOfTurns([[3_000]]);
      assert.deepEqual(turns, [3_000]);
      await new Promise((resolve) => setImmediate(resolve));
    }
  });
});
