import assert from 'node:assert/strict';
import { FollowState } from '../../src/follow/follow-state.ts';
import { application, operation, state, syncGoal, waitGoal } from '../sync/sample-application.ts';
import { ManualClock } from './manual-clock.ts';

describe('The state of a followed application', () => {
  let clock: ManualClock;
  let followState: FollowState;

  beforeEach(() => {
    clock = new ManualClock();
    followState = new FollowState(syncGoal(), 'run-1', clock);
  });

  const version = (resourceVersion: string, change = {}) =>
    application({ resourceVersion, ...change });

  it('looks for its marker when it syncs, and for any operation when it waits', () => {
    assert.deepEqual(followState.memory.identity, { kind: 'marker', marker: 'run-1' });
    assert.equal(new FollowState(waitGoal(), 'run-1', clock).memory.identity, undefined);
  });

  const looks = [
    ['a newer one', '10', '11', true],
    ['the same', '10', '10', true],
    ['an older one, compared by number and not as text', '10', '9', false],
    ['one whose version is not a number', '10', 'x', true],
  ] as const;
  for (const [what, known, next, taken] of looks) {
    it(`${taken ? 'accepts' : 'does not accept'} ${what}`, () => {
      followState.take(version(known));
      assert.equal(followState.take(version(next)), taken);
      assert.equal(followState.application?.resourceVersion, taken ? next : known);
    });
  }

  it('accepts a recreated application, whatever its version', () => {
    followState.take(version('10'));
    assert.equal(followState.take(version('2', { uid: 'uid-2' })), true);
  });

  it('records when it was last told something, even something older', async () => {
    assert.equal(followState.toldAt, -Infinity);
    followState.take(version('10'));
    await clock.pass(1_000);
    followState.take(version('9'));
    assert.equal(followState.toldAt, clock.now());
  });

  it('decides again on what it knows when the memory changes', () => {
    const running = state({ operation: operation({ info: [] }) });
    followState.take(application({ operationState: running }));
    assert.equal(followState.memory.begun, undefined);
    const { fingerprint } = running.operation;
    const { startedAt } = running;
    const identity = { kind: 'adopted', fingerprint, startedAt, ours: false } as const;
    followState.update({ identity });
    assert.equal(followState.memory.begun, running);
  });

  describe('listens to the stream', () => {
    const hears = [
      ['accepts a change', 'MODIFIED', {}, 'taken'],
      ['ignores something older', 'MODIFIED', { resourceVersion: '1' }, 'ignored'],
      [
        'ignores an application of the same name in another namespace',
        'MODIFIED',
        { namespace: 'x' },
        'ignored',
      ],
      ['reads the application after its deletion', 'DELETED', {}, 'look'],
      ['reads the application after its recreation', 'ADDED', { uid: 'uid-2' }, 'look'],
    ] as const;
    for (const [what, type, change, expected] of hears) {
      it(`and ${what}`, () => {
        followState.take(version('10'));
        const heard = followState.hear({ type, application: version('11', change) });
        assert.equal(heard, expected);
        const known = expected === 'taken' ? '11' : '10';
        assert.equal(followState.application?.resourceVersion, known);
      });
    }

    for (const [type, uid, isDeleted] of [
      ['DELETED', 'uid-1', true],
      ['DELETED', 'uid-0', false],
      ['MODIFIED', 'uid-1', false],
      ['ADDED', 'uid-2', false],
    ] as const) {
      it(`and ${isDeleted ? 'records' : 'does not conclude'} that it was deleted: ${type} of ${uid}`, () => {
        followState.take(version('10', { uid: 'uid-1' }));
        followState.hear({ type, application: version('11', { uid }) });
        assert.equal(followState.isDeleted, isDeleted);
      });
    }

    it('and ignores it before the first read, which is authoritative', () => {
      assert.equal(followState.hear({ type: 'ADDED', application: version('1') }), 'ignored');
      assert.equal(followState.application, undefined);
    });
  });
});
