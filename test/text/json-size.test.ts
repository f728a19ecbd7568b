import assert from 'node:assert/strict';
import fc from 'fast-check';
import { jsonSize } from '../../src/text/json-size.ts';
import { Meter } from '../meter.ts';

describe('The size of JSON', () => {
  it('is never more than what JSON.stringify returns', () => {
    fc.assert(
      fc.property(fc.anything({ withNullPrototype: false }), (value) => {
        const { length } = JSON.stringify({ value, none: undefined });
        assert.ok(jsonSize({ value, none: undefined }, Infinity) <= length);
      }),
    );
  });

  it('is exact except for escapes, and for the digits of numbers', () => {
    for (const value of [[], {}]) assert.equal(jsonSize(value, Infinity), 1);
    for (const value of ['', 'a', 1, [1], ['a', 2], { a: 1 }, { a: { b: ['c'] }, d: 'e' }]) {
      assert.equal(jsonSize(value, Infinity), JSON.stringify(value).length);
    }
    assert.equal(jsonSize({ a: undefined, b: 1 }, Infinity), '{"b":1}'.length);
    assert.equal(jsonSize(['"', 100, true], Infinity), '["x",1,1]'.length);
  });

  it('is computed no further than necessary', () => {
    const meter = new Meter();
    const list = Array.from({ length: 10_000 }, () => meter.watch({ name: 'shop' }));
    const whole = jsonSize(list, Infinity);
    assert.equal(whole, JSON.stringify(list).length);
    meter.reads = 0;
    const size = jsonSize({ list }, 1_000);
    assert.ok(size > 1_000 && size < 1_100, `${size}`);
    assert.ok(meter.reads < 200, `${meter.reads} reads`);
  });
});
