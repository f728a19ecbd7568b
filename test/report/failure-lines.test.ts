import assert from 'node:assert/strict';
import { causeLines } from '../../src/report/failure-lines.ts';
import { failedMigration, result } from './example-results.ts';

function linesOf(changes: Partial<(typeof failedMigration.causes)[number]>) {
  const [cause] = failedMigration.causes;
  assert.ok(cause);
  const causes = [{ ...cause, log: [], resource: undefined, ...changes }];
  const [lines] = causeLines(result({ outcome: 'failed', causes }));
  assert.ok(lines);
  return lines;
}

describe('The lines of a cause', () => {
  it('put a short message into the issue', () => {
    assert.deepEqual(linesOf({ title: 'A failed', message: 'exit 1\n' }), {
      issue: 'A failed: exit 1',
      details: [],
    });
  });

  for (const [message, issue, below] of [
    ['one\ntwo\nthree', 'A failed: one', ['two', 'three']],
    ['\n\none\n\ntwo', 'A failed: one', ['two']],
    ['A failed\ntwo', 'A failed', ['two']],
    ['one\r\ntwo', 'A failed: one', ['two']],
    ['', 'A failed', []],
  ] as const) {
    it(`put the first line of ${JSON.stringify(message)} into the issue, and the others below it`, () => {
      const lines = linesOf({ title: 'A failed', message, advice: 'Do this.' });
      const details = [...below, 'What to do: Do this.'].map((line) => `    ${line}`);
      const told = lines.details.filter((line) => line.trim() !== '');
      assert.deepEqual({ ...lines, details: told }, { issue, details });
    });
  }

  it('do not repeat a message that equals the title', () => {
    assert.equal(linesOf({ title: 'A failed', message: 'A failed' }).issue, 'A failed');
  });

  it('say how many causes were omitted', () => {
    const [cause] = failedMigration.causes;
    assert.ok(cause);
    const causes = Array.from({ length: 60 }, () => cause);
    const lines = causeLines(result({ outcome: 'failed', causes }));
    assert.equal(lines.length, 51);
    assert.match(lines.at(-1)?.issue ?? '', /^10 more causes/);
  });

  it('are absent if nothing needs a reason', () => {
    assert.deepEqual(causeLines(result({ outcome: 'succeeded' })), []);
    assert.deepEqual(causeLines(result({ outcome: 'canceled', causes: [] })), []);
    assert.equal(
      causeLines(result({ outcome: 'canceled', causes: failedMigration.causes })).length,
      1,
    );
    assert.equal(causeLines(result({ outcome: 'timedOut', causes: [] })).length, 1);
  });
});
