import { strict as assert } from 'node:assert';
import { follow, newestHistoryId, remember } from '../../../src/sync/model/memory.ts';
import { pastOf } from '../../../src/sync/model/past.ts';
import {
  A,
  application,
  ended,
  entry,
  foreign,
  fresh,
  operation,
  request,
  second,
  start,
  state,
} from '../sample-application.ts';

const adopted = { kind: 'adopted', startedAt: undefined, ours: false } as const;

describe('remember', () => {
  it('keeps the state of the application at the start of the run', () => {
    const first = remember(fresh(), application({ history: [entry(4, A)] }), start);
    const later = remember(first, application({ history: [entry(5, A)] }), start + 1);
    const past = { latest: second(5), operation: undefined };
    assert.deepEqual(later.first, { historyId: 4, operationStartedAt: undefined, past });
    assert.equal(later.uid, 'uid-1');
  });

  it('accepts nothing from a recreated application', () => {
    const known = remember(fresh(), application(), start);
    const other = application({ uid: 'uid-2', operationState: ended('Succeeded') });
    assert.equal(remember(known, other, start + 1), known);
  });

  it('keeps our operation as it was requested, started, and first seen ended', () => {
    const asked = remember(fresh(), application({ operation: operation() }), start);
    assert.deepEqual([asked.asked, asked.begun], [operation(), undefined]);
    const begun = remember(asked, application({ operationState: state() }), start + 1);
    assert.deepEqual([begun.begun, begun.ended], [state(), undefined]);
    const seen = application({ operationState: ended('Succeeded'), reconciledAt: second(7) });
    const done = remember(begun, seen, start + 2);
    const expected = { state: ended('Succeeded'), seenAt: start + 2, reconciledAt: second(7) };
    assert.deepEqual(done.ended, expected);
    const replaced = application({ operationState: ended('Failed', { operation: foreign() }) });
    assert.deepEqual(remember(done, replaced, start + 3).ended, expected);
  });

  it('identifies an adopted operation once, when it starts', () => {
    const { fingerprint } = foreign();
    const known = fresh(undefined, { identity: { ...adopted, fingerprint } });
    const begun = remember(
      known,
      application({ operationState: state({ operation: foreign() }) }),
      start,
    );
    assert.deepEqual(begun.identity, { ...adopted, fingerprint, startedAt: second(10) });
  });

  it('knows when each operation was first seen ended, even two in the same second', () => {
    const one = ended('Succeeded', { operation: foreign() });
    const two = ended('Succeeded', { operation: foreign({ prune: true }) });
    const first = remember(fresh(), application({ operationState: one }), start);
    const again = remember(first, application({ operationState: one }), start + 10);
    assert.equal(again.settled?.seenAt, start);
    const second_ = remember(again, application({ operationState: two }), start + 20);
    assert.equal(second_.settled?.seenAt, start + 20);
  });
});

describe('follow', () => {
  it('forgets everything about the previous operation', () => {
    const { fingerprint } = foreign();
    const before = fresh(undefined, {
      first: { historyId: 4, operationStartedAt: undefined },
      request: request(),
      asked: operation(),
      begun: state(),
      ended: { state: ended('Failed'), seenAt: start, reconciledAt: undefined },
      proven: { entry: entry(1, A), seenAt: start },
      checked: { fingerprint, deviations: [] },
    });
    const identity = { ...adopted, fingerprint };
    const now = application({ history: [entry(7, A)] });
    const following = follow(before, identity, now);
    // The previous one is in the past of the one that is followed now.
    const past = pastOf(application({ operationState: state() }));
    const first = { historyId: 7, operationStartedAt: undefined, past };
    const expected = fresh(undefined, {
      ...{ identity, first, checked: undefined },
      earlierAttempts: 1,
    });
    assert.deepEqual({ ...before, ...following }, expected);
  });
});

describe('newestHistoryId', () => {
  it('is the greatest id, whatever the order, and -1 without history', () => {
    assert.equal(newestHistoryId(application({ history: [entry(3, A), entry(2, A)] })), 3);
    assert.equal(newestHistoryId(application()), -1);
  });
});
