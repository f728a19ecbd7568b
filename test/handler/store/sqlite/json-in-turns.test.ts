import assert from 'node:assert/strict';
import fc from 'fast-check';
import { jsonInTurns } from '../../../../src/handler/store/sqlite/json-in-turns.ts';
import { atOnce } from '../../../../src/sync/model/at-once.ts';

const itemsOf = (count: number) => Array.from({ length: count }, (_, name) => ({ name }));

describe('JSON in turns', () => {
  it('is what JSON.stringify writes', () => {
    const values = fc.anything({ withNullPrototype: false });
    fc.assert(
      fc.property(values, fc.string({ unit: 'binary' }), (value, name) => {
        const data = { [name]: value, empty: [], none: undefined, list: [value, undefined] };
        assert.equal(atOnce(jsonInTurns(data)), JSON.stringify(data));
      }),
    );
    for (const value of [undefined, null, 'a', 1, true, [], [undefined], {}]) {
      assert.equal(atOnce(jsonInTurns(value)), JSON.stringify(value));
    }
    for (const count of [99, 100, 101, 5_000]) {
      const data = { memory: { results: itemsOf(count) }, steps: itemsOf(count) };
      assert.equal(atOnce(jsonInTurns(data)), JSON.stringify(data));
    }
  });

  it('counts its steps, never many at a time', () => {
    const portions = [...jsonInTurns({ memory: { begun: itemsOf(5_000) }, steps: itemsOf(5_000) })];
    assert.ok(portions.length >= 100, `${portions.length} portions`);
    assert.ok(Math.max(...portions) <= 1_000, `${Math.max(...portions)} steps at a time`);
    assert.ok(portions.reduce((sum, steps) => sum + steps) >= 10_000);
  });
});
