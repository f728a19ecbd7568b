import assert from 'node:assert/strict';
import { AzureHttp } from '../../../src/azure/http/azure-http.ts';
import { Collections } from '../../../src/azure/http/collection.ts';
import { RestTaskHub } from '../../../src/azure/task-hub/rest-task-hub.ts';
import { hubs } from '../../../src/azure/task-hub/run-address.ts';
import type { RunAddress } from '../../../src/azure/task-hub/run-address.ts';
import { Secret } from '../../../src/secret.ts';
import { noAbort } from '../../argocd/rest/server.ts';
import type { Job, JobOptions } from '../../../simulators/azure-devops/job.ts';
import type { SimulatorOptions } from '../../../simulators/azure-devops/simulator.ts';
import { AzureDevOpsSimulator } from '../../../simulators/azure-devops/simulator.ts';

describe('The task hub of a run', () => {
  let azure: AzureDevOpsSimulator;
  let http: AzureHttp;

  async function start(options: SimulatorOptions = {}): Promise<void> {
    azure = await AzureDevOpsSimulator.start(options);
    const organizations = new Collections([{ url: azure.collectionUrl, isPrivate: true }]);
    http = new AzureHttp({
      reachOf: (collection) => organizations.reachOf(collection),
      userAgent: 'test',
      timeout: 2000,
    });
  }

  beforeEach(() => start());

  afterEach(async () => {
    await http.close();
    await azure.stop();
  });

  function addressOf(job: Job): RunAddress {
    const { projectId, hub, planId, jobId, timelineId, taskInstanceId } = job;
    const collection = azure.collectionUrl.replace(/\/$/, '');
    return { collection, projectId, hub, planId, jobId, timelineId, taskInstanceId };
  }

  function open(options: JobOptions = {}): { job: Job; hub: RestTaskHub } {
    const job = azure.addJob(options);
    return { job, hub: new RestTaskHub(addressOf(job), new Secret(job.token), http) };
  }

  /** Every request matched Microsoft's description and the rules of the task hub. */
  function assertNoFaults(): void {
    assert.deepEqual(azure.faults, []);
  }

  for (const kind of hubs) {
    it(`works through a whole run of the hub ${kind}`, async () => {
      const { job, hub } = open({ hub: kind });
      const id = job.taskInstanceId;
      const plan = await hub.plan(noAbort);
      assert.deepEqual(plan, {
        planId: job.planId,
        scopeIdentifier: job.projectId,
        version: 13,
        state: 'inProgress',
      });
      await hub.post({ name: 'TaskStarted' }, plan.version, noAbort);
      const log = await hub.createLog(noAbort);
      const grown = await hub.appendLog(log.id, ['one', 'zwölf', ''], noAbort);
      await hub.updateRecords(
        [
          {
            id,
            state: 'inProgress',
            startTime: '2026-01-02T03:04:05.678Z',
            percentComplete: 40,
            currentOperation: 'shop: wave 2',
            issues: [{ type: 'warning', message: 'slow' }],
            errorCount: 0,
            warningCount: 1,
            variables: { revision: 'abc' },
            log: { id: log.id },
          },
          {
            id: '7b0d1c2e-0000-4000-8000-000000000001',
            parentId: id,
            type: 'Task',
            name: 'PreSync',
            order: 1,
            state: 'completed',
            result: 'succeeded',
            startTime: '2026-01-02T03:04:05.678Z',
            finishTime: '2026-01-02T03:05:05.678Z',
          },
        ],
        noAbort,
      );
      const summary = { type: 'DistributedTask.Core.Summary', name: 'Argo CD', text: '# ü\n' };
      await hub.attach(summary, noAbort);
      await hub.post({ name: 'TaskCompleted', result: 'succeeded' }, plan.version, noAbort);

      assert.deepEqual(
        [log, grown],
        [
          { id: 1, lineCount: 0 },
          { id: 1, lineCount: 3 },
        ],
      );
      assert.deepEqual(job.plan.logs[0]?.lines, ['one', 'zwölf', '']);
      const record = job.plan.record(id);
      assert.deepEqual(
        [record?.percentComplete, record?.currentOperation, record?.log?.id, record?.issues],
        [40, 'shop: wave 2', 1, [{ type: 'warning', message: 'slow', category: 'General' }]],
      );
      assert.deepEqual(record?.variables, { revision: { value: 'abc', isSecret: false } });
      assert.equal(job.plan.attachments[0]?.content.toString(), '# ü\n');
      assert.deepEqual(
        job.plan.events.map(({ name, taskInstanceId, result }) => [name, taskInstanceId, result]),
        [
          ['TaskStarted', id, undefined],
          ['TaskCompleted', id, 'succeeded'],
        ],
      );
      assertNoFaults();
    });
  }

  for (const planVersion of [8, 12, 13]) {
    it(`ends a gate in a plan of version ${planVersion}`, async () => {
      const { job, hub } = open({ hub: 'gates', planVersion });
      const { version } = await hub.plan(noAbort);
      assert.equal(version, planVersion);
      await hub.post({ name: 'TaskCompleted', result: 'failed' }, version, noAbort);
      assert.equal(azure.completions(job)[0]?.result, 'failed');
      assertNoFaults();
    });
  }

  it('works below the root path of a server on premises', async () => {
    await http.close();
    await azure.stop();
    await start({ onPremises: true, organization: 'DefaultCollection' });
    const { job, hub } = open();
    assert.equal((await hub.plan(noAbort)).planId, job.planId);
    assert.equal(await hub.projectName(noAbort), 'shop');
    assertNoFaults();
  });

  it('reads the records of the timeline', async () => {
    const { job, hub } = open();
    const records = await hub.records(noAbort);
    assert.deepEqual(
      records.map(({ type, state }) => [type, state]),
      [
        ['Stage', 'inProgress'],
        ['Phase', 'inProgress'],
        ['Job', 'inProgress'],
        ['Task', 'inProgress'],
      ],
    );
    const own = records.find(({ id }) => id === job.taskInstanceId);
    assert.deepEqual(
      [own?.parentId, own?.name, own?.result],
      [job.jobId, 'InvokeRESTAPI', undefined],
    );
    assertNoFaults();
  });

  it('reads a timeline of many MiB', async () => {
    const { job, hub } = open();
    job.plan.update(
      Array.from({ length: 3000 }, (_, at) => ({
        id: `7b0d1c2e-0000-4000-8000-${String(at).padStart(12, '0')}`,
        parentId: job.jobId,
        type: 'Task',
        name: 'x'.repeat(400),
      })),
    );
    assert.equal((await hub.records(noAbort)).length, 3004);
  });

  it('creates the log once, and finds it again with its lines', async () => {
    const { hub } = open();
    const log = await hub.createLog(noAbort);
    await hub.appendLog(log.id, ['one', 'two'], noAbort);
    assert.deepEqual(await hub.createLog(noAbort), { id: log.id, lineCount: 2 });
    assertNoFaults();
  });

  it('attaches under any name', async () => {
    const { job, hub } = open();
    const names = ['Argo CD shop.md', 'a/b', 'x?y#z', '100%', 'ü', 'a+b&c', '%2e%2e', 'a\\b'];
    for (const name of names)
      await hub.attach({ type: 'argocd.result', name, text: name }, noAbort);
    assert.deepEqual(
      job.plan.attachments.map(({ type, name, content }) => [type, name, content.toString()]),
      names.map((name) => ['argocd.result', name, name]),
    );
    assertNoFaults();
  });

  it('reads the state of the build, and the name of the project', async () => {
    const { job, hub } = open({ hub: 'checks' });
    assert.equal(await hub.buildStatus(job.build.id, noAbort), 'inProgress');
    job.build.status = 'cancelling';
    assert.equal(await hub.buildStatus(job.build.id, noAbort), 'cancelling');
    assert.equal(await hub.projectName(noAbort), 'shop');
    await assert.rejects(hub.buildStatus(9999, noAbort), { failure: 'not-found', status: 404 });
    assertNoFaults();
  });

  it('says that the plan is gone if it never existed or has ended', async () => {
    const { job, hub } = open();
    const other = new RestTaskHub(
      { ...addressOf(job), planId: job.jobId },
      new Secret(job.token),
      http,
    );
    await assert.rejects(other.plan(noAbort), { failure: 'plan-gone' });
    job.plan.finish('canceled');
    await assert.rejects(hub.createLog(noAbort), { failure: 'plan-gone' });
    assertNoFaults();
  });

  it('says that the plan is gone if it belongs to another project', async () => {
    const { job } = open();
    const stranger = azure.addJob({ projectId: azure.addProject('other').id });
    const hub = new RestTaskHub(addressOf(job), new Secret(stranger.token), http);
    await assert.rejects(hub.plan(noAbort), { failure: 'plan-gone', status: 403 });
    await assert.rejects(hub.projectName(noAbort), { failure: 'not-found' });
    assertNoFaults();
  });

  it("is called once more if an identity's token is refused before it expires", async () => {
    const job = azure.addJob();
    const asked: (string | undefined)[] = [];
    const hub = new RestTaskHub(
      addressOf(job),
      (_, __, refused) => {
        asked.push(refused?.reveal());
        return Promise.resolve(new Secret(refused === undefined ? 'revoked' : job.token));
      },
      http,
    );
    assert.equal((await hub.plan(noAbort)).planId, job.planId);
    await hub.post({ name: 'TaskStarted' }, 13, noAbort);
    assert.deepEqual(asked, [undefined, 'revoked', undefined, 'revoked']);
    assert.deepEqual(azure.faults, []);
  });

  for (const badToken of ['401', '302', '203'] as const) {
    it(`says that the token is invalid if the response is ${badToken}`, async () => {
      const { job, hub } = open();
      azure.behavior.badToken = badToken;
      azure.revoke(job.token);
      const event = { name: 'TaskCompleted', result: 'succeeded' } as const;
      for (const call of [
        hub.plan(noAbort),
        hub.records(noAbort),
        hub.updateRecords([{ id: job.taskInstanceId }], noAbort),
        hub.createLog(noAbort),
        hub.appendLog(1, ['x'], noAbort),
        hub.attach({ type: 't', name: 'n', text: '' }, noAbort),
        hub.post(event, 13, noAbort),
        hub.buildStatus(job.build.id, noAbort),
        hub.projectName(noAbort),
      ]) {
        await assert.rejects(call, { failure: 'unauthenticated', status: Number(badToken) });
      }
      assert.deepEqual(azure.completions(job), []);
      assertNoFaults();
    });
  }

  it('says how long to wait when it is throttled', async () => {
    const { hub } = open();
    azure.inject({ fault: { kind: 'throttle', retryAfter: 30 } });
    await assert.rejects(hub.plan(noAbort), { failure: 'throttled', retryAfter: 30_000 });
  });

  it('leaves only appends and events unclear', async () => {
    const { job, hub } = open();
    const log = await hub.createLog(noAbort);
    const calls: readonly [string, () => Promise<unknown>, string][] = [
      ['plan', () => hub.plan(noAbort), 'unavailable'],
      ['records', () => hub.records(noAbort), 'unavailable'],
      ['log', () => hub.createLog(noAbort), 'unavailable'],
      ['change', () => hub.updateRecords([{ id: job.taskInstanceId }], noAbort), 'unavailable'],
      ['attachment', () => hub.attach({ type: 't', name: 'n', text: '' }, noAbort), 'unavailable'],
      ['lines', () => hub.appendLog(log.id, ['x'], noAbort), 'unclear'],
      ['event', () => hub.post({ name: 'TaskStarted' }, 13, noAbort), 'unclear'],
    ];
    for (const [what, call, failure] of calls) {
      for (const kind of ['cutBefore', 'cutAfter'] as const) {
        azure.inject({ fault: { kind } });
        await assert.rejects(call(), { failure }, `${what}, ${kind}`);
      }
      azure.inject({ fault: { kind: 'answer', status: 500, afterActing: true } });
      await assert.rejects(call(), { failure }, `${what}, 500`);
    }
    // These reads settle it: the lines that arrived are counted, and the event is in the plan.
    assert.deepEqual(await hub.createLog(noAbort), { id: log.id, lineCount: 2 });
    assert.equal(job.plan.events.length, 2);
    assertNoFaults();
  });

  it("passes on Azure DevOps' refusals in its words", async () => {
    const { job, hub } = open();
    azure.behavior.refusesCanceled = true;
    await assert.rejects(hub.post({ name: 'TaskCompleted', result: 'canceled' }, 13, noAbort), {
      failure: 'refused',
      status: 400,
      message: 'POST event: The result canceled is not supported for this event.',
    });
    azure.behavior.refusesChildRecords = true;
    const child = { id: '7b0d1c2e-0000-4000-8000-000000000001', parentId: job.taskInstanceId };
    await assert.rejects(hub.updateRecords([child], noAbort), { failure: 'refused' });
  });
});

describe('The task hub of a classic release', () => {
  it('asks the core host for project and build, and the release host for everything else', async () => {
    const seen: string[] = [];
    const http = new AzureHttp({
      reachOf: (collection) => {
        seen.push(collection);
        return undefined;
      },
      userAgent: 'test',
    });
    const id = '11111111-1111-4111-8111-111111111111';
    const address: RunAddress = {
      collection: 'https://vsrm.dev.azure.com/fabrikam',
      projectId: id,
      hub: 'release',
      planId: id,
      jobId: id,
      timelineId: id,
      taskInstanceId: id,
    };
    const hub = new RestTaskHub(address, new Secret('a-token'), http);
    const calls = [hub.plan(noAbort), hub.projectName(noAbort), hub.buildStatus(1, noAbort)];
    for (const call of calls) await assert.rejects(call, { failure: 'blocked' });
    assert.deepEqual(seen, [
      'https://vsrm.dev.azure.com/fabrikam',
      'https://dev.azure.com/fabrikam',
      'https://dev.azure.com/fabrikam',
    ]);
    await http.close();
  });
});
