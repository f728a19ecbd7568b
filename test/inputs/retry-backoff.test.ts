import assert from 'node:assert/strict';
import { parseRetryBackoff } from '../../src/inputs/retry-backoff.ts';

describe('The backoff of retries', () => {
  for (const [text, value] of [
    ['5s', { duration: '5s' }],
    ['5s,2', { duration: '5s', factor: 2 }],
    [' 1m30s , 3 , 1.5h ', { duration: '1m30s', factor: 3, maxDuration: '1.5h' }],
    ['500ms', { duration: '500ms' }],
  ] as const) {
    it(`is read: ${text}`, () => assert.deepEqual(parseRetryBackoff(text), { value }));
  }

  for (const [text, problem] of [
    ['5', 'the duration is invalid'],
    ['-5s', 'the duration is invalid'],
    ['5 s', 'the duration is invalid'],
    [',2', 'the duration is invalid'],
    ['5s,0', 'the factor is not a whole number from 1 to 999'],
    ['5s,1.5', 'the factor is not a whole number from 1 to 999'],
    ['5s,', 'the factor is not a whole number from 1 to 999'],
    ['5s,2,x', 'the maximum wait is not a duration'],
    ['5s,2,3m,4', 'there are more than three parts'],
  ] as const) {
    it(`is refused: ${text}`, () => {
      const parsed = parseRetryBackoff(text);
      assert.equal('problems' in parsed && parsed.problems[0]?.problem, problem);
    });
  }
});
