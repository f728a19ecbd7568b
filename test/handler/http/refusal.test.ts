import assert from 'node:assert/strict';
import { Refusal } from '../../../src/handler/http/refusal.ts';

const fault = (input: string, value = '') => ({
  input,
  value,
  problem: 'wrong',
  advice: 'Mend it.',
});

describe('A refusal', () => {
  it('reports every fault on a separate line', () => {
    const refusal = new Refusal(400, 'inputs', 'Two.', { faults: [fault('a', 'x'), fault('b')] });
    assert.equal(refusal.message, 'Two.');
    assert.deepEqual(refusal.faults, ['a "x": wrong. Mend it.', 'b: wrong. Mend it.']);
  });

  it('says how many faults there are beyond those listed', () => {
    const faults = Array.from({ length: 13 }, (_, index) => fault(`input ${index}`));
    const told = new Refusal(400, 'inputs', 'Many.', { faults }).faults;
    assert.equal(told.length, 11);
    assert.equal(told.at(-1), '… and 3 more');
  });

  it('is bounded, on one line, and never a logging command', () => {
    const nasty = `##vso[task.complete]\n${'x'.repeat(50_000)}`;
    const refusal = new Refusal(403, 'denied', nasty, { faults: [fault(nasty, nasty)] });
    const text = [refusal.message, ...refusal.faults].join(' ');
    for (const part of [refusal.message, ...refusal.faults]) assert.match(part, /x{100}/);
    assert.ok(text.length < 2_000);
    assert.ok(!/\n|##vso/.test(text), text.slice(0, 100));
  });
});
