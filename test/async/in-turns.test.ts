import assert from 'node:assert/strict';
import { inTurns } from '../../src/async/in-turns.ts';

describe('work in turns', () => {
  /** Makes steps in portions, and says how many were made when somebody else had a turn. */
  const made = async (portions: readonly number[]) => {
    let steps = 0;
    const turns: number[] = [];
    let isOver = false;
    const others = () => {
      if (isOver) return;
      turns.push(steps);
      setImmediate(others);
    };
    setImmediate(others);
    const work = function* () {
      for (const portion of portions) {
        steps += portion;
        yield portion;
      }
      return 'done';
    };
    assert.equal(await inTurns(work()), 'done');
    isOver = true;
    return turns;
  };

  it('gives others their turn after 10,000 steps', async () => {
    const turns = await made(new Array<number>(30).fill(1_000));
    assert.deepEqual(turns.slice(0, 3), [10_000, 20_000, 30_000]);
  });

  it('does little at once', async () => {
    assert.deepEqual(await made([9_999]), []);
  });
});
