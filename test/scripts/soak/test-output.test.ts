import assert from 'node:assert/strict';
import { failuresOf } from '../../../scripts/soak/test-output.ts';

const lines = (count: number, text: string) =>
  Array.from({ length: count }, (_, at) => `${text} ${at}`);

describe('The excerpt from npm test in a soak', () => {
  it('contains all failures of every suite, however long', () => {
    const first = ['  2 failing', '', '  1) one', ...lines(100, 'at')];
    const third = ['  1 failing', '  1) other'];
    const output = [
      ...['Tests of all but the handler', ...lines(70, '...'), '  7 passing (2m)', ...first],
      ...['Tests of the handler', '  9 passing (1m)'],
      ...['Tests of the process of the handler', '  3 passing (1m)', ...third],
    ];
    assert.deepEqual(failuresOf(`${output.join('\n')}\n`), [...first, ...third]);
  });

  it('contains the end if it broke off without a failure, and says how much that is', () => {
    const shown = failuresOf(lines(100, 'line').join('\n'));
    assert.deepEqual(
      [shown[0], shown[1], shown.at(-1), shown.length],
      ['the last 60 of 100 lines:', 'line 40', 'line 99', 61],
    );
    assert.deepEqual(failuresOf('src/a.ts: wrong\n'), ['src/a.ts: wrong']);
  });

  it('is bounded, and says so', () => {
    const shown = failuresOf(['  9 failing', ...lines(3_000, 'at')].join('\n'));
    assert.equal(shown.length, 2_001);
    assert.equal(shown.at(-1), 'and 1001 more lines, which are above');
  });
});
