import assert from 'node:assert/strict';
import type { FollowSettings } from '../../src/follow/settings.ts';
import type { AuthorityMonitor } from '../../src/follow/authority-monitor.ts';
import { FollowState } from '../../src/follow/follow-state.ts';
import { endOwnOperation } from '../../src/follow/termination.ts';
import type { Outcome } from '../../src/sync/model/outcome.ts';
import {
  application,
  ended,
  foreign,
  operation,
  request,
  second,
  state,
} from '../sync/sample-application.ts';
import { failed, FakeArgoCD, hang, portsOn, settingsOf } from './fake-argo-cd.ts';
import { ManualClock } from './manual-clock.ts';

describe('A run that ends before its operation', () => {
  let clock: ManualClock;
  let argocd: FakeArgoCD;
  let followState: FollowState;

  const asked = operation();
  const running = application({ operation: asked, operationState: state({ operation: asked }) });

  beforeEach(() => {
    clock = new ManualClock();
    argocd = new FakeArgoCD(clock);
    argocd.application = running;
    followState = new FollowState(settingsOf().goal, 'run-1', clock);
    followState.take(running);
  });
  afterEach(() => assert.equal(clock.sleeping, 0, 'a timer is left behind'));

  const end = async (
    change: Partial<FollowSettings> = { onCancel: 'terminate' },
    outcome: Outcome = 'canceled',
    authorityMonitor?: Pick<AuthorityMonitor, 'isProven' | 'over'>,
  ) => {
    const ending = { outcome, message: 'The end', evidence: '', causes: [] };
    const settings = settingsOf(undefined, change);
    const ports = {
      ...portsOn(argocd, clock),
      ...(authorityMonitor === undefined ? {} : { authorityMonitor }),
    };
    return (await clock.finish(endOwnOperation(ending, settings, ports, followState))).message;
  };

  it('leaves the operation, and says so', async () => {
    assert.match(await end({}), /continues in Argo CD/);
    assert.deepEqual(argocd.calls, []);
  });

  it('says that a blocked one is blocked, never that it continues', async () => {
    for (const [change, sentence] of [
      [{ skipReconcile: true }, /is stalled: .* annotation skip-reconcile is removed$/],
      [{ operation: undefined }, /no controller is working on it, so it cannot be terminated$/],
      [{}, /continues in Argo CD$/],
    ] as const) {
      followState.take(application({ ...running, ...change, resourceVersion: '2' }));
      assert.match(await end({}), sentence);
    }
  });

  it('terminates it at a cancellation or at the deadline, each if told to', async () => {
    argocd.onTerminate = () => Promise.resolve();
    assert.match(await end(), /was terminated, as requested/);
    assert.match(await end({ onTimeout: 'terminate' }, 'timedOut'), /was terminated/);
    assert.match(await end({ onTimeout: 'terminate' }, 'canceled'), /continues/);
    assert.match(await end({ onCancel: 'terminate' }, 'timedOut'), /continues/);
  });

  it('says that an operation without a controller cannot be terminated, whatever was chosen', async () => {
    argocd.application = application({ operationState: state({ operation: asked }) });
    followState.take(argocd.application);
    assert.match(await end({}), /no controller is working on it, so it cannot be terminated$/);
    argocd.onTerminate = () => Promise.reject(failed('no-operation'));
    assert.match(await end(), /no controller is working on it, so it cannot be terminated$/);
  });

  it('never mistakes an older operation of the same content for the end of a rollback', async () => {
    const same = operation({ info: [], strategy: 'apply' });
    const identity = {
      ...({ kind: 'adopted', startedAt: undefined, ours: true } as const),
      fingerprint: same.fingerprint,
    };
    const older = ended('Succeeded', { operation: same, startedAt: second(3) });
    const past = { latest: second(5), operation: undefined };
    followState.update({ identity, request: request({ operation: same, past }) });
    argocd.application = application({ operationState: older });
    assert.match(await end(), /no operation of this run is in progress$/);
  });

  describe('that must still be wanted', () => {
    const ends: Partial<FollowSettings> = { onTimeout: 'terminate', grace: 4_000 };
    const terminated = () => argocd.times('terminate').length;
    beforeEach(() => {
      argocd.onTerminate = () => Promise.resolve();
    });

    it('terminates it at the deadline once that is proven', async () => {
      let asked = 0;
      const authorityMonitor = { isProven: () => (asked += 1) > 3, over: undefined };
      assert.match(await end(ends, 'timedOut', authorityMonitor), /was terminated, as requested/);
      assert.deepEqual([asked, terminated()], [4, 1]);
    });

    it('leaves it if the run has ended, and says so', async () => {
      const authorityMonitor = { isProven: () => false, over: 'the task has ended' };
      const message = await end(ends, 'timedOut', authorityMonitor);
      assert.match(message, /continues in Argo CD: the run has ended .*the task has ended/);
      assert.equal(terminated(), 0);
    });

    it('terminates it in that case if onCancel says so', async () => {
      const authorityMonitor = { isProven: () => false, over: 'the task has ended' };
      const message = await end({ ...ends, onCancel: 'terminate' }, 'timedOut', authorityMonitor);
      assert.match(message, /was terminated/);
    });

    it('leaves it if the proof is unavailable, and says so', async () => {
      const authorityMonitor = { isProven: () => false, over: undefined };
      assert.match(
        await end(ends, 'timedOut', authorityMonitor),
        /did not confirm that the run is still/,
      );
      assert.equal(terminated(), 0);
    });

    it('needs no proof if the run was canceled, which is the reason', async () => {
      const authorityMonitor = { isProven: () => assert.fail(), over: undefined };
      assert.match(
        await end({ onCancel: 'terminate' }, 'canceled', authorityMonitor),
        /was terminated/,
      );
    });
  });

  it('does nothing after any other end', async () => {
    assert.equal(await end({ onCancel: 'terminate', onTimeout: 'terminate' }, 'failed'), 'The end');
  });

  it("never touches another's operation", async () => {
    followState.take(application({ operation: foreign(), operationState: undefined }));
    assert.equal(await end(), 'The end');
    assert.deepEqual(argocd.calls, []);
  });

  it('does not claim to know the effect of an unanswered request', async () => {
    followState = new FollowState(settingsOf().goal, 'run-1', clock);
    followState.take(application());
    followState.update({ request: request({ state: 'unclear', operation: undefined }) });
    assert.match(await end({}), /may continue in Argo CD/);
  });

  it('never terminates an operation that it joined', async () => {
    const { fingerprint } = asked;
    const identity = { kind: 'adopted', fingerprint, startedAt: undefined, ours: false } as const;
    followState.update({ identity });
    assert.equal(await end(), 'The end');
    assert.deepEqual(argocd.calls, []);
  });

  it('looks for an operation whose request was in transit', async () => {
    followState = new FollowState(settingsOf().goal, 'run-1', clock);
    followState.take(application());
    followState.update({ request: request({ state: 'unclear', operation: undefined }) });
    argocd.onTerminate = () => Promise.resolve();
    assert.match(await end(), /was terminated/);
  });

  it('waits briefly for an interrupted request to arrive', async () => {
    followState = new FollowState(settingsOf().goal, 'run-1', clock);
    followState.take(application());
    followState.update({ request: request({ state: 'unclear', operation: undefined }) });
    const arrivesAt = clock.now() + 1_500;
    argocd.onGet = () => Promise.resolve(clock.now() < arrivesAt ? application() : running);
    argocd.onTerminate = () => Promise.resolve();
    assert.match(await end(), /was terminated/);
    argocd.onGet = () => Promise.resolve(application());
    const before = clock.now();
    assert.match(await end(), /no operation of this run is in progress/);
    assert.equal(clock.now() - before, 2_000);
  });

  it('says if it has ended in the meantime', async () => {
    argocd.application = application({ operationState: ended('Succeeded', { operation: asked }) });
    assert.match(await end(), /the operation has ended/);
    argocd.application = application();
    assert.match(await end(), /no operation of this run is in progress/);
    assert.deepEqual(argocd.times('terminate'), []);
  });

  const mending = [
    ['the controller has not started it yet', 'no-operation'],
    ['Argo CD is down', 'unavailable'],
    ['no response arrived', 'unclear'],
  ] as const;
  for (const [what, failure] of mending) {
    it(`tries again if ${what}`, async () => {
      argocd.onTerminate = () =>
        argocd.times('terminate').length < 4 ? Promise.reject(failed(failure)) : Promise.resolve();
      assert.match(await end(), /was terminated/);
    });
  }

  it('gives up within four seconds if Argo CD stays down, and says why', async () => {
    argocd.onGet = () => Promise.reject(failed('unavailable', 'HTTP 502'));
    const before = clock.now();
    assert.match(await end(), /could not be terminated in time, .* \(HTTP 502\)/);
    assert.ok(clock.now() - before <= 4_000);
  });

  it('gives up within four seconds if Argo CD hangs', async () => {
    argocd.onGet = ({ signal }) => hang(signal);
    const before = clock.now();
    assert.match(await end(), /could not be terminated in time/);
    assert.ok(clock.now() - before <= 4_000);
  });

  it('says immediately that the token lacks the right', async () => {
    argocd.onTerminate = () => Promise.reject(failed('forbidden', 'permission denied'));
    const before = clock.now();
    assert.match(await end(), /could not be terminated: permission denied/);
    assert.equal(clock.now(), before);
  });
});
