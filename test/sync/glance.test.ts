import assert from 'node:assert/strict';
import type { Glance } from '../../src/sync/glance.ts';
import { calmSince, isBusy, traitsOf } from '../../src/sync/glance.ts';
import { B, second, synced } from './sample-application.ts';
import { endedOperation, glance, listingOf } from './sample-glance.ts';

describe('a glance at an application', () => {
  it('has the traits that a list shows', () => {
    const cases = [
      glance(),
      glance({ last: undefined, createdAt: undefined }),
      glance({ health: { status: 'Unknown', since: undefined } }),
      glance({ last: endedOperation({ phase: 'Running', finishedAt: undefined }) }),
    ];
    for (const one of cases) assert.equal(traitsOf(one), traitsOf(listingOf(one)));
    assert.equal(new Set(cases.map(traitsOf)).size, cases.length);
  });

  const changes: readonly [string, Partial<Glance>][] = [
    ['it was made anew', { createdAt: second(1) }],
    ['it is being deleted', { deleting: true }],
    ['an operation is asked for', { isPending: true }],
    ['an operation began', { last: endedOperation({ startedAt: second(11) }) }],
    ['an operation ended', { last: endedOperation({ finishedAt: second(21) }) }],
    ['an operation has another phase', { last: endedOperation({ phase: 'Failed' }) }],
    ['it is OutOfSync', { sync: synced('', 'OutOfSync') }],
    ['its health changed', { health: { status: 'Degraded', since: second(21) } }],
    ['its health went and came back', { health: { status: 'Healthy', since: second(22) } }],
  ];
  for (const [what, change] of changes) {
    it(`has other traits when ${what}`, () => {
      assert.notEqual(traitsOf(glance(change)), traitsOf(glance()));
    });
  }

  it('has the same traits when a commit came that changes nothing here', () => {
    const change = { sync: synced(B), reconciledAt: second(40), resourceVersion: '2' };
    assert.equal(traitsOf(glance(change)), traitsOf(glance()));
  });

  it('shows whether an operation is asked for or goes on', () => {
    assert.equal(isBusy(glance()), false);
    assert.equal(isBusy(glance({ last: undefined })), false);
    assert.equal(isBusy(glance({ isPending: true })), true);
    for (const phase of ['Running', 'Terminating'] as const) {
      assert.equal(isBusy(glance({ last: endedOperation({ phase }) })), true);
    }
  });

  it('proves calm by what came last: the end of the operation, or health', () => {
    const calm: readonly [Partial<Glance>, number | undefined][] = [
      [{}, second(21)],
      [{ health: { status: 'Healthy', since: second(5) } }, second(20)],
      [{ last: undefined }, second(21)],
      [{ health: { status: 'Healthy', since: undefined } }, undefined],
      [{ isPending: true }, undefined],
    ];
    for (const [change, since] of calm) assert.equal(calmSince(glance(change)), since);
  });
});
