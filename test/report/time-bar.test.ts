import assert from 'node:assert/strict';
import fc from 'fast-check';
import { spanOf, timeBar } from '../../src/report/time-bar.ts';

const whole = { startedAt: 0, finishedAt: 24_000 };

describe('The bar of a time', () => {
  for (const [startedAt, finishedAt, bar] of [
    [0, 24_000, '████████████████████████'],
    [6_000, 12_000, '······██████············'],
    [12_000, 12_000, '············█···········'],
    [24_000, 24_000, '·······················█'],
    [-5_000, 99_000, '████████████████████████'],
  ] as const) {
    it(`from ${startedAt} to ${finishedAt} of 24000`, () => {
      assert.equal(timeBar({ startedAt, finishedAt }, whole), bar);
    });
  }

  it('is absent if a time is unknown', () => {
    assert.equal(timeBar({ startedAt: undefined, finishedAt: 5 }, whole), '');
    assert.equal(timeBar(whole, spanOf([])), '');
  });

  it('always has 24 positions, at least one of them filled', () => {
    const time = fc.integer();
    fc.assert(
      fc.property(time, time, time, time, (a, b, c, d) => {
        const bar = timeBar({ startedAt: a, finishedAt: b }, { startedAt: c, finishedAt: d });
        assert.match(bar, /^(?=.{24}$)·*█+·*$/);
      }),
    );
  });
});

describe('The span of several times', () => {
  it('goes from the first start to the last end', () => {
    const parts = [
      { startedAt: 5, finishedAt: 9 },
      { startedAt: 2, finishedAt: undefined },
      { startedAt: undefined, finishedAt: 7 },
    ];
    assert.deepEqual(spanOf(parts), { startedAt: 2, finishedAt: 9 });
  });
});
