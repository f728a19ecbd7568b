import assert from 'node:assert/strict';
import { RecentAnswers } from '../../src/actions/recent-answers.ts';

describe('Recent answers', () => {
  let now = 0;
  let asked = 0;
  beforeEach(() => {
    now = 0;
    asked = 0;
  });
  const ask = () => Promise.resolve(++asked);
  const fail = () => Promise.reject(new Error(`failure ${++asked}`));
  const answers = () =>
    new RecentAnswers<number>(
      () => now,
      (answer) => ('value' in answer ? 100 : 10),
    );

  it('are kept for their lifetime', async () => {
    const known = answers();
    assert.equal(await known.get('a', ask), 1);
    now = 99;
    assert.equal(await known.get('a', ask), 1);
    now = 100;
    assert.equal(await known.get('a', ask), 2);
  });

  it('are requested once at a time', async () => {
    const known = answers();
    assert.deepEqual(
      await Promise.all(['a', 'a', 'b'].map((key) => known.get(key, ask))),
      [1, 1, 2],
    );
  });

  it('include failures, for as long as those are valid', async () => {
    const known = answers();
    await assert.rejects(known.get('a', fail), /failure 1/);
    now = 9;
    await assert.rejects(known.get('a', ask), /failure 1/);
    now = 10;
    assert.equal(await known.get('a', ask), 2);
  });

  it('are forgotten on request', async () => {
    const known = answers();
    await known.get('a', ask);
    known.clear();
    assert.equal(await known.get('a', ask), 2);
  });

  it('are bounded: the oldest is forgotten first', async () => {
    const known = answers();
    for (let at = 0; at <= 1_000; at++) await known.get(String(at), ask);
    assert.equal(await known.get('1000', ask), 1_001);
    assert.equal(await known.get('0', ask), 1_002);
  });
});
