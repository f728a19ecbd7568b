import assert from 'node:assert/strict';
import { Semaphore } from '../../src/async/semaphore.ts';
import { settle } from '../follow/manual-clock.ts';

/** A job that ends when it is told to. */
function job() {
  let end = () => undefined as void;
  const done = new Promise<void>((resolve) => (end = resolve));
  return { end, begin: () => done };
}

describe('A semaphore', () => {
  it('admits so many at once, and the others in order', async () => {
    const semaphore = new Semaphore(2);
    const begun: number[] = [];
    const jobs = [0, 1, 2, 3].map((number) => ({ number, ...job() }));
    const all = jobs.map(({ number, begin }) =>
      semaphore.run(() => {
        begun.push(number);
        return begin();
      }),
    );
    await settle();
    assert.deepEqual(begun, [0, 1]);
    jobs[1]?.end();
    await settle();
    assert.deepEqual(begun, [0, 1, 2]);
    for (const { end } of jobs) end();
    await Promise.all(all);
    assert.deepEqual(begun, [0, 1, 2, 3]);
  });

  it('frees the slot of a failed job', async () => {
    const semaphore = new Semaphore(1);
    const failing = semaphore.run(() => Promise.reject(new Error('failed')));
    const next = semaphore.run(() => Promise.resolve('next'));
    await assert.rejects(failing, /failed/);
    assert.equal(await next, 'next');
  });

  it('removes only the waiter that gives up', async () => {
    const semaphore = new Semaphore(1);
    const holding = job();
    const held = semaphore.run(holding.begin);
    const giving = new AbortController();
    const given = semaphore.run(() => assert.fail('it was begun'), giving.signal);
    const next = semaphore.run(() => Promise.resolve('next'));
    giving.abort(new Error('enough'));
    await assert.rejects(given, /enough/);
    const late = semaphore.run(() => assert.fail('it was begun'), giving.signal);
    await assert.rejects(late, /enough/);
    holding.end();
    await held;
    assert.equal(await next, 'next');
    assert.equal(await semaphore.run(() => Promise.resolve('again')), 'again');
  });

  it('runs everything at once if unlimited', async () => {
    const semaphore = new Semaphore(Infinity);
    const jobs = Array.from({ length: 100 }, job);
    let begun = 0;
    const all = jobs.map(({ begin }) =>
      semaphore.run(() => {
        begun += 1;
        return begin();
      }),
    );
    await settle();
    assert.equal(begun, 100);
    for (const { end } of jobs) end();
    await Promise.all(all);
  });
});
