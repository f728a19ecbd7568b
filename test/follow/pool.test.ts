import assert from 'node:assert/strict';
import { Pool } from '../../src/follow/pool.ts';
import { settle } from './manual-clock.ts';

describe('a pool', () => {
  it('runs so many jobs at once, the others in the order in which they came', async () => {
    const pool = new Pool(2);
    const begun: number[] = [];
    const ends: (() => void)[] = [];
    const jobs = [0, 1, 2, 3].map((index) =>
      pool.run(() => {
        begun.push(index);
        return new Promise<number>((resolve) => ends.push(() => resolve(index * 10)));
      }),
    );
    await settle();
    assert.deepEqual(begun, [0, 1]);
    ends[1]?.();
    await settle();
    assert.deepEqual(begun, [0, 1, 2]);
    ends[0]?.();
    ends[2]?.();
    await settle();
    ends[3]?.();
    assert.deepEqual(await Promise.all(jobs), [0, 10, 20, 30]);
  });

  it('frees the place of a job that fails', async () => {
    const pool = new Pool(1);
    const failing = pool.run(() => Promise.reject(new Error('no')));
    const next = pool.run(() => Promise.resolve('done'));
    await assert.rejects(failing, /no/);
    assert.equal(await next, 'done');
    assert.equal(await pool.run(() => Promise.resolve('again')), 'again');
  });
});
