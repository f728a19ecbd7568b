import { strict as assert } from 'node:assert';
import { decideComparison, isComparedAfter, isStale } from '../../../src/sync/rules/comparison.ts';
import type { DeploymentEvidence } from '../../../src/sync/model/deployment-evidence.ts';
import {
  A,
  application,
  fresh,
  refreshed,
  resource,
  result,
  second,
  start,
  syncGoal,
} from '../sample-application.ts';

const deploymentEvidence: DeploymentEvidence = {
  finishedAt: second(20),
  seenAt: start,
  reconciledAt: second(5),
  operation: undefined,
  revisions: [A],
  results: [result()],
  evidence: 'it landed',
};

function view(change: Parameters<typeof application>[0], answeredAt?: number, now = start) {
  const refresh = answeredAt === undefined ? fresh().refresh : refreshed(answeredAt);
  return {
    application: application(change),
    memory: fresh(undefined, { refresh }),
    goal: syncGoal(),
    now,
  };
}

describe('isComparedAfter', () => {
  const cases = [
    ['a comparison before the end', second(19), deploymentEvidence, undefined, false],
    ['a comparison in a later second', second(21), deploymentEvidence, undefined, true],
    [
      'a new comparison in the same second as the end',
      second(20),
      deploymentEvidence,
      undefined,
      true,
    ],
    [
      'the previous comparison in the same second as the end',
      second(20),
      { ...deploymentEvidence, reconciledAt: second(20) },
      undefined,
      false,
    ],
    [
      'one in the same second as an unseen end',
      second(20),
      { ...deploymentEvidence, reconciledAt: undefined },
      undefined,
      false,
    ],
    ['no comparison', undefined, deploymentEvidence, undefined, false],
    [
      'a refresh requested before the end was seen',
      second(5),
      deploymentEvidence,
      start - 1,
      false,
    ],
    ['a refresh requested since', second(5), deploymentEvidence, start, true],
    [
      'no change that it would have to show',
      second(99),
      { ...deploymentEvidence, finishedAt: undefined },
      undefined,
      false,
    ],
  ] as const;
  for (const [what, reconciledAt, one, answeredAt, expected] of cases) {
    it(`${expected ? 'trusts' : 'does not trust'} ${what}`, () => {
      assert.equal(isComparedAfter(view({ reconciledAt }, answeredAt), one), expected);
    });
  }
});

describe('decideComparison', () => {
  it('gives Argo CD a second before it asks, but never sleeps into the past', () => {
    const early = decideComparison(view({ reconciledAt: second(5) }), deploymentEvidence);
    assert.deepEqual(early?.kind === 'wait' ? [early.ask, early.at] : early, [
      undefined,
      start + 1_000,
    ]);
    const later = decideComparison(
      view({ reconciledAt: second(5) }, undefined, start + 1_000),
      deploymentEvidence,
    );
    assert.deepEqual(later?.kind === 'wait' ? [later.ask, later.at] : later, [
      'refresh',
      undefined,
    ]);
  });

  it('asks immediately if seconds cannot tell', () => {
    const doubtful = { ...deploymentEvidence, reconciledAt: second(20) };
    const verdict = decideComparison(view({ reconciledAt: second(20) }), doubtful);
    assert.equal(verdict?.kind === 'wait' && verdict.ask, 'refresh');
  });

  const behind = [resource('Healthy', { status: 'OutOfSync', namespace: '' })];
  const cases = [
    ['what it applied is still OutOfSync', { resources: behind }, deploymentEvidence, 'wait'],
    [
      'the applied resources were not seen',
      { resources: behind },
      { ...deploymentEvidence, results: [] },
      'wait',
    ],
    [
      'it is OutOfSync more than a second later',
      { resources: behind, reconciledAt: second(22) },
      deploymentEvidence,
      'done',
    ],
    [
      'something else is OutOfSync',
      { resources: [resource('Healthy', { status: 'OutOfSync', name: 'other' })] },
      deploymentEvidence,
      'done',
    ],
    [
      'a resource to be pruned is OutOfSync',
      { resources: [resource('Healthy', { status: 'OutOfSync', requiresPruning: true })] },
      deploymentEvidence,
      'done',
    ],
    ['everything is Synced', { resources: [resource('Healthy')] }, deploymentEvidence, 'done'],
  ] as const;
  for (const [what, change, one, expected] of cases) {
    it(`${expected === 'wait' ? 'waits' : 'continues'} if ${what}`, () => {
      const verdict = decideComparison(view({ reconciledAt: second(21), ...change }), one);
      assert.equal(verdict?.kind ?? 'done', expected);
    });
  }

  it('treats as drift what is OutOfSync after a refresh that was requested a second later', () => {
    const change = { reconciledAt: second(21), resources: behind };
    const asking = decideComparison(view(change, start, start + 1_000), deploymentEvidence);
    assert.equal(asking?.kind === 'wait' && asking.ask, 'refresh');
    assert.equal(
      decideComparison(view(change, start + 1_000, start + 1_100), deploymentEvidence),
      undefined,
    );
  });
});

describe('isStale', () => {
  it('is true without a refresh, and half a minute after one', () => {
    assert.equal(isStale(fresh(), start), true);
    assert.equal(isStale(fresh(undefined, { refresh: refreshed() }), start + 29_999), false);
    assert.equal(isStale(fresh(undefined, { refresh: refreshed() }), start + 30_000), true);
  });
});
