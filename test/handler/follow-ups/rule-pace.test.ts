import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import fc from 'fast-check';
import type { RenderedAction } from '../../../src/follow-ups/follow-up.ts';
import { RulePace, type PaceLimits } from '../../../src/handler/follow-ups/rule-pace.ts';

const hour = 3_600_000;
const run = (pipeline: string): RenderedAction => ({
  ...{ kind: 'queuePipeline', organization: 'fabrikam', project: 'shop', pipeline },
  ...{ parameters: {}, variables: {}, pipelineResources: {}, stagesToSkip: [] },
});

const limits = (perHour: number, longest = 1_000 * hour): PaceLimits => ({ perHour, longest });

/** Requests a turn for a separate application, as if each request were for another one. */
let applications = 0;
function next(pace: RulePace, pipeline: string, most: PaceLimits, now: number, rule = 'smoke') {
  return pace.next({ rule, action: run(pipeline), uid: `uid-${applications++}` }, most, now);
}

describe('The pace of a rule', () => {
  it('allows no more per hour than its limit, and delays nothing without need', () => {
    const gaps = fc.array(fc.integer({ min: 0, max: hour }), { maxLength: 60 });
    fc.assert(
      fc.property(gaps, fc.integer({ min: 1, max: 5 }), (pauses, most) => {
        const pace = new RulePace();
        let now = 10 * hour;
        const due: number[] = [];
        for (const pause of pauses) {
          now += pause;
          const at = next(pace, 'a', limits(most), now) ?? 0;
          assert.ok(at >= now);
          const before = due.filter((one) => one > at - hour);
          assert.ok(before.length < most, 'no more than are allowed');
          // A moment earlier, that hour would have had too many.
          if (at > now) assert.ok(due.filter((one) => one >= at - hour).length >= most);
          due.push(at);
        }
      }),
    );
  });

  it('counts each rule and each pipeline separately', () => {
    const pace = new RulePace();
    const at = (rule: string, pipeline: string) => next(pace, pipeline, limits(1), 0, rule);
    assert.deepEqual([at('a', 'x'), at('a', 'y'), at('b', 'x'), at('a', 'X')], [0, 0, 0, hour]);
  });

  it('counts what earlier processes queued', () => {
    const pace = new RulePace();
    const action = JSON.stringify(run('a'));
    pace.recall([
      { rule: 'smoke', uid: 'a', action, dueAt: 9 * hour + 2 },
      { rule: 'smoke', uid: 'a', action, dueAt: 9 * hour + 1 },
    ]);
    assert.equal(next(pace, 'a', limits(2), 10 * hour), 10 * hour + 1);
  });

  it('does not count what only another version knows', () => {
    const pace = new RulePace();
    const action = JSON.stringify({ kind: 'sendPigeon', to: 'Paris' });
    pace.recall([{ rule: 'smoke', uid: 'a', action, dueAt: 9 * hour }]);
    assert.equal(next(pace, 'a', limits(1), 9 * hour), 9 * hour);
  });

  it('forgets what is no longer within an hour', () => {
    const pace = new RulePace();
    next(pace, 'a', limits(1), 0);
    pace.sweep(hour);
    assert.equal(next(pace, 'a', limits(1), hour), hour);
  });

  it('refuses what would wait too long, and does not count it', () => {
    const pace = new RulePace();
    const turns = Array.from({ length: 10 }, () => next(pace, 'a', limits(2, 3 * hour), 0));
    const expected = [0, 0, hour, hour, 2 * hour, 2 * hour, 3 * hour, 3 * hour];
    assert.deepEqual(turns, [...expected, undefined, undefined]);
    assert.equal(next(pace, 'a', limits(2, 3 * hour), hour), 4 * hour);
  });

  it('lets no application delay others for more than ten minutes', () => {
    const pace = new RulePace();
    const flood = (now: number) =>
      pace.next({ rule: 'smoke', action: run('a'), uid: 'eve' }, limits(600), now);
    // Spread evenly: one every six seconds.
    for (let at = 0; at < 600; at += 1) assert.equal(flood(at * 6_000), at * 6_000);
    const now = 600 * 6_000 - 3_000;
    const taken = Array.from({ length: 10_000 }, () => flood(now)).filter((at) => at !== undefined);
    assert.equal(taken.length, 100);
    const turn = next(pace, 'a', limits(600), now) ?? Infinity;
    assert.ok(turn - now <= 10 * 60_000 + 6_000, `${turn - now} ms`);
    assert.equal(flood(now), undefined);
    assert.notEqual(flood(now + 6_000), undefined, 'it goes on at the pace of the rule');
  });

  it('counts what an application had waiting before a restart', () => {
    const pace = new RulePace();
    const action = JSON.stringify(run('a'));
    const turns = Array.from({ length: 10 }, (_, turn) => (11 + turn) * hour);
    pace.recall(turns.map((dueAt) => ({ rule: 'smoke', uid: 'eve', action, dueAt })).reverse());
    const ask = (uid: string) =>
      pace.next({ rule: 'smoke', action: run('a'), uid }, limits(1), 10 * hour);
    assert.deepEqual([ask('eve'), ask('adam')], [undefined, 21 * hour]);
  });

  it('keeps no more turns than fit into the time limit, however many are requested', () => {
    const pace = new RulePace();
    let taken = 0;
    for (let asked = 0; asked < 200_000; asked += 1) {
      if (next(pace, 'a', limits(1_000, 72 * hour), 0) !== undefined) taken += 1;
    }
    assert.equal(taken, 73_000);
  });
});
