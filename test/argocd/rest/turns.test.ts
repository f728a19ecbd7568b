import assert from 'node:assert/strict';
import { Turns } from '../../../src/argocd/rest/turns.ts';
import { settle } from '../../follow/manual-clock.ts';
import { noAbort } from './server.ts';

/** A job that ends when told to. */
function job() {
  let end = () => undefined as void;
  const done = new Promise<void>((resolve) => (end = resolve));
  return { end, begin: () => done };
}

describe('turns', () => {
  it('lets so many go on at once, and the others in their order', async () => {
    const turns = new Turns(2);
    const begun: number[] = [];
    const jobs = [0, 1, 2, 3].map((number) => ({ number, ...job() }));
    const all = jobs.map(({ number, begin }) =>
      turns.take(noAbort, () => {
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

  it('passes the turn on when a job fails', async () => {
    const turns = new Turns(1);
    const failing = turns.take(noAbort, () => Promise.reject(new Error('failed')));
    const next = turns.take(noAbort, () => Promise.resolve('next'));
    await assert.rejects(failing, /failed/);
    assert.equal(await next, 'next');
  });

  it('lets go of who does not want to wait any more, and of nobody else', async () => {
    const turns = new Turns(1);
    const holding = job();
    const held = turns.take(noAbort, holding.begin);
    const giving = new AbortController();
    const given = turns.take(giving.signal, () => assert.fail('it was begun'));
    const next = turns.take(noAbort, () => Promise.resolve('next'));
    giving.abort(new Error('enough'));
    await assert.rejects(given, /enough/);
    const late = turns.take(giving.signal, () => assert.fail('it was begun'));
    await assert.rejects(late, /enough/);
    holding.end();
    await held;
    assert.equal(await next, 'next');
    assert.equal(await turns.take(noAbort, () => Promise.resolve('again')), 'again');
  });

  it('has no end of turns without a bound', async () => {
    const turns = new Turns(Infinity);
    const jobs = Array.from({ length: 100 }, job);
    let begun = 0;
    const all = jobs.map(({ begin }) =>
      turns.take(noAbort, () => {
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
