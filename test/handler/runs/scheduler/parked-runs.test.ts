import assert from 'node:assert/strict';
import { Listeners } from '../../../../src/async/listeners.ts';
import type { ChangeEvent } from '../../../../src/follow/change-source.ts';
import type { Run } from '../../../../src/handler/run.ts';
import { RetryBackoff } from '../../../../src/handler/runs/retry-backoff.ts';
import { ParkedRuns } from '../../../../src/handler/runs/scheduler/parked-runs.ts';
import { ManualClock } from '../../../follow/manual-clock.ts';
import { application } from '../../../sync/sample-application.ts';
import { sampleRun } from '../../store/sample.ts';
import { spec } from '../fake-plan.ts';

const until = 10_000;
const following = { spec, state: 'following' } as const;

describe('Parked runs', () => {
  let listeners: Listeners<ChangeEvent>;
  let returns: { readonly collection: string; readonly listener: () => void }[];
  let woken: string[];
  let parkedRuns: ParkedRuns;
  let retryBackoff: RetryBackoff;

  beforeEach(() => {
    listeners = new Listeners<ChangeEvent>();
    returns = [];
    woken = [];
    retryBackoff = new RetryBackoff({ clock: new ManualClock(), random: () => 1 });
    const changes = {
      ...{ aliveSince: 0, polling: { alive: 1, dead: 1, deadLater: 1 } },
      listen: listeners.listen.bind(listeners),
    };
    const onReturn = (collection: string, listener: () => void) => {
      const wait = { collection, listener };
      returns.push(wait);
      return () => void returns.splice(returns.indexOf(wait), 1);
    };
    parkedRuns = new ParkedRuns(
      {
        argocd: ({ argocd }) =>
          argocd === 'prod' ? { argocd: {} as never, changes, server: '' } : undefined,
        azure: { onReturn },
      },
      (id) => {
        parkedRuns.end(id);
        woken.push(id);
      },
    );
  });

  const run = (change: Partial<Run> = {}) => sampleRun('one', { ...following, ...change });
  const begin = (change: { names?: readonly string[]; isAway?: boolean } = {}) =>
    parkedRuns.begin(run(), { names: ['shop'], isAway: false, until, ...change }, retryBackoff);
  const applicationEvent = (type: 'ADDED' | 'MODIFIED' | 'DELETED'): ChangeEvent => ({
    type,
    application: application(),
  });

  for (const event of [
    'changed',
    applicationEvent('ADDED'),
    applicationEvent('MODIFIED'),
    applicationEvent('DELETED'),
  ] as const) {
    const what = typeof event === 'string' ? event : event.type;
    it(`wake at the event that an application is ${what}`, () => {
      begin({ names: ['cart', 'shop'] });
      listeners.tell('other', event);
      assert.deepEqual(woken, []);
      listeners.tell('shop', event);
      assert.deepEqual([woken, parkedRuns.size, listeners.size], [['one'], 0, 0]);
    });
  }

  it('do not wake because events are no longer reported', () => {
    begin();
    listeners.tell('shop', 'broken');
    assert.deepEqual([woken, parkedRuns.has('one')], [[], true]);
  });

  it('wake at their time', () => {
    begin();
    parkedRuns.wakeDue(until - 1);
    assert.deepEqual(woken, []);
    parkedRuns.wakeDue(until);
    assert.deepEqual([woken, parkedRuns.size, listeners.size], [['one'], 0, 0]);
  });

  it('wake when the organization responds again after an outage', () => {
    begin({ names: [], isAway: true });
    assert.equal(returns[0]?.collection, spec.address.collection);
    returns[0]?.listener();
    assert.deepEqual([woken, returns], [['one'], []]);
  });

  it('do not listen for an organization without an outage', () => {
    begin();
    assert.deepEqual(returns, []);
  });

  it('wake by themselves if their instance is no longer configured', () => {
    const spec = { ...following.spec, argocd: 'gone' };
    parkedRuns.begin(run({ spec }), { names: ['shop'], isAway: false, until }, retryBackoff);
    assert.equal(listeners.size, 0);
    parkedRuns.wakeDue(until);
    assert.deepEqual(woken, ['one']);
  });

  it('stop listening once they have ended', () => {
    begin({ isAway: true });
    parkedRuns.end('one');
    parkedRuns.end('one');
    assert.deepEqual([parkedRuns.has('one'), listeners.size, returns], [false, 0, []]);
    parkedRuns.wakeDue(Infinity);
    assert.deepEqual(woken, []);
  });

  it('can be pauses, which only end with their time', () => {
    parkedRuns.pause('one', until);
    assert.equal(listeners.size, 0);
    parkedRuns.wakeDue(until);
    assert.deepEqual(woken, ['one']);
  });

  describe('of an earlier process', () => {
    it('wake when something happens, but not because a stream starts', () => {
      parkedRuns.watch(run());
      listeners.tell('shop', applicationEvent('ADDED'));
      assert.deepEqual(woken, []);
      listeners.tell('shop', applicationEvent('MODIFIED'));
      assert.deepEqual([woken, listeners.size], [['one'], 0]);
    });

    it('wake when a list shows a change', () => {
      parkedRuns.watch(run());
      listeners.tell('shop', 'changed');
      assert.deepEqual(woken, ['one']);
    });

    it('never wake by themselves: they get their turn', () => {
      parkedRuns.watch(run());
      parkedRuns.wakeDue(Number.MAX_VALUE);
      assert.deepEqual(woken, []);
    });

    it('listen for what a selector found', () => {
      const request = { ...spec.request, subject: { selector: 'team=shop' } };
      const found = [{ name: 'cart' }, { namespace: 'team', name: 'shop' }];
      parkedRuns.watch(run({ spec: { ...spec, request }, names: found }));
      assert.ok(listeners.has('cart') && listeners.has('shop'));
      parkedRuns.end('one');
      parkedRuns.watch(run({ spec: { ...spec, request } }));
      assert.equal(listeners.size, 0);
    });

    for (const state of ['accepted', 'reporting'] as const) {
      it(`are absent if the run is ${state}`, () => {
        parkedRuns.watch(run({ state }));
        assert.deepEqual([parkedRuns.size, listeners.size], [0, 0]);
      });
    }
  });
});
