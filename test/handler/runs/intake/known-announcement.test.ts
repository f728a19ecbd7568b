import assert from 'node:assert/strict';
import { acquaintanceOf } from '../../../../src/handler/runs/intake/known-announcement.ts';
import type { Run } from '../../../../src/handler/run.ts';
import { sampleRun } from '../../store/sample.ts';

const uid = 'uid-1';
const run = (change: Partial<Run>, of: string | undefined = uid): Run => {
  const { spec, ...rest } = sampleRun('run-1', change);
  return { ...rest, spec: of === '' ? spec : { ...spec, announced: { uid: of, faults: [] } } };
};

describe('What an operation is to the runs of its task', () => {
  const cases: readonly [
    string,
    Run | undefined,
    number | undefined,
    number | undefined,
    string,
  ][] = [
    ['there is none', undefined, undefined, 10, 'new'],
    ['one was sent to us and is open', run({ state: 'following' }, ''), undefined, 10, 'taken'],
    ['one is open for another application', run({ state: 'accepted' }, 'x'), 10, 10, 'taken'],
    ['one has ended for another application', run({ state: 'ended' }, 'x'), 10, 10, 'new'],
    ['its own is open', run({ state: 'following' }), 10, 10, 'known'],
    ['its own has not seen it begin', run({ state: 'following' }), undefined, 10, 'known'],
    ['its own has ended', run({ state: 'ended', outcome: 'failed' }), 10, 10, 'known'],
    ['the try before has ended', run({ state: 'ended', outcome: 'failed' }), 10, 11, 'new'],
    ['the try before is just being told', run({ state: 'reporting' }), 10, 11, 'new'],
    [
      'the try before has ended, and it has not begun',
      run({ state: 'ended', outcome: 'failed' }),
      10,
      undefined,
      'new',
    ],
    ['a later try has ended', run({ state: 'ended', outcome: 'failed' }), 11, 10, 'known'],
    [
      'its own was refused before it began',
      run({ state: 'ended', outcome: 'refused' }),
      undefined,
      10,
      'known',
    ],
    [
      'one has ended that never learned of a start',
      run({ state: 'ended', outcome: 'failed' }),
      undefined,
      10,
      'new',
    ],
  ];
  for (const [what, last, lastStart, startedAt, expected] of cases) {
    it(`is ${expected} where ${what}`, () => {
      const known = last && { run: last, startedAt: lastStart };
      assert.equal(acquaintanceOf({ uid, startedAt }, known), expected);
    });
  }
});
