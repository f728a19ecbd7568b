import assert from 'node:assert/strict';
import { announcementStatusOf } from '../../../../src/handler/runs/intake/known-announcement.ts';
import type { Run } from '../../../../src/handler/run.ts';
import { sampleRun } from '../../store/sample.ts';

const uid = 'uid-1';
const run = (change: Partial<Run>, of: string | undefined = uid): Run => {
  const { spec, ...rest } = sampleRun('run-1', change);
  return { ...rest, spec: of === '' ? spec : { ...spec, announced: { uid: of, faults: [] } } };
};

describe('The relation of an operation to the runs of its task', () => {
  const cases: readonly [
    string,
    Run | undefined,
    number | undefined,
    number | undefined,
    string,
  ][] = [
    ['there are none', undefined, undefined, 10, 'new'],
    ['one that was sent to us is open', run({ state: 'following' }, ''), undefined, 10, 'taken'],
    ['one is open for another application', run({ state: 'accepted' }, 'x'), 10, 10, 'taken'],
    ['one for another application has ended', run({ state: 'ended' }, 'x'), 10, 10, 'new'],
    ['its own is open', run({ state: 'following' }), 10, 10, 'known'],
    ['its own did not see it start', run({ state: 'following' }), undefined, 10, 'known'],
    ['its own has ended', run({ state: 'ended', outcome: 'failed' }), 10, 10, 'known'],
    ['the previous try has ended', run({ state: 'ended', outcome: 'failed' }), 10, 11, 'new'],
    ['the previous try is just being reported', run({ state: 'reporting' }), 10, 11, 'new'],
    [
      'the previous try has ended, and the operation has not started',
      run({ state: 'ended', outcome: 'failed' }),
      10,
      undefined,
      'new',
    ],
    ['a later try has ended', run({ state: 'ended', outcome: 'failed' }), 11, 10, 'known'],
    [
      'its own was refused before the operation started',
      run({ state: 'ended', outcome: 'refused' }),
      undefined,
      10,
      'known',
    ],
    [
      'one has ended that never saw a start',
      run({ state: 'ended', outcome: 'failed' }),
      undefined,
      10,
      'new',
    ],
  ];
  for (const [what, last, lastStart, startedAt, expected] of cases) {
    it(`is ${expected} if ${what}`, () => {
      const known = last && { run: last, startedAt: lastStart };
      assert.equal(announcementStatusOf({ uid, startedAt }, known), expected);
    });
  }
});
