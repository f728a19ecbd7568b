import assert from 'node:assert/strict';
import { isoTime } from '../../src/text/iso-time.ts';

describe('A time as text', () => {
  it('is ISO 8601 in UTC, or absent', () => {
    assert.equal(isoTime(Date.UTC(2026, 10, 28, 9, 5, 7, 30)), '2026-11-28T09:05:07.030Z');
    assert.equal(isoTime(undefined), undefined);
  });
});
