import assert from 'node:assert/strict';
import type { ChangeEvent } from '../../../src/follow/change-source.ts';
import { ApplicationInformer } from '../../../src/handler/watch/application-informer.ts';
import { ArgoCDError } from '../../../src/argocd/argocd-error.ts';
import { failed, hang } from '../../follow/fake-argo-cd.ts';
import { ManualClock } from '../../follow/manual-clock.ts';
import { B, second, synced } from '../../sync/sample-application.ts';
import { summary } from '../../sync/sample-summary.ts';
import { FakeOverview, summaryEvent } from './fake-overview.ts';

const shop = { name: 'shop' };
const web = { name: 'web', namespace: 'argocd' };
const degraded = { health: { status: 'Degraded', since: second(40) } } as const;

describe('The watch on an Argo CD', () => {
  let clock: ManualClock;
  let argocd: FakeOverview;
  let watch: ApplicationInformer;
  let cancelling: AbortController;
  let running: Promise<void>;
  let heard: string[];

  beforeEach(() => {
    clock = new ManualClock();
    argocd = new FakeOverview(clock);
    argocd.put(summary());
    watch = new ApplicationInformer(argocd, 'argocd', clock, () => 0.5);
    cancelling = new AbortController();
    heard = [];
  });
  afterEach(async () => {
    cancelling.abort();
    await clock.finish(running);
    assert.equal(clock.sleeping, 0, 'a timer is left behind');
    assert.equal(argocd.openStreams, 0, 'a stream is left open');
  });

  const run = () => {
    running = watch.run(cancelling.signal);
    return clock.pass(0);
  };
  const listen = (name = 'shop') => watch.listen(name, (event) => heard.push(brief(event)));
  const look = (name: { name: string; namespace?: string } = shop, isAllowed = () => true) =>
    watch.look(name, isAllowed);
  /** Advances the time, with the heartbeats that a living stream sends. */
  const live = async (ms: number) => {
    for (let rest = ms; rest > 0; rest -= 10_000) {
      argocd.tell(undefined);
      await clock.pass(Math.min(rest, 10_000));
    }
  };
  const away = () => {
    argocd.away = failed('unavailable', 'away');
    argocd.breakStreams();
  };

  describe('for followers', () => {
    it('holds one stream, and sends no request for any of them', async () => {
      await run();
      for (let count = 0; count < 100; count += 1) watch.listen('shop', () => undefined);
      await live(10 * 60_000);
      assert.equal(argocd.times('sightings').length, 1);
      const pauses = [0, 2_000, ...Array.from({ length: 9 }, (_, n) => 62_000 + 60_000 * n)];
      assert.deepEqual(
        argocd.times('list').map((at) => at - 1_000_000),
        pauses,
      );
      assert.deepEqual(
        argocd.calls.filter(({ what }) => what.startsWith('summary')),
        [],
      );
    });

    it('reports their own applications, and reads no other completely', async () => {
      await run();
      listen();
      const unread = () => assert.fail('it was read in full');
      argocd.tell(summaryEvent('MODIFIED', summary({ name: 'web' }), unread));
      argocd.tell(summaryEvent('MODIFIED', summary({ resourceVersion: '2' })));
      argocd.tell(summaryEvent('DELETED', summary({ resourceVersion: '3' })));
      await clock.pass(0);
      assert.deepEqual(heard, ['MODIFIED shop 2', 'DELETED shop 3']);
    });

    it('makes them read what it cannot parse, and continues with the stream', async () => {
      await run();
      listen();
      const odd = () => {
        throw new ArgoCDError('GET /x', 'odd', { failure: 'not-argocd' });
      };
      argocd.tell(summaryEvent('MODIFIED', summary(), odd));
      argocd.tell(summaryEvent('MODIFIED', summary({ resourceVersion: '2' })));
      await clock.pass(0);
      assert.deepEqual(heard, ['changed', 'MODIFIED shop 2']);
      assert.equal(argocd.times('sightings').length, 1);
    });

    it('finds in its list what the stream missed, and reports it once', async () => {
      await run();
      await live(70_000);
      listen();
      listen('web');
      argocd.put(summary(degraded));
      argocd.put(summary({ name: 'web' }));
      await live(120_000);
      assert.deepEqual(heard, ['changed', 'changed']);
      argocd.drop(summary());
      await live(60_000);
      assert.deepEqual(heard, ['changed', 'changed', 'changed']);
    });

    it('does not repeat what the stream has reported, however often it lists', async () => {
      await run();
      listen();
      argocd.tell(summaryEvent('MODIFIED', summary({ ...degraded, resourceVersion: '2' })));
      await live(180_000);
      assert.deepEqual(heard, ['MODIFIED shop 2']);
    });

    it('reports a change that was made while the stream was broken', async () => {
      await run();
      await live(10_000);
      listen();
      argocd.streamless = failed('unavailable', 'no stream');
      argocd.breakStreams();
      await clock.pass(100);
      argocd.put(summary({ ...degraded, resourceVersion: '2' }));
      await clock.pass(10_000);
      assert.deepEqual(heard, ['changed']);
      argocd.streamless = undefined;
      await clock.pass(30_000);
      assert.deepEqual(heard, ['changed', 'ADDED shop 2']);
    });

    it('reports an application that was deleted and recreated meanwhile', async () => {
      await run();
      await live(10_000);
      listen();
      argocd.streamless = failed('unavailable', 'no stream');
      argocd.breakStreams();
      argocd.put(summary({ uid: 'uid-2', createdAt: second(100) }));
      await clock.pass(10_000);
      assert.deepEqual(heard, ['changed']);
    });

    it('finds what a half-open stream lost', async () => {
      await run();
      listen();
      await clock.pass(3_000);
      argocd.put(summary({ ...degraded, resourceVersion: '2' }));
      await clock.pass(31_000);
      assert.deepEqual(heard, [], 'until then it may be quiet');
      await clock.pass(3_000);
      assert.equal(argocd.times('sightings').length, 2);
      assert.deepEqual(heard, ['changed', 'ADDED shop 2']);
    });

    it('is reliable while the stream or the list works', async () => {
      assert.equal(watch.aliveSince, undefined);
      await run();
      const since = watch.aliveSince;
      assert.equal(since, clock.now());
      listen();
      argocd.streamless = failed('unavailable', 'no stream');
      argocd.breakStreams();
      await clock.pass(300_000);
      assert.equal(watch.aliveSince, since);
      assert.deepEqual(heard, []);
    });

    it('lists again as soon as a stream has opened, since a change may have been missed', async () => {
      argocd.streamless = failed('unavailable', 'no stream');
      await run();
      argocd.streamless = undefined;
      await clock.pass(4_000);
      const [opened = 0] = argocd.times('sightings').slice(-1);
      assert.equal(opened, 1_000_750);
      assert.deepEqual(argocd.times('list'), [1_000_000, opened + 2_000]);
    });

    it('is reliable with the stream alone', async () => {
      argocd.onList = () => hang(cancelling.signal);
      await run();
      assert.equal(watch.aliveSince, clock.now());
    });

    it('tells them when nothing is reliable, and when that has ended', async () => {
      await run();
      listen();
      away();
      await clock.pass(89_000);
      assert.notEqual(watch.aliveSince, undefined);
      await clock.pass(60_000);
      assert.equal(watch.aliveSince, undefined);
      assert.deepEqual(heard, ['broken']);
      argocd.away = undefined;
      await live(60_000);
      assert.ok((watch.aliveSince ?? 0) > clock.now() - 60_000);
      assert.deepEqual(heard, ['broken', 'ADDED shop 1']);
    });

    it('releases them', async () => {
      await run();
      const stop = listen();
      assert.equal(watch.state.followed, 1);
      stop();
      argocd.tell(summaryEvent('MODIFIED', summary()));
      await clock.pass(0);
      assert.deepEqual([heard, watch.state.followed], [[], 0]);
    });
  });

  describe('for gates', () => {
    it('knows every application, also by its short name', async () => {
      argocd.put(summary({ namespace: 'team', uid: 'uid-3' }));
      await run();
      await live(3_000);
      for (const [name, uid] of [
        [shop, 'uid-1'],
        [{ ...shop, namespace: 'argocd' }, 'uid-1'],
        [{ ...shop, namespace: 'team' }, 'uid-3'],
      ] as const) {
        const sight = look(name);
        assert.ok(sight.kind === 'known');
        assert.deepEqual([sight.summary.uid, sight.steadySince], [uid, 1_000_000]);
      }
      assert.deepEqual(look(web), { kind: 'absent' });
    });

    it('knows nothing before the first list, not even that there is nothing', async () => {
      argocd.streamless = failed('unavailable', 'no stream');
      argocd.onList = () => hang(cancelling.signal);
      await run();
      for (const name of [shop, web]) {
        const reason = 'Argo CD has not been read yet: GET /x: no stream';
        assert.deepEqual(look(name), { kind: 'unclear', reason });
      }
    });

    it('reveals nothing about an application that is not allowed', async () => {
      const asked: string[] = [];
      const deny = (project: string) => {
        asked.push(project);
        return false;
      };
      const same = () => assert.deepEqual(watch.look(shop, deny), watch.look(web, deny));
      await run();
      same();
      await live(3_000);
      same();
      away();
      await clock.pass(60_000);
      same();
      assert.deepEqual([...new Set(asked)], ['default']);
    });

    it('returns nothing outdated: without a stream, only a list of the last half minute counts', async () => {
      await run();
      await live(10_000);
      away();
      await clock.pass(20_000);
      assert.equal(look().kind, 'known');
      await clock.pass(20_000);
      for (const name of [shop, web]) {
        const sight = look(name);
        assert.ok(sight.kind === 'unclear');
        assert.match(sight.reason, /^Argo CD was last read \d\d s ago: GET .* away$/);
      }
      argocd.away = undefined;
      await clock.pass(60_000);
      assert.equal(look().kind, 'known');
    });

    it('does not rely forever on a stream without lists', async () => {
      await run();
      await live(10_000);
      argocd.onList = () => Promise.reject(failed('unavailable', 'too much'));
      await live(4 * 60_000);
      assert.equal(look().kind, 'known');
      await live(2 * 60_000);
      assert.equal(look().kind, 'unclear');
    });

    it('does not treat what it knew before the stream broke as current', async () => {
      await run();
      await live(60_000);
      argocd.onList = () => hang(cancelling.signal);
      argocd.breakStreams();
      argocd.summaries.clear();
      await clock.pass(1_500);
      assert.notEqual(watch.state.streamSince, undefined, 'it is open again');
      await live(40_000);
      assert.equal(look().kind, 'unclear');
    });

    it('reads again what a list found changed, once a gate asks for it', async () => {
      argocd.streamless = failed('unavailable', 'no stream');
      await run();
      const reason = 'it has changed and is being read again';
      assert.deepEqual(look(), { kind: 'unclear', reason });
      await clock.pass(0);
      assert.equal(look().kind, 'known');
      argocd.put(summary({ ...degraded, resourceVersion: '2' }));
      await clock.pass(5_000);
      const sight = look();
      assert.ok(sight.kind === 'known', 'it was read again by itself');
      assert.equal(sight.summary.health.status, 'Degraded');
      assert.equal(sight.steadySince, clock.now());
      assert.equal(argocd.times('summary argocd/shop').length, 2);
    });

    it('returns nothing about an application while that is being read again', async () => {
      await run();
      await live(10_000);
      assert.equal(look().kind, 'known');
      argocd.summary = () => hang(cancelling.signal);
      argocd.put(summary({ ...degraded, resourceVersion: '2' }));
      await live(60_000);
      const reason = 'it has changed and is being read again';
      assert.deepEqual(look(), { kind: 'unclear', reason });
      argocd.tell(summaryEvent('MODIFIED', summary({ ...degraded, resourceVersion: '2' })));
      await clock.pass(0);
      assert.equal(look().kind, 'known');
    });

    it('says why it cannot read an application', async () => {
      argocd.streamless = failed('unavailable', 'no stream');
      await run();
      argocd.summary = () => Promise.reject(failed('not-argocd', 'the phase is "Paused"'));
      look();
      await clock.pass(0);
      const reason = 'it cannot be read: the phase is "Paused"';
      assert.deepEqual(look(), { kind: 'unclear', reason });
    });

    it('does not treat a commit that changes nothing as a change', async () => {
      await run();
      await live(20_000);
      argocd.tell(summaryEvent('MODIFIED', summary({ resourceVersion: '2', sync: synced(B) })));
      await clock.pass(0);
      const sight = look();
      assert.ok(sight.kind === 'known');
      assert.deepEqual([sight.summary.sync.revisions, sight.steadySince], [[B], 1_000_000]);
    });

    it('trusts nothing after the clock was set back', async () => {
      argocd.streamless = failed('unavailable', 'no stream');
      await run();
      look();
      await clock.pass(0);
      clock.jump(-3_600_000);
      assert.equal(look().kind, 'unclear');
    });
  });

  describe('with another server than before', () => {
    it('forgets what it knew, and makes all followers read', async () => {
      await run();
      await live(10_000);
      listen();
      argocd.summaries.clear();
      argocd.onList = () => hang(cancelling.signal);
      watch.startAnew();
      await clock.pass(0);
      assert.deepEqual(heard, ['changed']);
      assert.equal(look().kind, 'unclear');
      assert.equal(watch.state.applications, 0);
      assert.equal(argocd.times('list').at(-1), clock.now(), 'it lists at once');
    });

    it('accepts no response of the previous one', async () => {
      argocd.streamless = failed('unavailable', 'no stream');
      let answer = () => undefined as void;
      argocd.onList = () => new Promise((resolve) => (answer = () => resolve(argocd.listings())));
      await run();
      watch.startAnew();
      answer();
      await clock.pass(0);
      assert.deepEqual([watch.state.listedAt, watch.state.applications], [undefined, 0]);
    });
  });

  it('reports its state', async () => {
    await run();
    const at = clock.now();
    await live(5_000);
    assert.deepEqual(watch.state, {
      streamSince: at,
      reconnects: 0,
      listedAt: at + 2_000,
      applications: 1,
      followed: 0,
      failure: '',
    });
    argocd.breakStreams();
    await clock.pass(500);
    assert.deepEqual([watch.state.streamSince, watch.state.failure], [undefined, 'GET /x: cut']);
    await clock.pass(1_000);
    assert.deepEqual([watch.state.reconnects, watch.state.failure], [1, '']);
  });
});

function brief(event: ChangeEvent): string {
  if (typeof event === 'string') return event;
  const { type, application } = event;
  return `${type} ${application.name} ${application.resourceVersion}`;
}
