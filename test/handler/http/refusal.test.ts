import assert from 'node:assert/strict';
import { Refusal } from '../../../src/handler/http/refusal.ts';

const fault = (input: string, value = '') => ({
  input,
  value,
  problem: 'wrong',
  advice: 'Mend it.',
});

describe('a refusal', () => {
  it('tells every fault in a line of its own', () => {
    const refusal = new Refusal(400, 'inputs', 'Two.', { faults: [fault('a', 'x'), fault('b')] });
    assert.equal(refusal.message, 'Two.');
    assert.deepEqual(refusal.faults, ['a "x": wrong. Mend it.', 'b: wrong. Mend it.']);
  });

  it('says how many faults there are besides those that it tells', () => {
    const faults = Array.from({ length: 13 }, (_, index) => fault(`input ${index}`));
    const told = new Refusal(400, 'inputs', 'Many.', { faults }).faults;
    assert.equal(told.length, 11);
    assert.equal(told.at(-1), '… and 3 more');
  });

  it('is bounded, in one line, and no command of a log', () => {
    const nasty = `##vso[task.complete]\n${'x'.repeat(50_000)}`;
    const refusal = new Refusal(403, 'denied', nasty, { faults: [fault(nasty, nasty)] });
    const text = [refusal.message, ...refusal.faults].join(' ');
    assert.ok(text.length < 2_000);
    assert.ok(!/\n|##vso/.test(text), text.slice(0, 100));
  });
});
