import { strict as assert } from 'node:assert';
import { commitsToAsk, judgeGate } from '../../../src/sync/gate/gate.ts';
import type { ApplicationSummary } from '../../../src/sync/model/application-summary.ts';
import { A, comparisonError, second, synced } from '../sample-application.ts';
import { endedOperation, summary } from '../sample-summary.ts';
import {
  D1,
  D2,
  failed,
  first,
  H1,
  H2,
  hydrated,
  hydrating,
  hydrator,
  other,
} from '../sample-hydrator.ts';

const plain = {
  requireSynced: true,
  requireHealthy: true,
  acceptSuspended: false,
  stableFor: 0,
};

function shop(
  of: Parameters<typeof hydrator>[0] = {},
  live = H1,
  change: Partial<ApplicationSummary> = {},
): ApplicationSummary {
  return summary({
    sources: [{ repoURL: 'git', path: 'shop', chart: '', targetRevision: 'env/shop' }],
    hydrator: hydrator(of),
    last: endedOperation({ revisions: [live] }),
    sync: synced(live),
    deployed: [live],
    ...change,
  });
}

const pushed = { current: hydrated(other, 40), last: other, compared: D2 };

describe('A gate for a hydrated application', () => {
  const cases: readonly [string, string | undefined, ApplicationSummary, string][] = [
    ['passes at rest', undefined, shop(), 'passed'],
    ['passes for the dry commit that is live', D1, shop(), 'passed'],
    ['passes for the dry branch', 'refs/heads/main', shop(), 'passed'],
    ['passes for a hydrated commit', H1, shop(), 'passed'],
    ['passes for the branch that is synced', 'env/shop', shop(), 'passed'],
    ['waits for a dry commit that has not been seen', D2, shop(), 'waiting'],
    [
      'waits for one that is being hydrated',
      D2,
      shop({ compared: D2, current: hydrating(40) }),
      'waiting',
    ],
    [
      'waits while the tip is being hydrated',
      undefined,
      shop({ current: hydrating(40) }),
      'waiting',
    ],
    ['waits for a push that a refresh has found', undefined, shop({ compared: D2 }), 'waiting'],
    ['waits until the hydrated commit was compared', undefined, shop(pushed), 'waiting'],
    ['waits until the hydrated commit is live', D2, shop(pushed), 'waiting'],
    ['passes when it is live', D2, shop(pushed, H2), 'passed'],
    ['passes for the tip when it is live', undefined, shop(pushed, H2), 'passed'],
    [
      'passes for the tip if another commit followed, and was compared',
      undefined,
      shop(pushed, A, { reconciledAt: second(50) }),
      'passed',
    ],
    [
      'passes if a commit changed nothing',
      D2,
      shop({
        current: hydrated({ dry: D2, hydrated: H1 }, 25),
        last: { dry: D2, hydrated: H1 },
        compared: D2,
      }),
      'passed',
    ],
    [
      'passes if commits outside its paths are not hydrated',
      undefined,
      shop({ compared: D2, isSelective: true }),
      'passed',
    ],
    ['fails if the hydration failed', undefined, shop({ current: failed(40) }), 'failed'],
    [
      'fails for the commit at which it failed',
      D2,
      shop({ compared: D2, current: failed(40) }),
      'failed',
    ],
    [
      'passes for what is live even if a newer one failed',
      D1,
      shop({ compared: D2, current: failed(40) }),
      'passed',
    ],
    [
      'waits for the first hydration',
      undefined,
      shop({ current: undefined, last: undefined, compared: undefined }),
      'waiting',
    ],
    [
      'fails for the branch that awaits promotion',
      'next',
      shop({ stagingBranch: 'next' }),
      'failed',
    ],
    [
      'waits for the promotion of a dry commit',
      D2,
      shop({ ...pushed, stagingBranch: 'next' }),
      'waiting',
    ],
  ];
  for (const [what, revision, seen, status] of cases) {
    it(what, () => {
      const answer = judgeGate(seen, { ...plain, revision }, 0, 100_000);
      assert.equal(answer.status, status, answer.message);
    });
  }

  it('waits for the first promotion, before which Argo CD has nothing to compare', () => {
    const unpromoted = shop({ ...pushed, stagingBranch: 'next' }, H1, {
      sync: { status: 'Unknown', revisions: ['env/shop'] },
      conditions: [comparisonError('app path does not exist')],
      deployed: [],
    });
    assert.deepEqual(judgeGate(unpromoted, { ...plain, revision: D2 }, 0, 1), {
      status: 'waiting',
      message:
        'd200000 is hydrated as e200000 on next: waiting for somebody to promote it to env/shop',
    });
  });

  it('treats a merge that was made after the hydration as the promotion, like a sync does', () => {
    const staged = (dates: Readonly<Record<string, number>>) =>
      shop({ ...pushed, stagingBranch: 'next' }, A, { reconciledAt: second(60), dates });
    const answer = (dates: Readonly<Record<string, number>>) =>
      judgeGate(staged(dates), { ...plain, revision: D2 }, 0, 1);
    assert.deepEqual(commitsToAsk(staged({}), { revision: D2 }), [H2, A]);
    assert.equal(answer({}).status, 'waiting');
    assert.equal(answer({ [H2]: 5_000 }).status, 'waiting');
    assert.equal(answer({ [H2]: 5_000, [A]: 4_000 }).status, 'waiting');
    assert.deepEqual(answer({ [H2]: 5_000, [A]: 5_000 }), {
      status: 'passed',
      message:
        'Synced at aaaaaaa, Healthy; promoted by aaaaaaa, which reached env/shop after the hydration',
    });
  });

  it('passes for what is promoted, and says that something newer awaits promotion', () => {
    const staged = { ...pushed, stagingBranch: 'next' };
    const compared = { reconciledAt: second(60) };
    const awaiting = judgeGate(shop(staged, H1, compared), { ...plain, revision: undefined }, 0, 1);
    assert.equal(awaiting.status, 'passed', awaiting.message);
    assert.match(
      awaiting.message,
      /; d200000 is hydrated as e200000 on next, and awaits promotion/,
    );
    const promoted = judgeGate(shop(staged, H2, compared), { ...plain, revision: undefined }, 0, 1);
    assert.doesNotMatch(promoted.message, /promotion/);
  });

  it('says what is hydrated, and what is not', () => {
    const { message } = judgeGate(shop(), { ...plain, revision: D2 }, 0, 1);
    assert.equal(message, 'dry commit d100000 is hydrated, waiting for d200000');
    assert.equal(first.hydrated, H1);
  });
});
