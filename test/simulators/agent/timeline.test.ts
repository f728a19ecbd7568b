import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { Timeline } from '../../../simulators/agent/timeline.ts';

const phase = '11111111-1111-4111-8111-111111111111';
const hook = '22222222-2222-4222-8222-222222222222';
const now = Date.UTC(2026, 10, 21);

function apply(timeline: Timeline, properties: Readonly<Record<string, string>>, data = ''): void {
  timeline.apply(new Map(Object.entries(properties)), data);
}

describe('A record of task.logdetail', () => {
  it('starts in progress and now by default', () => {
    const timeline = new Timeline(() => now);
    apply(timeline, { id: phase, name: 'PreSync', type: 'phase' }, 'running');
    assert.deepEqual(timeline.records, [
      {
        id: phase,
        parentId: undefined,
        name: 'PreSync',
        type: 'phase',
        order: undefined,
        state: 'InProgress',
        result: undefined,
        progress: undefined,
        operation: 'running',
        startedAt: now,
        finishedAt: undefined,
      },
    ]);
  });

  it('ends immediately and at 100 percent when it is completed', () => {
    const timeline = new Timeline(() => now);
    apply(timeline, { id: phase, name: 'PreSync', type: 'phase', order: '3' });
    apply(timeline, { id: phase, state: 'Completed', result: 'Failed' });
    const record = timeline.records[0];
    assert.equal(record?.state, 'Completed');
    assert.equal(record.result, 'Failed');
    assert.equal(record.progress, 100);
    assert.equal(record.finishedAt, now);
    assert.equal(record.order, 3);
  });

  it('treats an unknown state, which is case-sensitive, as Pending, and an unknown result as success', () => {
    const timeline = new Timeline(() => now);
    apply(timeline, { id: phase, name: 'a', type: 'b', state: 'completed', result: 'Great' });
    assert.equal(timeline.records[0]?.state, 'Pending');
    assert.equal(timeline.records[0]?.result, 'Succeeded');
  });

  it('keeps progress between 0 and 100', () => {
    const timeline = new Timeline(() => now);
    apply(timeline, { id: phase, name: 'a', type: 'b', progress: '140' });
    assert.equal(timeline.records[0]?.progress, 100);
    apply(timeline, { id: phase, progress: '-3' });
    assert.equal(timeline.records[0]?.progress, 0);
  });

  it('parses times, and treats an invalid one as now', () => {
    const timeline = new Timeline(() => now);
    apply(timeline, { id: phase, name: 'a', type: 'b', starttime: '2026-11-20T10:00:00Z' });
    apply(timeline, { id: phase, finishtime: 'soon' });
    assert.equal(timeline.records[0]?.startedAt, Date.UTC(2026, 10, 20, 10));
    assert.equal(timeline.records[0]?.finishedAt, now);
  });

  it('may have a parent that was created before', () => {
    const timeline = new Timeline(() => now);
    apply(timeline, { id: phase, name: 'a', type: 'b' });
    apply(timeline, { id: hook, parentid: phase.toUpperCase(), name: 'c', type: 'd' });
    apply(timeline, { id: hook, state: 'Completed' });
    assert.equal(timeline.records[1]?.parentId, phase);
  });

  const refused = [
    { name: 'an id', properties: { name: 'a', type: 'b' }, why: /id is not provided/ },
    { name: 'a GUID as its id', properties: { id: '1', name: 'a', type: 'b' }, why: /id is not/ },
    {
      name: 'an id that is not all zeros',
      properties: { id: '00000000-0000-0000-0000-000000000000', name: 'a', type: 'b' },
      why: /id is not/,
    },
    { name: 'a name on first use', properties: { id: phase, type: 'b' }, why: /Name is required/ },
    { name: 'a type on first use', properties: { id: phase, name: 'b' }, why: /Type is required/ },
    {
      name: 'a known parent',
      properties: { id: phase, parentid: hook, name: 'a', type: 'b' },
      why: /Parent timeline record has not been created/,
    },
    {
      name: 'a type other than Job',
      properties: { id: phase, name: 'a', type: 'Job' },
      why: /no record of type Job/,
    },
  ];
  for (const { name, properties, why } of refused) {
    it(`needs ${name}`, () => {
      const timeline = new Timeline(() => now);
      assert.throws(() => {
        apply(timeline, properties);
      }, why);
      assert.deepEqual(timeline.records, []);
    });
  }

  it('cannot change its parent', () => {
    const timeline = new Timeline(() => now);
    apply(timeline, { id: phase, name: 'a', type: 'b' });
    apply(timeline, { id: hook, name: 'a', type: 'b' });
    assert.throws(() => {
      apply(timeline, { id: hook, parentid: phase });
    }, /Cannot change parent/);
  });
});
