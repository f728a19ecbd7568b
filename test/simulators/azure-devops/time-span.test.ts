import assert from 'node:assert/strict';
import { parseTimeSpan } from '../../../simulators/azure-devops/time-span.ts';

const hour = 3_600_000;
const spans: [string, number][] = [
  ['00:00:05', 5000],
  ['00:30:00', hour / 2],
  ['01:30', 1.5 * hour],
  ['23:59:59', 24 * hour - 1000],
  ['1.00:00:00', 24 * hour],
  ['3.12:00:00', 84 * hour],
  ['7', 7 * 24 * hour],
  ['24:00:00', 24 * 24 * hour],
  ['72:00:00', 72 * 24 * hour],
];

describe('a .NET TimeSpan', () => {
  for (const [text, milliseconds] of spans) {
    it(`reads ${text}`, () => assert.equal(parseTimeSpan(text), milliseconds));
  }

  for (const text of ['', 'x', '1.24:00:00', '00:60:00', '00:00:60', '1h', '-1:00']) {
    it(`refuses "${text}"`, () => assert.throws(() => parseTimeSpan(text), /is no time span/));
  }
});
