import { strict as assert } from 'node:assert';
import { currentOperations, takeUp } from '../../../src/sync/model/announced-operation.ts';
import type { RequestedSync } from '../../../src/sync/model/stored-operation.ts';
import { matchOperation } from '../../../src/sync/model/ownership.ts';
import { withoutPast } from '../../../src/sync/model/past.ts';
import { proveByHistory } from '../../../src/sync/rules/supersession.ts';
import {
  A,
  application,
  ended,
  entry,
  foreign,
  marker,
  operation,
  second,
  start,
  state,
} from '../sample-application.ts';

const sent: RequestedSync = {
  ...{ revision: undefined, revisions: [], prune: false, dryRun: false, force: false },
  ...{ resources: [], syncOptions: undefined, retry: undefined },
  strategy: 'hook',
};
const asked = { marker, sent, now: start };
const one = (seen: ReturnType<typeof application>) => {
  const [first] = currentOperations(seen);
  assert.ok(first);
  return first;
};

describe('The operations of an application', () => {
  const cases = [
    ['none', application(), []],
    ['a requested one', application({ operation: operation() }), [undefined]],
    [
      'a running one that is still requested',
      application({ operation: operation(), operationState: state() }),
      [second(10)],
    ],
    ['an ended one', application({ operationState: ended('Failed') }), [second(10)]],
    [
      'an ended one, and a request for an equal one',
      application({ operation: operation(), operationState: ended('Failed') }),
      [second(10), undefined],
    ],
    [
      'a running one, and a request for another',
      application({ operation: foreign(), operationState: state() }),
      [second(10), undefined],
    ],
  ] as const;
  for (const [what, seen, starts] of cases) {
    it(`are: ${what}`, () => {
      assert.deepEqual(
        currentOperations(seen).map(({ startedAt }) => startedAt),
        starts,
      );
    });
  }
});

describe('An operation that somebody else requested in our name', () => {
  it('is taken up as accepted, with everything that has happened to it', () => {
    const pending = application({ operation: operation() });
    const running = application({ operation: operation(), operationState: state() });
    const over = application({ operationState: ended('Succeeded') });
    const memories = [pending, running, over].map((seen) => takeUp(seen, one(seen), asked));
    assert.deepEqual(
      memories.map(({ request, begun, ended: end }) => [
        request?.state,
        begun?.startedAt,
        end?.state.phase,
      ]),
      [
        ['accepted', undefined, undefined],
        ['accepted', second(10), undefined],
        ['accepted', second(10), 'Succeeded'],
      ],
    );
  });

  it('is distinguished by its start from one with the same marker', () => {
    const first = application({ operationState: ended('Failed') });
    const { identity } = takeUp(first, one(first), asked);
    const next = application({ operationState: state({ startedAt: second(60) }) });
    assert.ok(identity);
    assert.equal(matchOperation(next, identity).kind, 'absent');
    assert.equal(matchOperation(first, identity).kind, 'ended');
  });

  it('is not confused with an older one with the same marker that returns', () => {
    const now = application({ operationState: state({ startedAt: second(60) }) });
    const memory = takeUp(now, one(now), asked);
    const old = application({ operationState: ended('Failed') });
    assert.equal(withoutPast(old, memory).operationState, undefined);
    assert.notEqual(withoutPast(now, memory).operationState, undefined);
  });

  it('is proven by the entry that it wrote just before its end, even if that existed already', () => {
    const own = entry(7, A, { deployStartedAt: second(10) });
    const seen = application({ operationState: state({ revisions: [A] }), history: [own] });
    const memory = takeUp(seen, one(seen), asked);
    const later = application({
      operationState: state({ operation: foreign(), startedAt: second(90) }),
      history: [own],
    });
    assert.equal(proveByHistory(later, memory)?.id, 7);
  });
});
