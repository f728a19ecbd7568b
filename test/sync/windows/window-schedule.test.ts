import { strict as assert } from 'node:assert';
import { readWindowSchedule } from '../../../src/sync/windows/window-schedule.ts';

const at = (text: string) => Date.parse(`2026-11-${text}Z`);

describe('readWindowSchedule', () => {
  it('is active from its start up to its end', () => {
    const window = readWindowSchedule('0 22 * * *', '2h');
    assert.ok(window);
    const active = ['20T21:59:59.999', '20T22:00:00', '20T23:59:59.999', '21T00:00:00'].map(
      (text) => window.activeAt(at(text)),
    );
    assert.deepEqual(active, [false, true, true, false]);
  });

  it('changes at its next start, or at the end of its latest one', () => {
    const window = readWindowSchedule('0 22 * * *', '2h');
    assert.equal(window?.changesAfter(at('20T12:00:00')), at('20T22:00:00'));
    assert.equal(window?.changesAfter(at('20T22:00:00')), at('21T00:00:00'));
    assert.equal(window?.changesAfter(at('20T23:30:00.500')), at('21T00:00:00'));
  });

  it('counts the latest of overlapping starts', () => {
    const window = readWindowSchedule('*/10 * * * *', '1h');
    assert.equal(window?.changesAfter(at('20T12:15:00')), at('20T13:10:00'));
  });

  it('accepts names, question marks and steps, and days of month or week', () => {
    const window = readWindowSchedule(' 30 9 ? NOV MON-FRI ', '1m');
    // 2026-11-21 is a Saturday.
    assert.equal(window?.changesAfter(at('21T00:00:00')), at('23T09:30:00'));
    const either = readWindowSchedule('0 0 25 * 1', '1m');
    assert.equal(either?.changesAfter(at('23T00:00:30')), at('23T00:01:00'));
    assert.equal(either?.changesAfter(at('23T00:01:00')), at('25T00:00:00'));
  });

  it('never changes for a day that does not exist', () => {
    const window = readWindowSchedule('0 0 30 2 *', '1h');
    assert.equal(window?.activeAt(at('21T00:00:00')), false);
    assert.equal(window.changesAfter(at('21T00:00:00')), undefined);
  });

  const bad: readonly (readonly [string, string])[] = [
    ['', '1h'],
    ['x', '1h'],
    ['@daily', '1h'],
    ['* * * *', '1h'],
    ['* * * * * *', '1h'],
    ['61 * * * *', '1h'],
    ['* * * * *', ''],
    ['* * * * *', '1 hour'],
    ['* * * * *', '0'],
    ['* * * * *', '-1h'],
  ];
  for (const [schedule, duration] of bad) {
    it(`cannot parse "${schedule}" for "${duration}"`, () => {
      assert.equal(readWindowSchedule(schedule, duration), undefined);
    });
  }
});
