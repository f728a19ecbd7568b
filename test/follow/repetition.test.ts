import assert from 'node:assert/strict';
import { Alarm } from '../../src/follow/alarm.ts';
import { Feed } from '../../src/follow/feed.ts';
import { Lookout } from '../../src/follow/lookout.ts';
import { Repetition } from '../../src/follow/repetition.ts';
import { Subject } from '../../src/follow/subject.ts';
import { failed, FakeArgoCD, portsOn, settingsOf } from './fake-argo-cd.ts';
import { ManualClock } from './manual-clock.ts';

describe('the repetition of a change', () => {
  let clock: ManualClock;
  let argocd: FakeArgoCD;
  let lookout: Lookout;
  let repetition: Repetition;

  beforeEach(() => {
    clock = new ManualClock();
    argocd = new FakeArgoCD(clock);
    const ports = portsOn(argocd, clock);
    const settings = settingsOf();
    const feed = new Feed(argocd, clock, ports.random);
    const subject = new Subject(settings.goal, 'run-1', clock);
    lookout = new Lookout(settings, ports, subject, feed, new Alarm(clock));
    repetition = new Repetition(ports, lookout);
  });

  const look = async () => {
    lookout.lookIfDue();
    await clock.pass(0);
  };

  it('needs nothing for the first try', () => {
    assert.equal(repetition.mayAct(), true);
  });

  it('waits for its pause and for a look that was begun since it was wanted', async () => {
    repetition.failed(failed('busy'));
    await look();
    assert.equal(repetition.mayAct(), false, 'within its pause');
    await clock.pass(500);
    assert.equal(repetition.mayAct(), false, 'before a look');
    await look();
    assert.equal(repetition.mayAct(), true);
  });

  it('is not content with a look that failed', async () => {
    repetition.failed(failed('unavailable'));
    await clock.pass(500);
    repetition.mayAct();
    argocd.onGet = () => Promise.reject(failed('unavailable'));
    await look();
    assert.equal(repetition.mayAct(), false);
    argocd.onGet = () => Promise.resolve(argocd.application);
    await clock.pass(1_000);
    await look();
    assert.equal(repetition.mayAct(), true);
  });

  it('needs another look when the rules wanted something else in between', async () => {
    repetition.failed(failed('unclear'));
    await clock.pass(500);
    repetition.mayAct();
    await look();
    repetition.forget();
    assert.equal(repetition.mayAct(), false);
  });

  it('backs off, and as long as the server asks', async () => {
    const pauseOf = (error: unknown) => {
      repetition.failed(error);
      return (repetition.pauseEnd ?? clock.now()) - clock.now();
    };
    assert.equal(pauseOf(failed('busy')), 500);
    assert.equal(pauseOf(failed('busy')), 1_000);
    assert.equal(pauseOf(failed('unavailable', '', 30_000)), 30_000);
    repetition.succeeded();
    assert.equal(pauseOf(failed('busy')), 500);
    await clock.pass(500);
    assert.equal(repetition.pauseEnd, undefined);
  });
});
