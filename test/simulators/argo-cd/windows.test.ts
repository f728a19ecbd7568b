import assert from 'node:assert/strict';
import type { SyncWindow } from '../../../simulators/argo-cd/windows.ts';
import {
  assignedWindows,
  canSync,
  parseDuration,
  windowFault,
} from '../../../simulators/argo-cd/windows.ts';

const now = Date.UTC(2026, 10, 21, 10, 30);
const window = (
  kind: SyncWindow['kind'],
  schedule: string,
  duration: string,
  manualSync = false,
): SyncWindow => ({ kind, schedule, duration, manualSync });

describe("The simulator's sync windows", () => {
  const cases: readonly (readonly [string, readonly SyncWindow[], boolean, boolean])[] = [
    ['no window', [], true, true],
    ['an open deny window', [window('deny', '0 10 * * *', '1h')], false, false],
    [
      'an open deny window that allows manual syncs',
      [window('deny', '0 10 * * *', '1h', true)],
      true,
      false,
    ],
    ['an expired deny window', [window('deny', '0 10 * * *', '30m')], true, true],
    ['an open allow window', [window('allow', '30 10 * * *', '1m')], true, true],
    ['a closed allow window', [window('allow', '0 12 * * *', '1h')], false, false],
    [
      'a closed allow window that allows manual syncs',
      [window('allow', '0 12 * * *', '1h', true)],
      true,
      false,
    ],
    [
      'an open allow and an open deny window',
      [window('allow', '* * * * *', '1h'), window('deny', '* * * * *', '1h')],
      false,
      false,
    ],
  ];
  for (const [what, windows, manual, automated] of cases) {
    it(`decide for a manual and an automated sync with ${what}`, () => {
      assert.deepEqual(
        [canSync(windows, now, true), canSync(windows, now, false)],
        [manual, automated],
      );
    });
  }

  const faults = [
    [
      '* 7-24 * * *',
      '1h',
      /schedule '\* 7-24 \* \* \*': end of range \(24\) above maximum \(23\): 7-24/,
    ],
    ['* * * *', '1h', /expected exactly 5 fields, found 4/],
    ['0 0 0 * *', '1h', /below minimum \(1\)/],
    ['x * * * *', '1h', /failed to parse int from x/],
    ['0 8 * * 1-5', '1 hour', /cannot parse duration '1 hour'/],
  ] as const;
  for (const [schedule, duration, words] of faults) {
    it(`are not parsed with the schedule ${schedule} for ${duration}`, () => {
      assert.match(windowFault([window('deny', schedule, duration)]) ?? '', words);
    });
  }

  it('are parsed with lists, ranges and steps', () => {
    assert.equal(windowFault([window('deny', '0,30 8-18 */2 1 1-5', '1h30m')]), undefined);
  });

  it('apply to the applications and namespaces that match their patterns', () => {
    const windows: readonly SyncWindow[] = [
      { ...window('deny', '* * * * *', '1h'), applications: ['shop-*'] },
      { ...window('deny', '* * * * *', '1h'), namespaces: ['prod'] },
    ];
    assert.deepEqual(assignedWindows(windows, 'shop-web', 'test'), windows.slice(0, 1));
    assert.deepEqual(assignedWindows(windows, 'web', 'prod'), windows.slice(1));
    assert.deepEqual(assignedWindows(windows, 'web', 'test'), []);
  });

  it("parse Go's durations", () => {
    assert.deepEqual(
      ['1h', '90m', '1h30m', '1.5s', 'x'].map(parseDuration),
      [3_600_000, 5_400_000, 5_400_000, 1500, 0],
    );
  });
});
