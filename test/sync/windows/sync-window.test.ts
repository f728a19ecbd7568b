import { strict as assert } from 'node:assert';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import {
  explainWindows,
  type SyncWindow,
  type SyncWindows,
} from '../../../src/sync/windows/sync-window.ts';

/** A Saturday. */
const noon = Date.parse('2026-11-21T12:00:00Z');
const open = (text: string) => Date.parse(`2026-11-${text}Z`);

function deny(schedule: string, duration: string, manualSync = false): SyncWindow {
  return { kind: 'deny', schedule, duration, manualSync };
}

function allow(schedule: string, duration: string, manualSync = false): SyncWindow {
  return { kind: 'allow', schedule, duration, manualSync };
}

function denied(
  activeWindows: readonly SyncWindow[],
  ...others: readonly SyncWindow[]
): SyncWindows {
  return { activeWindows, assignedWindows: [...activeWindows, ...others], canSync: false };
}

describe('explainWindows', () => {
  it('trusts Argo CD that a sync may run', () => {
    const windows = [deny('* * * * *', '1h')];
    const answer = { activeWindows: windows, assignedWindows: windows, canSync: true };
    assert.deepEqual(explainWindows(answer, noon), {
      open: true,
      opensAt: undefined,
      sentence: 'The sync windows allow a sync.',
    });
  });

  const cases: readonly (readonly [string, SyncWindows, number | undefined])[] = [
    ['the end of an active deny window', denied([deny('0 11 * * *', '90m')]), open('21T12:30:00')],
    [
      'the end of the last of several that overlap',
      denied([deny('0 11 * * *', '90m'), deny('30 11 * * *', '3h')], deny('0 14 * * *', '1h')),
      open('21T15:00:00'),
    ],
    [
      'the end of an active one, skipping one with manual sync',
      denied([deny('0 11 * * *', '2h'), deny('0 10 * * *', '9h', true)]),
      open('21T13:00:00'),
    ],
    [
      'the start of the next allow window',
      denied([], allow('0 22 * * *', '1h')),
      open('21T22:00:00'),
    ],
    [
      'the start of the first of several allow windows',
      denied([], allow('0 22 * * *', '1h'), allow('0 9 * * 1', '8h'), allow('0 20 * * 0', '1h')),
      open('21T22:00:00'),
    ],
    [
      'the end of a deny window inside an active allow window',
      denied([allow('0 9 * * *', '8h'), deny('0 12 * * *', '1h')]),
      open('21T13:00:00'),
    ],
    [
      'the next allow window when the deny window outlasts this one',
      denied([allow('0 9 * * *', '4h'), deny('0 12 * * *', '5h')]),
      open('22T09:00:00'),
    ],
    [
      'the end of a deny window that covers the start of the allow window',
      denied([], allow('0 22 * * *', '4h'), deny('0 21 * * *', '2h')),
      open('21T23:00:00'),
    ],
    [
      'the end of a deny window if the allow windows need no opening for a manual sync',
      denied([deny('0 12 * * *', '1h')], allow('0 22 * * *', '1h', true)),
      open('21T13:00:00'),
    ],
    [
      'an allow window, as long as one of them forbids manual syncs outside',
      denied([], allow('0 22 * * *', '1h', true), allow('0 23 * * *', '1h')),
      open('21T22:00:00'),
    ],
  ];
  for (const [what, answer, expected] of cases) {
    it(`opens at ${what}`, () => {
      const explanation = explainWindows(answer, noon);
      assert.equal(explanation.open, false);
      assert.equal(explanation.opensAt, expected);
      assert.match(
        explanation.sentence,
        /It opens at 2026-11-2\dT\d\d:\d\d:00Z, if the schedules are in UTC/,
      );
    });
  }

  it('says which window denies, and which one would allow', () => {
    const denying = explainWindows(denied([deny('0 11 * * *', '90m')]), noon).sentence;
    assert.match(
      denying,
      /^A sync is denied now by the active deny window "0 11 \* \* \*" for 90m\. It/,
    );
    const outside = denied([], allow('0 22 * * *', '1h'), allow('0 23 * * *', '1h'));
    assert.match(
      explainWindows(outside, noon).sentence,
      /^A sync is allowed only in windows, and none is active: allow window "0 22 \* \* \*" for 1h \(2 such windows\)\. It/,
    );
  });

  it('finds no opening if windows follow each other without a gap', () => {
    const explanation = explainWindows(denied([deny('* * * * *', '1h')]), noon);
    assert.equal(explanation.opensAt, undefined);
    assert.match(explanation.sentence, /It never opens/);
    const years = explainWindows(denied([deny('0 0 1 1 *', '9000h')]), noon);
    assert.match(years.sentence, /It never opens/);
  });

  it('does not claim that windows leave no gap if they change too often to look far ahead', () => {
    const often = deny('*/10 * 1-27 * *', '10m');
    const explanation = explainWindows(denied([often]), noon);
    assert.equal(explanation.neverOpens, undefined);
    assert.match(explanation.sentence, /unknown: the windows change too often/);
    const weekly = explainWindows(denied([deny('0 * * * *', '1h')]), noon);
    assert.equal(weekly.neverOpens, true);
  });

  it('does not understand a duration that is too long for Argo CD', () => {
    const long = deny('0 0 1 1 *', '99999999999h');
    assert.match(explainWindows(denied([long]), noon).sentence, /cannot be parsed/);
  });

  it('looks at a bounded number of windows', () => {
    const many = Array.from({ length: 201 }, () => deny('0 11 * * *', '90m'));
    assert.match(explainWindows(denied(many), noon).sentence, /more than 200 windows/);
  });

  it('does not guess if the schedules in UTC contradict Argo CD', () => {
    const window = deny('0 20 * * *', '1h');
    const explanation = explainWindows(denied([window]), noon);
    assert.equal(explanation.opensAt, undefined);
    assert.match(explanation.sentence, /they have a time zone that Argo CD does not report here/);
    const inactive = explainWindows(denied([], window), noon);
    assert.equal(inactive.opensAt, undefined);
    assert.match(inactive.sentence, /they have a time zone/);
  });

  it('tolerates clocks that differ slightly', () => {
    const starts = denied([deny('0 12 * * *', '1h')]);
    assert.equal(explainWindows(starts, noon - 20_000).opensAt, open('21T13:00:00'));
    const ends = denied([deny('0 11 * * *', '1h')]);
    assert.equal(explainWindows(ends, noon + 20_000).opensAt, noon);
  });

  it('says which schedule cannot be parsed, in bounds', () => {
    const { opensAt, sentence } = explainWindows(denied([deny('x'.repeat(900), '1h')]), noon);
    assert.equal(opensAt, undefined);
    assert.match(
      sentence,
      /When it opens is unknown: deny window "x{60}…" for 1h cannot be parsed/,
    );
    assert.ok(sentence.length < 300);
  });

  it('says so if Argo CD names no window', () => {
    assert.match(
      explainWindows(denied([]), noon).sentence,
      /is unknown: Argo CD reports no window/,
    );
  });

  it('explains the recorded closed window', () => {
    const file = new URL('../../fixtures/argo-cd/recordings/window-closed.jsonl', import.meta.url);
    const answers = readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line.includes('/syncwindows?'))
      .map((line) => JSON.parse(line) as { response: { body: Partial<SyncWindows> } })
      .map(({ response }) => ({
        activeWindows: [],
        assignedWindows: [],
        canSync: false,
        ...response.body,
      }));
    assert.deepEqual(
      answers.map((answer) => explainWindows(answer, noon).open),
      [false, true],
    );
  });

  it('explains anything, in bounded time', () => {
    const window = fc.record({
      kind: fc.constantFrom('allow', 'deny', 'x'),
      schedule: fc.oneof(
        fc.constantFrom('* * * * *', '0 22 * * *', '*/5 9-17 * * 1-5', '0 0 29 2 *'),
        fc.string(),
      ),
      duration: fc.oneof(fc.constantFrom('1m', '1h', '24h', '9999h'), fc.string()),
      manualSync: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(window, { maxLength: 5 }), fc.nat(), (assignedWindows, later) => {
        const now = noon + later * 1000;
        const { opensAt } = explainWindows(
          { activeWindows: [], assignedWindows, canSync: false },
          now,
        );
        assert.ok(opensAt === undefined || opensAt > now - 120_000);
      }),
      { numRuns: 50 },
    );
  });
});
