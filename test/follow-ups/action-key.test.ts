import assert from 'node:assert/strict';
import fc from 'fast-check';
import { actionKeyOf, eventKeyOf } from '../../src/follow-ups/action-key.ts';
import type { Recurrence } from '../../src/follow-ups/follow-up.ts';
import { event, healthEvent } from './events.ts';

const by = (name: string, each: Recurrence = 'operation') => ({ name, each });
const attempt = (number: number) => event({ of: { attempt: number } });

describe('The key of an action', () => {
  it('consists of its event and its rule', () => {
    assert.equal(actionKeyOf(event(), by('smoke')), 'uid-1/1000/run-1/end|smoke');
  });

  it('is the same for each attempt of an operation, unless the rule counts attempts', () => {
    assert.equal(actionKeyOf(attempt(0), by('a')), actionKeyOf(attempt(3), by('a')));
    const counted = [0, 1, 2].map((number) => actionKeyOf(attempt(number), by('a', 'attempt')));
    assert.equal(new Set(counted).size, 3);
  });

  it('exists for an event without an operation', () => {
    assert.equal(actionKeyOf(healthEvent(), by('a')), 'uid-1/healthDegraded/1|a');
  });

  it("is short and unique, however long an event's name is", () => {
    const long = (end: string) => event({ id: `${'x'.repeat(1_000_000)}${end}` });
    const [one, other] = [actionKeyOf(long('a'), by('r')), actionKeyOf(long('b'), by('r'))];
    assert.ok(one.length < 200);
    assert.notEqual(one, other);
  });

  it('differs for each event, attempt and rule', () => {
    const text = fc.string({ unit: fc.constantFrom(...'ab|/1#'), maxLength: 6 });
    const name = fc.constantFrom('a', 'b', '1', 'annotation/onSuccess/shop/1');
    const part = fc.record({
      id: text,
      attempt: fc.nat(2),
      name,
      each: fc.constant('attempt' as const),
    });
    const keyOf = ({
      id,
      attempt: of,
      ...rule
    }: {
      id: string;
      attempt: number;
      name: string;
      each: Recurrence;
    }) => actionKeyOf(event({ id, of: { attempt: of } }), rule);
    fc.assert(
      fc.property(part, part, (one, other) => {
        const isSame =
          one.id === other.id && one.attempt === other.attempt && one.name === other.name;
        assert.equal(keyOf(one) === keyOf(other), isSame);
      }),
      { numRuns: 5_000 },
    );
  });
});

describe('The key of an event in a run', () => {
  it('is 15 digits, and a number without leading zeros', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (key) => {
        const digits = eventKeyOf(key);
        assert.match(digits, /^[1-9]\d{14}$/);
        assert.ok(Number.isSafeInteger(Number(digits)));
        assert.equal(String(Number(digits)), digits);
      }),
    );
  });

  it('is always the same for the same action, even in later versions', () => {
    assert.equal(eventKeyOf('uid-1/1000/run-1/end|smoke'), '155819050815134');
  });

  it('differs for 100,000 actions', () => {
    const keys = Array.from({ length: 100_000 }, (_, at) => eventKeyOf(`uid-${at}/end|smoke`));
    assert.equal(new Set(keys).size, keys.length);
  });
});
