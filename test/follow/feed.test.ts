import assert from 'node:assert/strict';
import type { WatchEvent } from '../../src/argocd/port.ts';
import { Feed } from '../../src/follow/feed.ts';
import type { ChangeEvent } from '../../src/follow/change-source.ts';
import { application } from '../sync/sample-application.ts';
import { failed, FakeArgoCD } from './fake-argo-cd.ts';
import { ManualClock } from './manual-clock.ts';

describe('The feed', () => {
  let clock: ManualClock;
  let argocd: FakeArgoCD;
  let feed: Feed;
  let cancelling: AbortController;
  let running: Promise<void>;

  beforeEach(() => {
    clock = new ManualClock();
    argocd = new FakeArgoCD(clock);
    feed = new Feed(argocd, clock, () => 1);
    cancelling = new AbortController();
  });
  afterEach(async () => {
    cancelling.abort();
    await clock.finish(running);
    assert.equal(clock.sleeping, 0, 'a timer is left behind');
    assert.equal(argocd.openStreams, 0, 'a stream is left open');
  });

  const run = () => {
    running = feed.run({ project: '' }, cancelling.signal);
    return clock.pass(0);
  };
  const event = (name = 'shop'): WatchEvent => ({
    type: 'MODIFIED',
    application: application({ name }),
  });

  it('passes changes of its applications to each listener until it stops listening', async () => {
    await run();
    const heard: string[] = [];
    const stop = feed.listen('shop', (told) =>
      heard.push(typeof told === 'string' ? told : told.application.name),
    );
    argocd.send(event());
    argocd.send(event('other'));
    await clock.pass(0);
    stop();
    argocd.send(event());
    await clock.pass(0);
    assert.deepEqual(heard, ['shop']);
  });

  it('is alive from the first message or heartbeat, and not before', async () => {
    await run();
    await clock.pass(5_000);
    assert.equal(feed.aliveSince, undefined);
    argocd.send(undefined);
    await clock.pass(0);
    const since = clock.now();
    await clock.pass(15_000);
    argocd.send(event());
    await clock.pass(15_000);
    assert.equal(feed.aliveSince, since);
  });

  it('reopens the stream after a silence longer than the heartbeat interval allows', async () => {
    await run();
    argocd.send(undefined);
    await clock.pass(34_000);
    assert.notEqual(feed.aliveSince, undefined);
    assert.equal(argocd.times('watch').length, 1);
    await clock.pass(2_000);
    assert.equal(feed.aliveSince, undefined);
    assert.equal(argocd.times('watch').length, 2);
    assert.equal(argocd.openStreams, 1);
  });

  it('reopens the stream if nothing was ever received on it', async () => {
    await run();
    await clock.pass(36_500);
    assert.equal(argocd.times('watch').length, 2);
  });

  it('tells every listener when it breaks, since changes may now be missed', async () => {
    await run();
    argocd.send(undefined);
    await clock.pass(0);
    const heard: ChangeEvent[] = [];
    feed.listen('shop', (told) => heard.push(told));
    argocd.breakStreams();
    await clock.pass(0);
    assert.deepEqual(heard, ['broken']);
    assert.equal(feed.aliveSince, undefined);
  });

  it('reconnects within a second after a break, and with growing pauses while the server is down', async () => {
    await run();
    argocd.send(undefined);
    await clock.pass(0);
    argocd.onWatch = () => failed('unavailable');
    argocd.breakStreams();
    await clock.pass(120_000);
    const times = argocd.times('watch');
    const pauses = times.slice(1).map((time, index) => time - (times[index] ?? 0));
    assert.deepEqual(pauses, [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
  });
});
