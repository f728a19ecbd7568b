import assert from 'node:assert/strict';
import { followedState } from '../../../src/sync/rules/followed-operation.ts';
import {
  application,
  ended,
  foreign,
  fresh,
  operation,
  result,
  second,
  state,
  waitGoal,
} from '../sample-application.ts';

describe('The reported operation is', () => {
  const ours = state({ results: [result()] });
  const others = state({ operation: foreign() });
  const oldOne = { historyId: 0, operationStartedAt: second(10) };

  it('our operation while it exists', () => {
    assert.equal(followedState(application({ operationState: ours }), fresh()), ours);
  });

  it('our operation in its last state, if another replaced it', () => {
    const memory = fresh(undefined, { begun: ours });
    assert.equal(followedState(application({ operationState: others }), memory), ours);
  });

  it('the end that was seen, whatever came after', () => {
    const end = ended('Failed', { operation: operation() });
    const seen = { state: end, seenAt: 0, reconciledAt: undefined };
    const memory = fresh(undefined, { ended: seen });
    assert.equal(followedState(application({ operationState: others }), memory), end);
  });

  it('any running one, for a run that waits for others, but not an old one', () => {
    const memory = fresh(waitGoal());
    assert.equal(followedState(application({ operationState: others }), memory), others);
    const knowing = fresh(waitGoal(), { first: oldOne });
    assert.equal(followedState(application({ operationState: others }), knowing), undefined);
  });
});
