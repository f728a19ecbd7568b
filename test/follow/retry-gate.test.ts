import assert from 'node:assert/strict';
import { ArgoCDError } from '../../src/argocd/argocd-error.ts';
import { Wakeup } from '../../src/async/wakeup.ts';
import { Feed } from '../../src/follow/feed.ts';
import { ApplicationPoller } from '../../src/follow/application-poller.ts';
import { RetryGate } from '../../src/follow/retry-gate.ts';
import { FollowState } from '../../src/follow/follow-state.ts';
import { failed, FakeArgoCD, portsOn, settingsOf } from './fake-argo-cd.ts';
import { ManualClock } from './manual-clock.ts';

describe('The retry gate', () => {
  let clock: ManualClock;
  let argocd: FakeArgoCD;
  let poller: ApplicationPoller;
  let retryGate: RetryGate;

  beforeEach(() => {
    clock = new ManualClock();
    argocd = new FakeArgoCD(clock);
    const ports = portsOn(argocd, clock);
    const settings = settingsOf();
    const feed = new Feed(argocd, clock, ports.random);
    const followState = new FollowState(settings.goal, 'run-1', clock);
    poller = new ApplicationPoller(settings, ports, followState, feed, new Wakeup(clock));
    retryGate = new RetryGate(ports, poller);
  });

  const look = async () => {
    poller.lookIfDue();
    await clock.pass(0);
  };

  it('requires nothing for the first try', () => {
    assert.equal(retryGate.mayAct(), true);
  });

  it('waits for its backoff and for a read that started after the retry was wanted', async () => {
    retryGate.failed(failed('busy'));
    await look();
    assert.equal(retryGate.mayAct(), false, 'within its pause');
    await clock.pass(500);
    assert.equal(retryGate.mayAct(), false, 'before a look');
    await look();
    assert.equal(retryGate.mayAct(), true);
  });

  it('does not accept a failed read', async () => {
    retryGate.failed(failed('unavailable'));
    await clock.pass(500);
    retryGate.mayAct();
    argocd.onGet = () => Promise.reject(failed('unavailable'));
    await look();
    assert.equal(retryGate.mayAct(), false);
    argocd.onGet = () => Promise.resolve(argocd.application);
    await clock.pass(1_000);
    await look();
    assert.equal(retryGate.mayAct(), true);
  });

  it('requires another read if the rules wanted something else in between', async () => {
    retryGate.failed(failed('unclear'));
    await clock.pass(500);
    retryGate.mayAct();
    await look();
    retryGate.forget();
    assert.equal(retryGate.mayAct(), false);
  });

  it('backs off, and waits as long as the server asks', async () => {
    const pauseOf = (error: unknown) => {
      retryGate.failed(error);
      return (retryGate.pauseEnd ?? clock.now()) - clock.now();
    };
    assert.equal(pauseOf(failed('busy')), 500);
    assert.equal(pauseOf(failed('busy')), 1_000);
    assert.equal(pauseOf(failed('unavailable', '', 30_000)), 30_000);
    retryGate.succeeded();
    assert.equal(pauseOf(failed('busy')), 500);
    await clock.pass(500);
    assert.equal(retryGate.pauseEnd, undefined);
  });

  it('gives up on a change that something else blocks, with what to do about it', async () => {
    const error = new ArgoCDError('DELETE /x', '403 Forbidden', {
      failure: 'not-argocd',
      advice: 'Check the proxy.',
    });
    assert.equal(retryGate.broke(error), undefined);
    await clock.pass(119_999);
    assert.equal(retryGate.broke(error), undefined);
    await clock.pass(1);
    assert.equal(retryGate.broke(error)?.advice, 'Check the proxy.');
  });
});
