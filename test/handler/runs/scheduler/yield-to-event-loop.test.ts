import assert from 'node:assert/strict';
import { yieldToEventLoop } from '../../../../src/handler/runs/scheduler/yield-to-event-loop.ts';

describe('The pause between two starts', () => {
  /** Makes so many turns of the event loop long, one after another; returns how many are left. */
  const occupy = (turns: number) => {
    const left = { turns };
    const work = () => {
      const until = performance.now() + 12;
      while (performance.now() < until);
      left.turns -= 1;
      if (left.turns > 0) setImmediate(work);
    };
    setImmediate(work);
    return left;
  };

  it('lets waiting work run, but adds no delay while there is little', async () => {
    const spec: string[] = [];
    setImmediate(() => spec.push('waiting'));
    await yieldToEventLoop();
    spec.push('started');
    assert.deepEqual(spec, ['waiting', 'started']);
  });

  it('lasts until a turn was short', async () => {
    const left = occupy(4);
    await yieldToEventLoop();
    assert.equal(left.turns, 0);
  });

  it('ends after at most ten long turns', async () => {
    const left = occupy(20);
    await yieldToEventLoop();
    assert.equal(left.turns, 10);
    while (left.turns > 0) await new Promise((resolve) => setImmediate(resolve));
  });

  it('is only one turn, however long, if it is urgent', async () => {
    const left = occupy(3);
    await yieldToEventLoop(true);
    assert.equal(left.turns, 2);
    while (left.turns > 0) await new Promise((resolve) => setImmediate(resolve));
  });
});
