import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { InputValues } from '../../../../simulators/azure-devops/server-task.ts';
import type { ServerJob } from '../../../../simulators/azure-devops/server-job.ts';
import type { SyncRequest } from '../../../../simulators/argo-cd/sync-request.ts';
import { configMap, files, job as kubernetesJob } from '../../../manifests.ts';
import { application, ended as sampleEnded, operation } from '../../../sync/sample-application.ts';
import { linesOf } from '../../process/plan-lines.ts';
import { Workshop } from '../workshop.ts';

const task = join(import.meta.dirname, '../../../../tasks/ArgoCDSyncDirect/V1');
const day = 24 * 3_600_000;
const good = kubernetesJob('migrate', { hook: 'PreSync', seconds: 5 });
const bad = kubernetesJob('migrate', { hook: 'PreSync', seconds: 5, exit: 1 });

describe('Runs that are announced in their operation', () => {
  let shop: Workshop;

  beforeEach(async () => {
    shop = await Workshop.open();
    shop.argocd.commit('shop', files(good, configMap('a')));
    shop.argocd.createApplication('shop');
    shop.ownToken = shop.azure.addIdentity('handler', ['View builds']).token;
  });
  afterEach(async () => {
    assert.deepEqual(shop.azure.faults, []);
    await shop.close();
  });

  const run = (inputs: InputValues = {}, retries = 0): ServerJob =>
    shop.azure.runServerTask({
      task,
      inputs: { application: 'shop', project: 'default', ...inputs },
      connections: {
        argocdConnection: {
          url: `${shop.argocd.url}/`,
          scheme: 'Token',
          parameters: { apitoken: shop.argocd.token },
        },
      },
      retryCountOnTaskFailure: retries,
      timeoutInMinutes: 24 * 60,
    });
  /** Every change of the application is passed to the handler, like its watch does. */
  const watch = () =>
    shop.argocd.watch(({ type }) => {
      if (type !== 'DELETED') void shop.time.during(shop.look().catch(() => undefined));
    });
  const phase = () => shop.argocd.application('shop')?.status.operationState?.phase;
  const runs = () => shop.store.runs({ limit: 10 });
  const ended = () =>
    shop.time.until(async () => (await runs()).every(({ state }) => state === 'ended'));
  const completions = (job: ServerJob) =>
    shop.azure.completions(job.job).map(({ result }) => result);
  const logOf = ({ job }: ServerJob) => linesOf(job.plan).join('\n');
  const infoOf = (job: ServerJob): SyncRequest => {
    const [sent] = job.execution.sent;
    return JSON.parse(sent?.request.body ?? '{}') as SyncRequest;
  };

  it('are followed to their end, reported and completed, with our own identity only', async () => {
    watch();
    const job = run();
    assert.deepEqual(await job.done, { result: 'succeeded', attempts: 1, message: undefined });
    await ended();
    assert.deepEqual(completions(job), ['succeeded']);
    const [stored] = await runs();
    assert.equal(stored?.outcome, 'succeeded');
    assert.equal(shop.syncs, 1);
    const log = logOf(job);
    assert.match(log, /PreSync wave 0 +Job\/migrate +Succeeded/);
    const used = shop.azure.requests.map(({ headers }) => String(headers.authorization));
    assert.ok(used.every((text) => !text.includes(job.job.token)));
    assert.ok(!JSON.stringify(infoOf(job)).includes(job.job.token));
  });

  it('get the log of a failed hook', async () => {
    shop.argocd.commit('shop', files(bad, configMap('a')));
    watch();
    const job = run();
    assert.equal((await job.done).result, 'failed');
    assert.match(logOf(job), /PreSync hook Job\/migrate failed/);
    await ended();
  });

  it('are one run, however often their operation is seen, by whichever process', async () => {
    const job = run();
    await shop.time.until(() => phase() === 'Running');
    await Promise.all(Array.from({ length: 20 }, () => shop.look()));
    await shop.kill();
    await shop.start();
    await shop.look();
    await shop.look();
    await job.done;
    await shop.look();
    await ended();
    assert.equal((await runs()).length, 1);
    assert.deepEqual(completions(job), ['succeeded']);
    assert.deepEqual(
      shop.announcements.filter((result) => result === 'accepted'),
      ['accepted'],
    );
  });

  it('are reported even if the operation ended before it was seen', async () => {
    const job = run({ waitFor: 'operation' });
    await shop.time.until(() => phase() === 'Succeeded');
    await shop.look();
    assert.equal((await job.done).result, 'succeeded');
    await ended();
  });

  it("are found by a hook if nothing else found them, and end with their operation, not with the hook's call", async () => {
    const job = run();
    await shop.time.until(() => phase() === 'Running');
    const found = await shop.runOf();
    assert.ok(typeof found === 'object');
    await shop.time.until(async () => (await runs())[0]?.state === 'following');
    const again = await shop.runOf();
    assert.ok(typeof again === 'object' && again.id === found.id && again.state === 'following');
    assert.deepEqual([phase(), completions(job)], ['Running', []]);
    assert.equal((await job.done).result, 'succeeded');
    await ended();
    const last = await shop.runOf();
    assert.ok(typeof last === 'object' && last.outcome === 'succeeded');
    assert.deepEqual([completions(job), (await runs()).length], [['succeeded'], 1]);
  });

  it('are not found by a hook of an operation that somebody else started', async () => {
    shop.argocd.syncAs('jane', 'shop', {});
    await shop.time.until(() => phase() === 'Running');
    assert.equal(await shop.runOf(), 'none');
    assert.deepEqual(await runs(), []);
  });

  it('are followed even before the controller has started, and remain one run afterward', async () => {
    shop.argocd.annotate('shop', { 'argocd.argoproj.io/skip-reconcile': 'true' });
    const job = run();
    await shop.time.until(() => shop.argocd.application('shop')?.operation !== undefined);
    await shop.look();
    await shop.time.until(async () => (await runs())[0]?.state === 'following');
    shop.argocd.annotate('shop', { 'argocd.argoproj.io/skip-reconcile': null });
    watch();
    assert.equal((await job.done).result, 'succeeded');
    await ended();
    assert.equal((await runs()).length, 1);
  });

  it('are told that another operation replaced theirs', async () => {
    const job = run();
    await shop.time.until(() => phase() === 'Running');
    await shop.look();
    shop.argocd.syncAfter('jane', 'shop', {});
    shop.argocd.terminate('shop');
    assert.equal((await job.done).result, 'failed');
    await ended();
    const [stored] = await runs();
    assert.equal(stored?.outcome, 'superseded');
    assert.match(stored.message, /jane/);
  });

  it('are retried as the pipeline says, with each try as a run', async () => {
    shop.argocd.commit('shop', files(bad, configMap('a')));
    watch();
    const job = run({}, 1);
    await shop.time.until(() => completions(job).length === 1);
    shop.argocd.commit('shop', files(good, configMap('a')));
    assert.deepEqual(await job.done, { result: 'succeeded', attempts: 2, message: undefined });
    await ended();
    assert.deepEqual(completions(job), ['failed', 'succeeded']);
    assert.deepEqual((await runs()).map(({ attempt, outcome }) => [attempt, outcome]).sort(), [
      [1, 'failed'],
      [2, 'succeeded'],
    ]);
  });

  it('end with all faults of their inputs, and the sync continues', async () => {
    watch();
    const job = run({ waitFor: 'luck', timeoutSeconds: '1000000' });
    assert.equal((await job.done).result, 'failed');
    const log = logOf(job);
    assert.match(log, /waitFor "luck".*timeoutSeconds/);
    await shop.time.until(() => phase() === 'Succeeded');
    await ended();
  });

  it('end as failed if Argo CD holds something else than the task requested', async () => {
    watch();
    // As if a variable had inserted it.
    const job = run({ revision: 'main","prune":true,"name":"x' });
    assert.equal((await job.done).result, 'failed');
    assert.match(logOf(job), /prune: asked for false, stored true/);
    await ended();
  });

  it('are ended when their build is canceled, and treat the operation as they say', async () => {
    watch();
    const job = run({ onCancel: 'terminate' });
    await shop.time.until(() => phase() === 'Running');
    job.cancel();
    await ended();
    const [stored] = await runs();
    assert.ok(stored?.outcome === 'canceled' || stored?.outcome === 'unreported', stored?.outcome);
  });

  it('survive an outage of Azure DevOps, and a temporarily refused identity', async () => {
    const { ownToken } = shop;
    shop.ownToken = 'expired';
    watch();
    const job = run();
    await shop.time.until(async () => (await runs()).length === 1);
    await shop.time.clock.sleep(10 * 60_000);
    assert.deepEqual(completions(job), []);
    shop.ownToken = ownToken;
    assert.equal((await job.done).result, 'succeeded');
    await ended();
  });

  describe('with false claims', () => {
    /** An operation whose info entries somebody wrote by hand. */
    const forge = async (change: (rows: Map<string, string>) => void, from?: ServerJob) => {
      const job = from ?? run();
      await shop.time.until(() => job.execution.sent.length === 1);
      await shop.time.until(() => shop.argocd.application('shop')?.operation === undefined);
      const { infos = [] } = infoOf(job);
      const rows = new Map(infos.map(({ name, value }) => [name, value]));
      change(rows);
      const forged = [...rows].map(([name, value]) => ({ name, value }));
      shop.argocd.syncAs('mallory', 'shop', { infos: forged });
      await shop.look();
      return job;
    };
    const silent = async (job: ServerJob) => {
      await shop.time.clock.sleep(120_000);
      assert.deepEqual(completions(job), []);
      assert.equal(logOf(job), '');
    };

    const garbage: readonly (readonly [string, string, (rows: Map<string, string>) => void])[] = [
      [
        'another organization',
        'foreign',
        (rows) => rows.set('azure-pipelines/collection', 'https://dev.azure.com/evil'),
      ],
      ['no ids', 'malformed', (rows) => rows.set('azure-pipelines/run', '../../x')],
      ['an unknown hub', 'malformed', (rows) => rows.set('azure-pipelines/hub', 'moon')],
      [
        'an oversized info entry',
        'malformed',
        (rows) => rows.set('azure-pipelines/input.x', 'x'.repeat(5_000)),
      ],
      [
        'many info entries',
        'malformed',
        (rows) => {
          for (let index = 0; index < 500; index += 1) rows.set(`azure-pipelines/x${index}`, '');
        },
      ],
    ];
    for (const [what, result, change] of garbage) {
      it(`are only counted: ${what}`, async () => {
        const job = await forge(change);
        await silent(job);
        assert.deepEqual(shop.announcements, [result]);
        assert.deepEqual(await runs(), []);
        assert.equal(await shop.runOf(), 'unfollowed');
        assert.deepEqual(await runs(), []);
        assert.deepEqual(shop.azure.requests, []);
      });
    }

    it('are only counted if no rule lets anybody access the application', async () => {
      shop.isOpen = false;
      const job = await forge(() => undefined);
      await silent(job);
      assert.deepEqual([shop.announcements, await runs()], [['denied'], []]);
      assert.equal(await shop.runOf(), 'unfollowed');
      shop.isOpen = true;
      shop.announced.reconsider();
      assert.equal((await job.done).result, 'succeeded');
      await ended();
    });

    it('are only counted while we have no identity', async () => {
      shop.ownToken = '';
      const job = await forge(() => undefined);
      await silent(job);
      assert.deepEqual([shop.announcements, await runs()], [['noIdentity'], []]);
    });

    it('are not reported if the rules do not allow their project the application', async () => {
      shop.denial = ({ proven }) =>
        proven?.projectName === 'shop' ? 'No rule allows project shop this.' : undefined;
      const job = await forge(() => undefined);
      await silent(job);
      assert.deepEqual(
        (await runs()).map(({ outcome }) => outcome),
        ['refused'],
      );
    });

    const another: readonly (readonly [string, (rows: Map<string, string>) => void])[] = [
      [
        "another project's plan",
        (rows) =>
          rows.set('azure-pipelines/project', '0'.repeat(8) + '-0000-4000-8000-000000000000'),
      ],
      [
        'a plan that does not exist',
        (rows) =>
          rows.set(
            'azure-pipelines/run',
            (rows.get('azure-pipelines/run') ?? '').replace(
              /^[^/]+/,
              '11111111-1111-4111-8111-111111111111',
            ),
          ),
      ],
    ];
    for (const [what, change] of another) {
      it(`are not reported: ${what}`, async () => {
        const job = await forge(change);
        await silent(job);
        const outcomes = (await runs()).map(({ outcome }) => outcome);
        assert.deepEqual(outcomes, ['refused']);
      });
    }

    it('never end another kind of task, such as an approval that waits for a callback', async () => {
      const approval = shop.azure.addJob();
      const { planId, jobId, taskInstanceId, timelineId } = approval;
      await forge((rows) => {
        rows.set('azure-pipelines/run', [planId, jobId, taskInstanceId].join('/'));
        rows.set('azure-pipelines/timeline', timelineId);
      });
      await shop.time.clock.sleep(120_000);
      assert.deepEqual(shop.azure.completions(approval), []);
      assert.deepEqual(
        (await runs()).map(({ outcome }) => outcome),
        ['refused'],
      );
    });

    it('do not take over a task from another application that is being followed for it', async () => {
      shop.argocd.commit('other', files(configMap('b')));
      shop.argocd.createApplication('other');
      const job = run();
      await shop.time.until(() => phase() === 'Running');
      await shop.look();
      shop.argocd.syncAs('mallory', 'other', infoOf(job));
      await shop.look('other');
      assert.deepEqual(shop.announcements, ['accepted', 'taken']);
      await shop.time.until(
        () => shop.argocd.application('other')?.status.operationState !== undefined,
      );
      assert.equal(await shop.runOf('other'), 'unfollowed');
      assert.equal((await job.done).result, 'succeeded');
      await ended();
      assert.equal((await runs()).length, 1);
    });

    it('are ignored if they ended longer ago than any task waits', async () => {
      const job = run();
      await shop.time.until(() => job.execution.sent.length === 1);
      const { infos = [] } = infoOf(job);
      const finishedAt = shop.time.now() - 3 * day;
      const operationState = sampleEnded('Succeeded', {
        ...{ startedAt: finishedAt - 1_000, finishedAt },
        operation: operation({ info: infos }),
      });
      await shop.announced.look('prod', application({ operationState }));
      assert.deepEqual(shop.announcements, ['old']);
      job.cancel();
    });
  });

  it('wait if too many are already open, and are accepted when there is capacity', async () => {
    shop.quotaProblem = 'too many';
    const job = run();
    await shop.time.until(() => phase() === 'Running');
    await shop.look();
    assert.deepEqual([shop.announcements, await runs()], [['busy'], []]);
    assert.equal(await shop.runOf(), 'busy');
    shop.quotaProblem = undefined;
    assert.equal((await job.done).result, 'succeeded');
    await ended();
  });
});
