import assert from 'node:assert/strict';
import { Listeners } from '../../../src/follow/listeners.ts';
import type { Tidings } from '../../../src/follow/news.ts';
import type { Run } from '../../../src/handler/run.ts';
import { Patience } from '../../../src/handler/runs/patience.ts';
import { Rests } from '../../../src/handler/runs/rests.ts';
import { ManualClock } from '../../follow/manual-clock.ts';
import { application } from '../../sync/sample-application.ts';
import { sampleRun } from '../store/sample.ts';
import { order } from './fake-plan.ts';

const until = 10_000;
const following = { order, state: 'following' } as const;

describe('the rests of runs', () => {
  let listeners: Listeners<Tidings>;
  let returns: { readonly collection: string; readonly listener: () => void }[];
  let woken: string[];
  let rests: Rests;
  let patience: Patience;

  beforeEach(() => {
    listeners = new Listeners<Tidings>();
    returns = [];
    woken = [];
    patience = new Patience({ clock: new ManualClock(), random: () => 1 });
    const news = {
      ...{ aliveSince: 0, polling: { alive: 1, dead: 1, deadLater: 1 } },
      listen: listeners.listen.bind(listeners),
    };
    const onReturn = (collection: string, listener: () => void) => {
      const wait = { collection, listener };
      returns.push(wait);
      return () => void returns.splice(returns.indexOf(wait), 1);
    };
    const never = () => assert.fail('a rest calls nobody');
    rests = new Rests(
      {
        argocd: ({ argocd }) =>
          argocd === 'prod' ? { argocd: {} as never, news, server: '' } : undefined,
        azure: { hub: never, locate: never, onReturn },
      },
      (id) => {
        rests.end(id);
        woken.push(id);
      },
    );
  });

  const run = (change: Partial<Run> = {}) => sampleRun('one', { ...following, ...change });
  const begin = (change: { names?: readonly string[]; isAway?: boolean } = {}) =>
    rests.begin(run(), { names: ['shop'], isAway: false, until, ...change }, patience);
  const event = (type: 'ADDED' | 'MODIFIED' | 'DELETED'): Tidings => ({
    type,
    application: application(),
  });

  for (const tidings of ['changed', event('ADDED'), event('MODIFIED'), event('DELETED')] as const) {
    const what = typeof tidings === 'string' ? tidings : tidings.type;
    it(`end at the news that an application is ${what}`, () => {
      begin({ names: ['cart', 'shop'] });
      listeners.tell('other', tidings);
      assert.deepEqual(woken, []);
      listeners.tell('shop', tidings);
      assert.deepEqual([woken, rests.size, listeners.size], [['one'], 0, 0]);
    });
  }

  it('do not end because nothing is told any more', () => {
    begin();
    listeners.tell('shop', 'broken');
    assert.deepEqual([woken, rests.has('one')], [[], true]);
  });

  it('end when their time has come', () => {
    begin();
    rests.wakeDue(until - 1);
    assert.deepEqual(woken, []);
    rests.wakeDue(until);
    assert.deepEqual([woken, rests.size, listeners.size], [['one'], 0, 0]);
  });

  it('end when the organization answers again, where it was away', () => {
    begin({ names: [], isAway: true });
    assert.equal(returns[0]?.collection, order.address.collection);
    returns[0]?.listener();
    assert.deepEqual([woken, returns], [['one'], []]);
  });

  it('do not listen for an organization that was not away', () => {
    begin();
    assert.deepEqual(returns, []);
  });

  it('of a run whose instance is configured no more end by themselves', () => {
    const order = { ...following.order, argocd: 'gone' };
    rests.begin(run({ order }), { names: ['shop'], isAway: false, until }, patience);
    assert.equal(listeners.size, 0);
    rests.wakeDue(until);
    assert.deepEqual(woken, ['one']);
  });

  it('listen no more once they are ended', () => {
    begin({ isAway: true });
    rests.end('one');
    rests.end('one');
    assert.deepEqual([rests.has('one'), listeners.size, returns], [false, 0, []]);
    rests.wakeDue(Infinity);
    assert.deepEqual(woken, []);
  });

  it('can be pauses, which only end with their time', () => {
    rests.pause('one', until);
    assert.equal(listeners.size, 0);
    rests.wakeDue(until);
    assert.deepEqual(woken, ['one']);
  });

  describe('of runs of an earlier process', () => {
    it('end when something happens, but not because a stream begins', () => {
      rests.hearken(run());
      listeners.tell('shop', event('ADDED'));
      assert.deepEqual(woken, []);
      listeners.tell('shop', event('MODIFIED'));
      assert.deepEqual([woken, listeners.size], [['one'], 0]);
    });

    it('end when a list shows a change', () => {
      rests.hearken(run());
      listeners.tell('shop', 'changed');
      assert.deepEqual(woken, ['one']);
    });

    it('never end by themselves: their turn comes', () => {
      rests.hearken(run());
      rests.wakeDue(Number.MAX_VALUE);
      assert.deepEqual(woken, []);
    });

    it('listen for what a selector found', () => {
      const request = { ...order.request, subject: { selector: 'team=shop' } };
      const found = [{ name: 'cart' }, { namespace: 'team', name: 'shop' }];
      rests.hearken(run({ order: { ...order, request }, names: found }));
      assert.ok(listeners.has('cart') && listeners.has('shop'));
      rests.end('one');
      rests.hearken(run({ order: { ...order, request } }));
      assert.equal(listeners.size, 0);
    });

    for (const state of ['accepted', 'reporting'] as const) {
      it(`are none where the run is ${state}`, () => {
        rests.hearken(run({ state }));
        assert.deepEqual([rests.size, listeners.size], [0, 0]);
      });
    }
  });
});
