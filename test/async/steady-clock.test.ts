import assert from 'node:assert/strict';
import sinon from 'sinon';
import { steadyClock } from '../../src/async/steady-clock.ts';

describe('The steady clock', () => {
  afterEach(() => sinon.restore());

  it('starts with the time of day, in whole milliseconds', () => {
    const clock = steadyClock();
    assert.ok(Math.abs(clock.now() - Date.now()) < 1_000);
    assert.ok(Number.isInteger(clock.now()));
  });

  for (const [what, jump] of [
    ['back', -7 * 24 * 3_600_000],
    ['on', 7 * 24 * 3_600_000],
  ] as const) {
    it(`continues steadily when the machine's clock is set ${what}`, () => {
      const clock = steadyClock();
      const before = clock.now();
      sinon.stub(Date, 'now').returns(before + jump);
      assert.ok(clock.now() - before >= 0 && clock.now() - before < 1_000);
    });
  }

  it('wakes after the requested time, or immediately when aborted', async () => {
    const clock = steadyClock();
    const before = clock.now();
    await clock.sleep(30, new AbortController().signal);
    assert.ok(clock.now() - before >= 29);
    const calledOff = new AbortController();
    const sleeping = clock.sleep(3_600_000, calledOff.signal);
    calledOff.abort();
    await sleeping;
  });
});
