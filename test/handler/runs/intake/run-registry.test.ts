import assert from 'node:assert/strict';
import { keyOf, type Run } from '../../../../src/handler/run.ts';
import { Secret } from '../../../../src/secret.ts';
import { syncGoal, waitGoal } from '../../../follow/following.ts';
import { configMap, files, job as kubernetesJob } from '../../../manifests.ts';
import type { FaultKind } from '../../../../simulators/azure-devops/faults.ts';
import type { Job } from '../../../../simulators/azure-devops/job.ts';
import { Workshop } from '../workshop.ts';

describe('Runs', () => {
  let shop: Workshop;

  beforeEach(async () => {
    shop = await Workshop.open();
    const migrate = kubernetesJob('migrate', { hook: 'PreSync', seconds: 5 });
    shop.argocd.commit('shop', files(migrate, configMap('a')));
    shop.argocd.createApplication('shop');
  });
  afterEach(async () => {
    const { faults } = shop.azure;
    await shop.close();
    assert.deepEqual(faults, []);
  });

  type Changes = [Parameters<Workshop['spec']>[1]?, Parameters<Workshop['spec']>[2]?];
  const send = (job: Job, token = job.token, ...changes: Changes) =>
    shop.runs.accept(shop.spec(job, ...changes), new Secret(token));
  const begin = async (...changes: Changes) => {
    const job = shop.azure.addJob();
    return { job, ...(await send(job, job.token, ...changes)) };
  };
  const completions = (job: Job) => shop.azure.completions(job).map(({ result }) => result);
  const logOf = (job: Job) => job.plan.logs.flatMap(({ lines }) => lines).join('\n');
  /** Lines without the time, and without what only a restart adds. */
  const storyOf = (job: Job) =>
    logOf(job)
      .split('\n')
      .map((line) => line.replace(/^\S+ /, '').replace(/(<1|\d+) (ms|s|min).*$/, ''))
      .filter((line) => !/restarted|^##\[(group|endgroup)|Argo CD has not begun/.test(line));
  const cancel = (job: Job, token = job.token) =>
    shop.runs.cancel(shop.addressOf(job), new Secret(token), 'azure');
  const until = (test: () => boolean | Promise<boolean>) => shop.time.until(test);
  const running = () =>
    until(() => shop.argocd.application('shop')?.status.operationState?.phase === 'Running');
  const requests = (job: Job) =>
    shop.azure.requests.filter(({ path }) => path.toLowerCase().includes(job.planId));

  it('say what they follow at the start, like in their last line', async () => {
    const { runId } = await begin();
    const said = new Set<string>();
    await until(async () => {
      const run = await shop.store.run(runId);
      if (run?.state === 'following') said.add(run.message);
      return run?.state === 'ended';
    });
    assert.ok(said.has('PreSync wave 0: Job/migrate Running'), [...said].join('\n'));
  });

  it('count as open as soon as they are requested', async () => {
    const jobs = [1, 2, 3].map(() => shop.azure.addJob());
    const pending = () => shop.runs.pendingOf('fabrikam');
    const most: number[] = [];
    const accepted = jobs.flatMap((job) => [send(job), send(job)]);
    assert.equal(pending(), 3);
    for (const one of accepted) most.push(await one.then(pending));
    assert.ok(
      most.every((count) => count <= 3),
      String(most),
    );
    for (const { runId } of await Promise.all(accepted)) await shop.ended(runId);
    await until(() => pending() === 0);
  });

  it('are the same for all URLs of their organization', () => {
    const { address } = shop.spec(shop.azure.addJob());
    const at = (collection: string) => keyOf({ ...address, collection });
    assert.equal(at('https://Fabrikam.visualstudio.com'), at('https://dev.azure.com/fabrikam'));
  });

  it('sync once, report everything, complete once, and forget the token', async () => {
    const { job, runId } = await begin();
    const run = await shop.ended(runId);
    assert.equal(run.outcome, 'succeeded', run.message);
    assert.equal(shop.syncs, 1);
    assert.deepEqual(completions(job), ['succeeded']);
    const log = logOf(job);
    assert.match(log, /Sync shop to the revision it tracks on http/);
    assert.match(log, /Job\/migrate +Succeeded/);
    assert.match(log, /shop succeeded/i);
    const own = job.plan.record(job.taskInstanceId);
    assert.equal(own?.percentComplete, 100);
    assert.equal(own.variables?.['outcome']?.value, 'succeeded');
    assert.deepEqual(
      job.plan.attachments.map(({ type }) => type),
      ['DistributedTask.Core.Summary', 'argocd.result'],
    );
    const phases = job.plan.records.filter(({ type }) => type?.startsWith('ArgoCD.'));
    assert.deepEqual(
      phases.map(({ name, state, parentId }) => [
        name,
        state,
        job.plan.record(parentId ?? '')?.name,
      ]),
      [
        ['shop', 'completed', 'InvokeRESTAPI'],
        ['PreSync', 'completed', 'shop'],
        ['Job/migrate', 'completed', 'PreSync'],
        ['Sync', 'completed', 'shop'],
      ],
    );
    assert.equal(await shop.store.token(runId), undefined);
  });

  it('fail with the cause in the log, as an issue and in the summary', async () => {
    shop.argocd.commit(
      'shop',
      files(kubernetesJob('check', { hook: 'PostSync', exit: 1, log: 'boom' })),
    );
    const { job, runId } = await begin();
    assert.equal((await shop.ended(runId)).outcome, 'failed');
    assert.deepEqual(completions(job), ['failed']);
    const own = job.plan.record(job.taskInstanceId);
    assert.match(own?.issues?.[0]?.message ?? '', /Job\/check/);
    assert.equal(own?.errorCount, 1);
    assert.match(logOf(job), /##\[error\].*Job\/check/);
    assert.match(logOf(job), /boom/);
  });

  describe('that are sent again', () => {
    it('are the same run while it is open', async () => {
      const { job, runId } = await begin();
      const again = await send(job);
      assert.deepEqual(again, { runId, state: again.state, isKnown: true });
      await running();
      assert.equal((await send(job)).runId, runId);
      await shop.ended(runId);
      assert.equal(shop.syncs, 1);
      assert.deepEqual(completions(job), ['succeeded']);
    });

    it('are one run if they arrive at the same time', async () => {
      const job = shop.azure.addJob();
      const all = await Promise.all([send(job), send(job), send(job)]);
      assert.equal(new Set(all.map(({ runId }) => runId)).size, 1);
      await shop.ended(all[0].runId);
      assert.equal(shop.syncs, 1);
    });

    it('are a new attempt after a failure, with another completion', async () => {
      shop.argocd.commit('shop', files(kubernetesJob('check', { hook: 'PreSync', exit: 1 })));
      const { job, runId } = await begin();
      await shop.ended(runId);
      shop.argocd.commit('shop', files(configMap('a')));
      job.plan.restart(job.taskInstanceId);
      const second = await send(job);
      assert.notEqual(second.runId, runId);
      const run = await shop.ended(second.runId);
      assert.deepEqual([run.outcome, run.attempt], ['succeeded', 2]);
      assert.equal(shop.syncs, 2);
      assert.deepEqual(completions(job), ['failed', 'succeeded']);
    });

    it('repeat the completion of a success, and sync nothing', async () => {
      const { job, runId } = await begin();
      await shop.ended(runId);
      job.plan.restart(job.taskInstanceId);
      const run = await shop.ended((await send(job)).runId);
      assert.deepEqual([run.outcome, run.attempt], ['succeeded', 2]);
      assert.equal(shop.syncs, 1);
      assert.deepEqual(completions(job), ['succeeded', 'succeeded']);
      assert.match(logOf(job), /An earlier attempt of this task has already done this/);
    });

    it('do not take over an open run with another token, proven or not', async () => {
      const { job, runId } = await begin();
      await running();
      const forged = await send(job, 'forged');
      assert.notEqual(forged.runId, runId);
      assert.equal((await shop.ended(forged.runId)).outcome, 'refused');
      assert.equal((await shop.ended(runId)).outcome, 'succeeded');
      assert.equal(shop.syncs, 1);
      assert.deepEqual(completions(job), ['succeeded']);
    });

    it('are executed even if a forged request with the same ids came first', async () => {
      const job = shop.azure.addJob();
      const forged = await send(job, 'forged');
      const { runId } = await send(job);
      assert.equal((await shop.ended(runId)).outcome, 'succeeded');
      assert.equal((await shop.ended(forged.runId)).outcome, 'refused');
      assert.deepEqual(completions(job), ['succeeded']);
    });
  });

  describe('that are not proven', () => {
    const refused = async (run: Run, job: Job, reason: RegExp) => {
      assert.equal(run.outcome, 'refused');
      assert.match(run.message, reason);
      assert.equal(shop.syncs, 0);
      assert.deepEqual(completions(job), []);
      assert.deepEqual(job.plan.logs, []);
      assert.equal(await shop.store.token(run.id), undefined);
    };

    it('are refused if the plan is unknown', async () => {
      const job = shop.azure.addJob();
      const spec = shop.spec(job, {
        address: { ...shop.addressOf(job), planId: crypto.randomUUID() },
      });
      const { runId } = await shop.runs.accept(spec, new Secret(job.token));
      await refused(await shop.ended(runId), job, /does not know this plan/);
    });

    it('are refused if the task belongs to another job or plan', async () => {
      const [job, other] = [shop.azure.addJob(), shop.azure.addJob()];
      for (const change of [{ jobId: other.jobId }, { taskInstanceId: other.taskInstanceId }]) {
        const spec = shop.spec(job, { address: { ...shop.addressOf(job), ...change } });
        const { runId } = await shop.runs.accept(spec, new Secret(job.token));
        await refused(await shop.ended(runId), job, /does not have this (job|task)/);
      }
    });

    it('are refused if their project has another name', async () => {
      const { job, runId } = await begin({ azureProject: 'bank' });
      await refused(await shop.ended(runId), job, /does not belong to project "bank"/);
    });

    it('are refused if their task has ended', async () => {
      const job = shop.azure.addJob();
      job.plan.update([{ id: job.taskInstanceId, state: 'completed' }]);
      const { runId } = await send(job);
      await refused(await shop.ended(runId), job, /the task has ended/);
    });

    for (const as of ['401', '302', '203'] as const) {
      it(`are refused if the token leads to a sign-in page by ${as}`, async () => {
        const job = shop.azure.addJob();
        shop.azure.behavior.badToken = as;
        const { runId } = await send(job, 'expired');
        await refused(await shop.ended(runId), job, /does not accept the run's token/);
      });
    }
  });

  describe('that are canceled', () => {
    beforeEach(() => {
      const slow = kubernetesJob('slow', { hook: 'PreSync', seconds: 60 });
      shop.argocd.commit('shop', files(slow, configMap('a')));
    });

    it('end as canceled, and leave the operation', async () => {
      const { job, runId } = await begin();
      await running();
      await cancel(job);
      const run = await shop.ended(runId);
      assert.equal(run.outcome, 'canceled');
      assert.match(run.message, /the operation continues in Argo CD/);
      assert.deepEqual(completions(job), ['canceled']);
    });

    it('terminate the operation, if told to', async () => {
      const { runId, job } = await begin({}, { onCancel: 'terminate' });
      await running();
      await cancel(job);
      assert.match((await shop.ended(runId)).message, /was terminated, as requested/);
    });

    it('before they were executed, start nothing', async () => {
      const back = shop.azure.inject({
        operation: 'getPlan',
        fault: { kind: 'answer', status: 503 },
        times: Infinity,
      });
      const { job, runId } = await begin();
      await cancel(job);
      await cancel(job);
      back();
      assert.equal((await shop.ended(runId)).outcome, 'canceled');
      assert.equal(shop.syncs, 0);
      assert.deepEqual(completions(job), ['canceled']);
    });

    it('before they arrived, start nothing', async () => {
      const job = shop.azure.addJob();
      await cancel(job);
      const { runId } = await send(job);
      assert.equal((await shop.ended(runId)).outcome, 'canceled');
      assert.equal(shop.syncs, 0);
      assert.deepEqual(completions(job), ['canceled']);
    });

    it('after they ended, remain unchanged', async () => {
      const { job, runId } = await begin();
      await shop.ended(runId);
      await cancel(job);
      assert.equal((await shop.ended(runId)).outcome, 'succeeded');
      assert.deepEqual(completions(job), ['succeeded']);
    });

    it('by somebody else, continue', async () => {
      const { job, runId } = await begin();
      await running();
      await cancel(job, 'forged');
      assert.equal((await shop.ended(runId)).outcome, 'succeeded');
    });

    it('are completed as failed if canceled is refused', async () => {
      shop.azure.behavior.refusesCanceled = true;
      const { job, runId } = await begin();
      await running();
      await cancel(job);
      assert.equal((await shop.ended(runId)).outcome, 'canceled');
      const accepted = shop.azure.completions(job).filter((one) => one.accepted);
      assert.deepEqual(
        accepted.map(({ result }) => result),
        ['failed'],
      );
    });
  });

  describe('while Azure DevOps misbehaves', () => {
    const faults: readonly (readonly [string, FaultKind])[] = [
      ['is throttled', { kind: 'throttle', retryAfter: 3 }],
      ['fails', { kind: 'answer', status: 500 }],
      ['takes effect, but fails', { kind: 'answer', status: 500, afterActing: true }],
      ['is cut off before it takes effect', { kind: 'cutBefore' }],
      ['is cut off after it took effect', { kind: 'cutAfter' }],
      ['returns a sign-in page', { kind: 'signIn', as: '203' }],
    ];
    const operations = [
      'getPlan',
      'listRecords',
      'updateRecords',
      'createLog',
      'appendLog',
      'putAttachment',
      'postEvent',
    ] as const;
    for (const operation of operations) {
      for (const [what, fault] of faults) {
        it(`lose and duplicate nothing if ${operation} ${what}`, async () => {
          shop.azure.inject({ operation, fault, times: 2 });
          const { job, runId } = await begin();
          assert.equal((await shop.ended(runId)).outcome, 'succeeded');
          assert.equal(shop.syncs, 1);
          const accepted = shop.azure.completions(job).filter((one) => one.accepted);
          assert.equal(accepted.length, 1);
          const story = storyOf(job);
          assert.deepEqual([...new Set(story)], story);
          assert.ok(story.some((line) => /shop succeeded/.test(line)));
        });
      }
    }

    it('stop permanently if the plan is gone', async () => {
      const { job, runId } = await begin();
      await running();
      shop.azure.inject({ fault: { kind: 'planNotFound' }, planId: job.planId, times: Infinity });
      const run = await shop.ended(runId);
      assert.equal(run.outcome, 'unreported');
      assert.match(run.message, /has ended the plan/);
      assert.equal(await shop.store.token(runId), undefined);
      const asked = requests(job).length;
      await until(() => shop.argocd.application('shop')?.operation === undefined);
      assert.equal(requests(job).length, asked);
    });

    it('give up with a clear record if the token expires first', async () => {
      shop.tokenLifetime = 120_000;
      const { runId } = await begin();
      await running();
      shop.azure.inject({ fault: { kind: 'answer', status: 503 }, times: Infinity });
      const run = await shop.ended(runId);
      assert.equal(run.outcome, 'unreported');
      assert.match(run.message, /shop succeeded.* before the run's token expired/);
    });

    it('continue without child records if those are refused', async () => {
      shop.azure.behavior.refusesChildRecords = true;
      const { job, runId } = await begin();
      assert.equal((await shop.ended(runId)).outcome, 'succeeded');
      assert.equal(job.plan.record(job.taskInstanceId)?.percentComplete, 100);
    });
  });

  describe('that another process resumes', () => {
    it('continue where they were, and end as if nothing had happened', async () => {
      const whole = await begin();
      await shop.ended(whole.runId);
      shop.argocd.commit(
        'shop',
        files(
          kubernetesJob('migrate', { hook: 'PreSync', seconds: 5 }),
          configMap('a'),
          configMap('b'),
        ),
      );
      const { job, runId } = await begin();
      await running();
      await shop.kill();
      await shop.start();
      assert.equal((await shop.ended(runId)).outcome, 'succeeded');
      assert.equal(shop.syncs, 2);
      assert.deepEqual(completions(job), ['succeeded']);
      const story = storyOf(job);
      assert.deepEqual([...new Set(story)], story);
      assert.match(logOf(job), /The handler was restarted, and resumes where it left off/);
    });

    it('report what still waited for the plan, once and in order', async () => {
      const manifests = { path: /\/manifests/, times: Infinity };
      shop.argocd.faults.add({ ...manifests, fault: { kind: 'delay', milliseconds: 3_000 } });
      const { job, runId } = await begin();
      await until(async () => {
        const [kept] = await shop.store.checkpoints(runId);
        return (kept?.checkpoint?.held?.changes.length ?? 0) > 0;
      });
      await shop.kill();
      await shop.start();
      assert.equal((await shop.ended(runId)).outcome, 'succeeded');
      const lines = logOf(job)
        .split('\n')
        .map((line) => line.replace(/^\S+ /, ''));
      assert.deepEqual(
        lines.flatMap((line) => /^##\[group\](.*)/.exec(line)?.[1] ?? []),
        ['PreSync', 'Sync'],
      );
      const steps = lines.filter((line) => /^(PreSync|Sync) .*(Job|ConfigMap)\//.test(line));
      assert.ok(steps.length > 0);
      assert.deepEqual(
        steps.filter((line) => !/^\w+ wave -?\d+ /.test(line)),
        [],
      );
      const told = steps.map((line) => line.replace(/ +(<1|\d+) s\b.*/, ''));
      assert.deepEqual([...new Set(told)], told);
      const story = storyOf(job);
      assert.deepEqual([...new Set(story)], story);
    });

    it('report an end that was not yet reported', async () => {
      const back = shop.azure.inject({
        operation: 'postEvent',
        event: 'TaskCompleted',
        fault: { kind: 'cutAfter' },
        times: Infinity,
      });
      const { job, runId } = await begin();
      await until(() => completions(job).length > 0);
      await shop.kill();
      back();
      await shop.start();
      assert.equal((await shop.ended(runId)).outcome, 'succeeded');
      assert.deepEqual(completions(job), ['succeeded']);
    });

    it('are executed if they were accepted but not yet started', async () => {
      const back = shop.azure.inject({
        operation: 'getPlan',
        fault: { kind: 'answer', status: 503 },
        times: Infinity,
      });
      const { job, runId } = await begin();
      await shop.kill();
      back();
      await shop.start();
      assert.equal((await shop.ended(runId)).outcome, 'succeeded');
      assert.deepEqual(completions(job), ['succeeded']);
    });

    it('remain canceled', async () => {
      const slow = kubernetesJob('slow', { hook: 'PreSync', seconds: 60 });
      shop.argocd.commit('shop', files(slow, configMap('a')));
      const { job, runId } = await begin({}, { onCancel: 'terminate' });
      await running();
      shop.argocd.faults.add({ method: 'DELETE', path: /operation/, fault: { kind: 'hang' } });
      void cancel(job);
      await until(() => shop.argocd.requests.some(({ method }) => method === 'DELETE'));
      await shop.kill();
      await shop.start();
      const run = await shop.ended(runId);
      assert.equal(run.outcome, 'canceled');
      assert.match(run.message, /was terminated|operation (has )?ended/);
    });
  });

  describe('that only wait', () => {
    const stuck = () => {
      const waiting = kubernetesJob('slow', { hook: 'PreSync', seconds: 90 });
      shop.argocd.commit('shop', files(waiting, configMap('a')));
    };

    it('are parked in the store, and continue at a change as if they had not been', async () => {
      stuck();
      const { job, runId } = await begin();
      await until(() => shop.runs.figures.parked === 1);
      await until(() => shop.runs.figures.active === 0);
      assert.equal((await shop.store.run(runId))?.state, 'following');
      assert.equal((await shop.ended(runId)).outcome, 'succeeded');
      assert.equal(shop.syncs, 1);
      assert.deepEqual(completions(job), ['succeeded']);
      const lines = logOf(job)
        .split('\n')
        .map((line) => line.replace(/^\S+ /, ''));
      assert.deepEqual(
        lines.filter((line) => line.startsWith('##[group]')),
        ['##[group]PreSync', '##[group]Sync'],
      );
      assert.deepEqual([...new Set(storyOf(job))], storyOf(job));
      assert.ok(!lines.some((line) => /restarted/.test(line)));
      assert.deepEqual(shop.runs.figures, { active: 0, parked: 0 });
      assert.equal(shop.runs.pendingOf('fabrikam'), 0);
    });

    it('can be canceled while they are parked', async () => {
      stuck();
      const { job, runId } = await begin({}, { onCancel: 'terminate' });
      await until(() => shop.runs.figures.parked === 1);
      await cancel(job);
      assert.match((await shop.ended(runId)).message, /was terminated, as requested/);
      assert.deepEqual(completions(job), ['canceled']);
    });

    it('reach their deadline while they are parked', async () => {
      shop.argocd.commit('shop', files(kubernetesJob('stuck', { hook: 'PreSync', forever: true })));
      const { runId } = await begin({}, { timeout: 90_000 });
      await until(() => shop.runs.figures.parked === 1);
      assert.equal((await shop.ended(runId)).outcome, 'timedOut');
    });

    it('continue in another process', async () => {
      stuck();
      const { runId } = await begin();
      await until(() => shop.runs.figures.parked === 1);
      await shop.kill();
      await shop.start();
      assert.equal((await shop.ended(runId)).outcome, 'succeeded');
      assert.equal(shop.syncs, 1);
    });
  });

  describe('of checks', () => {
    const checking = { kind: 'check' } as const;

    it('wait until the applications are ready, and start nothing', async () => {
      const { job, runId } = await begin(checking, { goal: waitGoal() });
      shop.argocd.syncAs('alice', 'shop');
      assert.equal((await shop.ended(runId)).outcome, 'succeeded');
      assert.equal(shop.syncs, 0);
      assert.deepEqual(completions(job), ['succeeded']);
    });

    it('stop when their build is canceled, which they detect by themselves', async () => {
      const job = shop.azure.addJob();
      const goal = waitGoal({ target: { kind: 'revision', revision: 'f'.repeat(40) } });
      const { runId } = await send(
        job,
        job.token,
        { ...checking, buildId: job.build.id },
        { goal },
      );
      await until(async () => (await shop.store.run(runId))?.state === 'following');
      job.build.status = 'cancelling';
      assert.equal((await shop.ended(runId)).outcome, 'canceled');
    });
  });

  it('time out at their own deadline', async () => {
    shop.argocd.commit('shop', files(kubernetesJob('stuck', { hook: 'PreSync', forever: true })));
    const { job, runId } = await begin({}, { timeout: 20_000, onTimeout: 'terminate' });
    const run = await shop.ended(runId);
    assert.equal(run.outcome, 'timedOut');
    assert.match(run.message, /was terminated, as requested/);
    assert.deepEqual(completions(job), ['failed']);
  });

  it('fail with a clear message if their Argo CD is no longer configured', async () => {
    const { job, runId } = await begin({ argocd: 'gone' });
    const run = await shop.ended(runId);
    assert.match(run.message, /no longer has an Argo CD instance "gone"/);
    assert.deepEqual(completions(job), ['failed']);
  });

  it('keep what a selector found', async () => {
    const { runId } = await begin({}, { subject: { selector: 'app!=none' } });
    await running();
    await shop.kill();
    await shop.start();
    const run = await shop.ended(runId);
    assert.equal(run.outcome, 'succeeded', run.message);
    assert.deepEqual(
      run.names?.map(({ name }) => name),
      ['shop'],
    );
  });

  it('fail if a selector finds nothing', async () => {
    const { job, runId } = await begin({}, { subject: { selector: 'app=none' }, goal: syncGoal() });
    assert.match((await shop.ended(runId)).message, /matches selector/);
    assert.deepEqual(completions(job), ['failed']);
  });
});
