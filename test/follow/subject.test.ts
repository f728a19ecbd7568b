import assert from 'node:assert/strict';
import { Subject } from '../../src/follow/subject.ts';
import { application, operation, state, syncGoal, waitGoal } from '../sync/sample-application.ts';
import { ManualClock } from './manual-clock.ts';

describe('the subject that is followed', () => {
  let clock: ManualClock;
  let subject: Subject;

  beforeEach(() => {
    clock = new ManualClock();
    subject = new Subject(syncGoal(), 'run-1', clock);
  });

  const version = (resourceVersion: string, change = {}) =>
    application({ resourceVersion, ...change });

  it('looks for its marker when it syncs, and for whatever it finds when it waits', () => {
    assert.deepEqual(subject.memory.identity, { kind: 'marker', marker: 'run-1' });
    assert.equal(new Subject(waitGoal(), 'run-1', clock).memory.identity, undefined);
  });

  const looks = [
    ['a newer one', '10', '11', true],
    ['the same', '10', '10', true],
    ['an older one, by number and not by text', '10', '9', false],
    ['one whose version is no number', '10', 'x', true],
  ] as const;
  for (const [what, known, next, taken] of looks) {
    it(`${taken ? 'takes' : 'does not take'} ${what}`, () => {
      subject.take(version(known));
      assert.equal(subject.take(version(next)), taken);
      assert.equal(subject.application?.resourceVersion, taken ? next : known);
    });
  }

  it('takes an application that was made anew, whatever its version', () => {
    subject.take(version('10'));
    assert.equal(subject.take(version('2', { uid: 'uid-2' })), true);
  });

  it('knows when it was told of last, even of something older', async () => {
    assert.equal(subject.toldAt, -Infinity);
    subject.take(version('10'));
    await clock.pass(1_000);
    subject.take(version('9'));
    assert.equal(subject.toldAt, clock.now());
  });

  it('judges anew what it knows when the memory changes', () => {
    const running = state({ operation: operation({ info: [] }) });
    subject.take(application({ operationState: running }));
    assert.equal(subject.memory.begun, undefined);
    const { fingerprint } = running.operation;
    const { startedAt } = running;
    const identity = { kind: 'adopted', fingerprint, startedAt, ours: false } as const;
    subject.update({ identity });
    assert.equal(subject.memory.begun, running);
  });

  describe('hears of the stream', () => {
    const hears = [
      ['takes a change', 'MODIFIED', {}, 'taken'],
      ['ignores what is older', 'MODIFIED', { resourceVersion: '1' }, 'ignored'],
      ['ignores its namesake in another namespace', 'MODIFIED', { namespace: 'x' }, 'ignored'],
      ['looks for itself when it was deleted', 'DELETED', {}, 'look'],
      ['looks for itself when it was made anew', 'ADDED', { uid: 'uid-2' }, 'look'],
    ] as const;
    for (const [what, type, change, expected] of hears) {
      it(`and ${what}`, () => {
        subject.take(version('10'));
        const heard = subject.hear({ type, application: version('11', change) });
        assert.equal(heard, expected);
        const known = expected === 'taken' ? '11' : '10';
        assert.equal(subject.application?.resourceVersion, known);
      });
    }

    for (const [type, uid, isDeleted] of [
      ['DELETED', 'uid-1', true],
      ['DELETED', 'uid-0', false],
      ['MODIFIED', 'uid-1', false],
      ['ADDED', 'uid-2', false],
    ] as const) {
      it(`and ${isDeleted ? 'remembers' : 'does not take it for said'} that it was deleted: ${type} of ${uid}`, () => {
        subject.take(version('10', { uid: 'uid-1' }));
        subject.hear({ type, application: version('11', { uid }) });
        assert.equal(subject.isDeleted, isDeleted);
      });
    }

    it('and ignores it before the first look, which is the truth', () => {
      assert.equal(subject.hear({ type: 'ADDED', application: version('1') }), 'ignored');
      assert.equal(subject.application, undefined);
    });
  });
});
