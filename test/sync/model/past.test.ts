import { strict as assert } from 'node:assert';
import { isOf, laterPast, pastOf, withoutPast } from '../../../src/sync/model/past.ts';
import type { Identity } from '../../../src/sync/model/ownership.ts';
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
  state,
} from '../sample-application.ts';

const eve = foreign();
const { fingerprint } = eve;

describe('The past of an application', () => {
  it('ends with the newest time that Argo CD had written', () => {
    const cases = [
      [application({ reconciledAt: undefined }), undefined],
      [application(), second(5)],
      [application({ operationState: state({ startedAt: second(7) }) }), second(7)],
      [application({ operationState: ended('Failed', { startedAt: second(7) }) }), second(20)],
      [application({ history: [entry(9, A), entry(8, A)] }), second(9)],
    ] as const;
    for (const [one, latest] of cases) assert.equal(pastOf(one).latest, latest);
  });

  it('advances with another read, and never goes back', () => {
    const early = { latest: second(5), operation: { startedAt: second(4), fingerprint } };
    const late = { latest: second(9), operation: undefined };
    const both = { latest: second(9), operation: { startedAt: second(4), fingerprint } };
    assert.deepEqual(laterPast(early, late), both);
    assert.deepEqual(laterPast(late, early), both);
    assert.deepEqual(laterPast(undefined, late), late);
  });

  const past = { latest: second(10), operation: { startedAt: second(10), fingerprint } };
  const cases = [
    ['from before', state({ operation: operation(), startedAt: second(9) }), true],
    ['that it showed', state({ operation: eve, startedAt: second(10) }), true],
    ['in the same second', state({ operation: operation(), startedAt: second(10) }), false],
    ['from later', state({ operation: eve, startedAt: second(11) }), false],
  ] as const;
  for (const [what, one, expected] of cases) {
    it(`${expected ? 'includes' : 'excludes'} an operation ${what}`, () => {
      assert.equal(isOf(past, one), expected);
      assert.equal(isOf(undefined, one), false);
    });
  }
});

describe('withoutPast', () => {
  const past = { latest: second(8), operation: { startedAt: second(8), fingerprint } };
  const accepted = request({ past });
  const old = (at: number) => ended('Succeeded', { operation: eve, startedAt: second(at) });
  const pinned: Identity = { kind: 'adopted', fingerprint, startedAt: second(10), ours: false };
  const unpinned: Identity = { ...pinned, startedAt: undefined };
  const cases = [
    ['before our request', { request: accepted }, old(7), 'left out'],
    ['that was shown at our request', { request: accepted }, old(8), 'left out'],
    ['after our request', { request: accepted }, old(9), 'kept'],
    ['before ours started', { request: accepted, begun: state() }, old(9), 'left out'],
    ['in the same second as our start', { request: accepted, begun: state() }, old(10), 'kept'],
    [
      'of ours, at any time',
      { request: accepted },
      ended('Failed', { startedAt: second(1) }),
      'kept',
    ],
    ['while nothing is requested', { request: undefined }, old(7), 'kept'],
    ['after a refusal', { request: request({ state: 'refused', past }) }, old(7), 'kept'],
    ['before a followed one', { identity: pinned }, old(9), 'left out'],
    ['that is the followed one', { identity: pinned }, old(10), 'kept'],
    [
      'before a followed one was adopted',
      { identity: unpinned, request: accepted },
      old(8),
      'left out',
    ],
    [
      'of a followed one that has started',
      { identity: unpinned, request: accepted },
      old(9),
      'kept',
    ],
    [
      'in a state stored by an earlier version',
      { request: { ...request(), past: undefined } },
      old(1),
      'kept',
    ],
  ] as const;
  for (const [what, memory, operationState, expected] of cases) {
    it(`an operation ${what} is ${expected}`, () => {
      const seen = withoutPast(application({ operationState }), fresh(undefined, memory));
      assert.equal(seen.operationState === undefined ? 'left out' : 'kept', expected);
    });
  }

  it('also removes the request of an older operation that shows as running', () => {
    const running = state({ operation: eve, startedAt: second(7) });
    const memory = fresh(undefined, { request: accepted });
    const old = withoutPast(application({ operation: eve, operationState: running }), memory);
    assert.deepEqual([old.operation, old.operationState], [undefined, undefined]);
    const asked = application({ operation: operation(), operationState: running });
    assert.deepEqual(withoutPast(asked, memory).operation, operation());
    const others = application({ operation: foreign({ prune: true }), operationState: running });
    assert.deepEqual(withoutPast(others, memory).operation, foreign({ prune: true }));
  });
});
