import assert from 'node:assert/strict';
import type { ApplicationSummary } from '../../../src/sync/model/application-summary.ts';
import { calmSince, isBusy, traitsOf } from '../../../src/sync/model/application-summary.ts';
import { B, second, synced } from '../sample-application.ts';
import { endedOperation, summary, listingOf } from '../sample-summary.ts';

describe('The summary of an application', () => {
  it('has the traits that a list shows', () => {
    const cases = [
      summary(),
      summary({ last: undefined, createdAt: undefined }),
      summary({ health: { status: 'Unknown', since: undefined } }),
      summary({ last: endedOperation({ phase: 'Running', finishedAt: undefined }) }),
    ];
    for (const one of cases) assert.equal(traitsOf(one), traitsOf(listingOf(one)));
    assert.equal(new Set(cases.map(traitsOf)).size, cases.length);
  });

  const changes: readonly [string, Partial<ApplicationSummary>][] = [
    ['it was recreated', { createdAt: second(1) }],
    ['it is being deleted', { deleting: true }],
    ['an operation is requested', { isPending: true }],
    ['an operation started', { last: endedOperation({ startedAt: second(11) }) }],
    ['an operation ended', { last: endedOperation({ finishedAt: second(21) }) }],
    ['an operation has another phase', { last: endedOperation({ phase: 'Failed' }) }],
    ['it is OutOfSync', { sync: synced('', 'OutOfSync') }],
    ['its health changed', { health: { status: 'Degraded', since: second(21) } }],
    ['its health changed and changed back', { health: { status: 'Healthy', since: second(22) } }],
  ];
  for (const [what, change] of changes) {
    it(`has other traits if ${what}`, () => {
      assert.notEqual(traitsOf(summary(change)), traitsOf(summary()));
    });
  }

  it('has the same traits if a commit changes nothing for it', () => {
    const change = { sync: synced(B), reconciledAt: second(40), resourceVersion: '2' };
    assert.equal(traitsOf(summary(change)), traitsOf(summary()));
  });

  it('shows whether an operation is requested or in progress', () => {
    assert.equal(isBusy(summary()), false);
    assert.equal(isBusy(summary({ last: undefined })), false);
    assert.equal(isBusy(summary({ isPending: true })), true);
    for (const phase of ['Running', 'Terminating'] as const) {
      assert.equal(isBusy(summary({ last: endedOperation({ phase }) })), true);
    }
  });

  it('has been stable since its last change: the end of the operation, or health', () => {
    const calm: readonly [Partial<ApplicationSummary>, number | undefined][] = [
      [{}, second(21)],
      [{ health: { status: 'Healthy', since: second(5) } }, second(20)],
      [{ last: undefined }, second(21)],
      [{ health: { status: 'Healthy', since: undefined } }, undefined],
      [{ isPending: true }, undefined],
    ];
    for (const [change, since] of calm) assert.equal(calmSince(summary(change)), since);
  });
});
