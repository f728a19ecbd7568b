import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { holds, reached } from '../../../../scripts/bench/handler/waiting.ts';

const never = () => new Promise<never>(() => undefined);
const silent = () => undefined;

describe('Waiting in the bench', () => {
  it('ends when the condition holds', async () => {
    let looks = 0;
    assert.equal(await holds(60_000, () => Promise.resolve(++looks === 3)), true);
    assert.equal(looks, 3);
  });

  it('ends when the time is up, even if nobody answers', async () => {
    assert.equal(await holds(1, never), false);
    assert.equal(await holds(1, () => Promise.resolve(false)), false);
  });

  it('fails with what was asked', async () => {
    const fault = new Error('the server is gone');
    await assert.rejects(
      holds(60_000, () => Promise.reject(fault)),
      fault,
    );
  });

  it('says how far it was when it took too long', async () => {
    const limits = { within: 1, report: silent };
    await assert.rejects(
      reached('operations run', 10, () => Promise.resolve(7), limits),
      /too long: 7 of 10 operations run/,
    );
    await assert.rejects(reached('operations run', 10, never, limits), /0 of 10/);
    await reached('operations run', 10, () => Promise.resolve(10), limits);
  });
});
