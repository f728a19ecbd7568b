import assert from 'node:assert/strict';
import { errorMessage } from '../../src/async/error-message.ts';

describe('The message of an error', () => {
  const cases: readonly [string, unknown, string][] = [
    ['an error', new Error('connect ECONNREFUSED'), 'connect ECONNREFUSED'],
    ['several', new AggregateError([new Error('a'), new TypeError('b')]), 'a, b'],
    ['several within several', new AggregateError([new AggregateError([new Error('a')])]), 'a'],
    ['a value that is not an error', 'closed', 'closed'],
  ];
  for (const [what, error, expected] of cases) {
    it(`for ${what} is "${expected}"`, () => assert.equal(errorMessage(error), expected));
  }
});
