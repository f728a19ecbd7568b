import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { hasPassed, verdictOf } from '../../../scripts/soak/verdict.ts';

const good = { what: '1000 kills', problems: [] };
const bad = { what: '9 requests', problems: ['500 to GET /'] };

describe('The verdict of a soak', () => {
  it('is good if nothing was found, and says what was done', () => {
    assert.ok(hasPassed([good]));
    assert.deepEqual(verdictOf([good], 7), ['passed  1000 kills']);
  });

  it('is bad if anything was found, and says how to reproduce it', () => {
    assert.ok(!hasPassed([good, bad]));
    assert.deepEqual(verdictOf([good, bad], 7), [
      'passed  1000 kills',
      'FAILED  9 requests',
      '        500 to GET /',
      'Again with: npm run soak -- --seed 7',
    ]);
  });

  it('names no seed if there was none', () => {
    assert.deepEqual(verdictOf([bad]), ['FAILED  9 requests', '        500 to GET /']);
  });

  it('shows only as much as fits on a screen', () => {
    const lines = verdictOf([{ what: 'x', problems: Array<string>(30).fill('no') }], 7);
    assert.equal(lines.length, 23);
    assert.equal(lines.at(-2), '        and 10 more');
  });

  it('shows all of what is already bounded', () => {
    const part = { what: 'x', problems: Array<string>(30).fill('no'), isWhole: true };
    assert.equal(verdictOf([part]).length, 31);
  });
});
