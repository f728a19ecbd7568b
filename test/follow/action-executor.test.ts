import assert from 'node:assert/strict';
import { Wakeup } from '../../src/async/wakeup.ts';
import { ActionExecutor } from '../../src/follow/action-executor.ts';
import { ApplicationPoller } from '../../src/follow/application-poller.ts';
import { Feed } from '../../src/follow/feed.ts';
import { FollowState } from '../../src/follow/follow-state.ts';
import { StatusReporter } from '../../src/follow/status-reporter.ts';
import type { Goal } from '../../src/sync/model/goal.ts';
import type { Act } from '../../src/sync/model/verdict.ts';
import { UserError } from '../../src/user-error.ts';
import { application, operation, syncGoal, tracked } from '../sync/sample-application.ts';
import { failed, FakeArgoCD, portsOn, settingsOf } from './fake-argo-cd.ts';
import { ManualClock } from './manual-clock.ts';

const sync: Act = { kind: 'sync', name: tracked };
const adopt: Act = {
  kind: 'adopt',
  identity: { kind: 'adopted', fingerprint: 'x', startedAt: undefined, ours: false },
};
const ending = { outcome: 'canceled', message: 'The end', evidence: '', causes: [] } as const;

describe('The action executor', () => {
  let clock: ManualClock;
  let argocd: FakeArgoCD;
  let ports: ReturnType<typeof portsOn>;
  let followState: FollowState;
  let poller: ApplicationPoller;
  let executor: ActionExecutor;
  let wakeup: Wakeup;
  /** What was done, in order: what was stored, and what was requested of Argo CD. */
  let done: string[];
  /** What happens while a request is stored. */
  let keepFor: () => Promise<void>;
  /** What Azure DevOps knows about the run. */
  let run: { isProven: boolean; over?: string };

  const make = (goal: Goal = syncGoal()) => {
    clock = new ManualClock();
    argocd = new FakeArgoCD(clock);
    ports = portsOn(argocd, clock);
    done = [];
    run = { isProven: true };
    const authority = {
      get isProven() {
        return run.isProven;
      },
      renew: () => Promise.resolve(run.over),
    };
    const settings = settingsOf(goal, { onCancel: 'terminate' });
    const status = new StatusReporter(settings, ports);
    followState = new FollowState(goal, 'run-1', clock);
    followState.take(application());
    wakeup = new Wakeup(clock);
    const feed = new Feed(argocd, clock, ports.random);
    poller = new ApplicationPoller(settings, ports, followState, feed, wakeup);
    keepFor = () => Promise.resolve();
    const keep = () => {
      done.push('kept');
      return keepFor();
    };
    const parts = { followState, poller, checkpointer: { keep }, status, wakeup };
    executor = new ActionExecutor(settings, { ...ports, authority }, parts);
    argocd.onSync = () => {
      done.push('sync');
      return Promise.resolve(application({ operation: operation() }));
    };
  };
  beforeEach(() => make());

  const execute = (act: Act = sync) => {
    const { view } = followState;
    assert.ok(view);
    return executor.execute(act, 'syncing', view);
  };
  const said = () => ports.told.map((told) => (told.kind === 'status' ? told.message : told.kind));

  it('stores that a request will be sent, sends it, and processes the response', async () => {
    assert.equal(await execute(), undefined);
    assert.deepEqual(done, ['kept', 'sync']);
    assert.equal(followState.memory.request?.state, 'accepted');
    assert.ok(followState.application?.operation);
  });

  it('sends nothing if that cannot be stored', async () => {
    const { view } = followState;
    assert.ok(view);
    const status = new StatusReporter(settingsOf(), ports);
    const keep = () => Promise.reject(new TypeError('the disk is full'));
    const parts = { followState, poller, checkpointer: { keep }, status, wakeup };
    const other = new ActionExecutor(settingsOf(), ports, parts);
    await assert.rejects(other.execute(sync, 'syncing', view), /the disk is full/);
    assert.deepEqual(argocd.calls, []);
    assert.equal(followState.memory.request, undefined);
  });

  it('changes nothing until it is proven that the run is still wanted, and wakes up then', async () => {
    run.isProven = false;
    assert.deepEqual(await execute(), { until: undefined });
    assert.deepEqual(done, []);
    await clock.pass(2_000);
    assert.equal(wakeup.isPending, true);
    await execute();
    assert.match(said().join(), /waiting for Azure DevOps to confirm/);
    run.isProven = true;
    assert.equal(await execute(), undefined);
    assert.deepEqual(done, ['kept', 'sync']);
  });

  it('adopts without that proof, since adopting changes nothing', async () => {
    run.isProven = false;
    assert.equal(await execute(adopt), undefined);
    assert.equal(followState.memory.identity?.kind, 'adopted');
  });

  it('requires the proof again if it took time to read the resources', async () => {
    const anywhere = { group: undefined, namespace: undefined };
    const entry = { ...anywhere, text: 'ConfigMap:a', kind: 'ConfigMap', name: 'a' };
    make(syncGoal({ options: { resources: [entry] } }));
    argocd.onManifests = () => {
      run.isProven = false;
      return Promise.resolve([
        { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', namespace: 'shop' } },
      ]);
    };
    assert.deepEqual(await execute(), { until: undefined });
    assert.deepEqual(done, []);
    run.isProven = true;
    await execute();
    assert.deepEqual(done, ['kept', 'sync']);
    assert.equal(argocd.times('manifests').length, 1, 'they are read once');
  });

  it('requires the proof again if it took time to store the request, and sends nothing until then', async () => {
    for (const over of [undefined, 'the job has ended']) {
      make();
      keepFor = () => {
        run = { isProven: false, ...(over === undefined ? {} : { over }) };
        return Promise.resolve();
      };
      assert.deepEqual(await execute(), { until: undefined });
      assert.deepEqual(done, ['kept']);
      assert.equal(followState.memory.request, undefined);
      await clock.pass(0);
      assert.equal(executor.over, over);
      if (over !== undefined) continue;
      keepFor = () => Promise.resolve();
      run = { isProven: true };
      assert.equal(await execute(), undefined);
      assert.deepEqual(done, ['kept', 'kept', 'sync']);
    }
  });

  it('knows why Azure DevOps ended the run', async () => {
    Object.assign(run, { isProven: false, over: 'the job is completed' });
    await execute();
    await clock.pass(0);
    assert.equal(executor.over, 'the job is completed');
    assert.deepEqual(done, []);
  });

  it('waits after a failure for the backoff and a new read, and says why it retries', async () => {
    argocd.onSync = () => Promise.reject(failed('busy', 'another operation is in progress'));
    assert.equal(await execute(), undefined);
    assert.deepEqual(await execute(), { until: clock.now() + 500 });
    await clock.pass(2_000);
    assert.deepEqual(await execute(), { until: undefined }, 'before a look');
    poller.lookIfDue();
    await clock.pass(0);
    assert.equal(await execute(), undefined);
    assert.equal(argocd.times('sync').length, 2);
    assert.equal(
      said().at(-1),
      'syncing; the last attempt failed: another operation is in progress',
    );
  });

  it('stops following if a rule or an input denies the act', async () => {
    argocd.onSync = () => Promise.reject(new UserError('The rules do not allow it', 'Ask.'));
    await execute();
    assert.equal(executor.fatal?.message, 'The rules do not allow it');
    assert.equal(followState.memory.request, undefined, 'it was no answer to the request');
  });

  it('leaves responses about the application to the poller', async () => {
    argocd.onSync = () => Promise.reject(failed('unauthenticated', 'token revoked'));
    await execute();
    assert.equal(executor.fatal, undefined);
    assert.ok(poller.fatal);
  });

  it('terminates at the end what it started', async () => {
    await execute();
    argocd.application = followState.application ?? application();
    argocd.onTerminate = () => Promise.resolve();
    const { message } = await clock.finish(executor.endOwnOperation(ending));
    assert.equal(message, 'The end; the operation was terminated, as requested');
  });

  it('has nothing to terminate if it started nothing', async () => {
    assert.equal(await executor.endOwnOperation(ending), ending);
  });
});
