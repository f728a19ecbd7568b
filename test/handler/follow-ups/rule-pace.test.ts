import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import fc from 'fast-check';
import type { RenderedAction } from '../../../src/follow-ups/follow-up.ts';
import { RulePace } from '../../../src/handler/follow-ups/rule-pace.ts';

const hour = 3_600_000;
const run = (pipeline: string): RenderedAction => ({
  ...{ kind: 'queuePipeline', organization: 'fabrikam', project: 'shop', pipeline },
  ...{ parameters: {}, variables: {}, pipelineResources: {}, stagesToSkip: [] },
});

describe('The pace of a rule', () => {
  it('lets no hour have more than are allowed, and makes nothing wait without need', () => {
    const gaps = fc.array(fc.integer({ min: 0, max: hour }), { maxLength: 60 });
    fc.assert(
      fc.property(gaps, fc.integer({ min: 1, max: 5 }), (pauses, most) => {
        const pace = new RulePace();
        let now = 10 * hour;
        const due: number[] = [];
        for (const pause of pauses) {
          now += pause;
          const at = pace.next('smoke', run('a'), most, now);
          assert.ok(at >= now);
          const before = due.filter((one) => one > at - hour);
          assert.ok(before.length < most, 'no more than are allowed');
          if (at > now) assert.equal(due.filter((one) => one >= at - hour).length, most);
          due.push(at);
        }
      }),
    );
  });

  it('counts each rule and each pipeline by itself', () => {
    const pace = new RulePace();
    const at = (rule: string, pipeline: string) => pace.next(rule, run(pipeline), 1, 0);
    assert.deepEqual([at('a', 'x'), at('a', 'y'), at('b', 'x'), at('a', 'X')], [0, 0, 0, hour]);
  });

  it('counts what earlier processes made', () => {
    const pace = new RulePace();
    const action = JSON.stringify(run('a'));
    pace.recall([
      { rule: 'smoke', action, dueAt: 9 * hour + 2 },
      { rule: 'smoke', action, dueAt: 9 * hour + 1 },
    ]);
    assert.equal(pace.next('smoke', run('a'), 2, 10 * hour), 10 * hour + 1);
  });

  it('forgets what no hour holds any more', () => {
    const pace = new RulePace();
    pace.next('smoke', run('a'), 1, 0);
    pace.sweep(hour);
    assert.equal(pace.next('smoke', run('a'), 1, hour), hour);
  });
});
