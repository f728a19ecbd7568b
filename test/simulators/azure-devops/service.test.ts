import assert from 'node:assert/strict';
import { request as httpRequest } from 'node:http';
import { Caller } from '../../../simulators/azure-devops/caller.ts';
import type { FaultKind } from '../../../simulators/azure-devops/faults.ts';
import type { Job, JobOptions } from '../../../simulators/azure-devops/job.ts';
import { AzureDevOpsSimulator } from '../../../simulators/azure-devops/simulator.ts';

interface Row {
  readonly id: string;
  readonly [field: string]: unknown;
}

const rows = (answer: { json: unknown }) => (answer.json as { value: Row[] }).value;
const typeKey = (answer: { json: unknown }) => (answer.json as { typeKey?: string }).typeKey;
const emptyId = '00000000-0000-0000-0000-000000000000';

describe('The task hub of the Azure DevOps simulator', () => {
  let azure: AzureDevOpsSimulator;
  let job: Job;
  let caller: Caller;

  const call = (of: Job, changes: object = {}) =>
    new Caller({ planUrl: azure.collectionUrl, ...of, ...changes });

  function add(options?: JobOptions): Caller {
    job = azure.addJob(options);
    return call(job);
  }

  beforeEach(async () => {
    azure = await AzureDevOpsSimulator.start();
    caller = add();
  });
  afterEach(() => azure.stop());

  it('accepts a whole report, as in its description', async () => {
    assert.equal((await caller.plan()).status, 200);
    assert.equal((await caller.event('TaskStarted')).status, 204);
    const { id } = (await caller.createLog()).json as { id: number };
    await caller.appendLog(id, 'one\ntwo\n');
    const update = {
      id: job.taskInstanceId,
      percentComplete: 50,
      currentOperation: 'PreSync',
      log: { id },
    };
    assert.equal((await caller.update(update)).status, 200);
    assert.equal((await caller.feed(job.jobId, ['hello'])).status, 204);
    assert.equal(
      (await caller.attach('DistributedTask.Core.Summary', 'Argo%20CD', '# hi')).status,
      200,
    );
    assert.equal(rows(await caller.attachments('DistributedTask.Core.Summary')).length, 1);
    assert.equal((await caller.build(job.build.id)).status, 200);
    assert.equal((await caller.project()).status, 200);
    assert.equal((await caller.event('TaskCompleted', 'succeeded')).status, 204);
    const task = rows(await caller.records()).find((one) => one.id === job.taskInstanceId);
    assert.equal(task?.state, 'completed');
    assert.equal(task.result, 'succeeded');
    assert.equal(task.percentComplete, 50);
    assert.equal(azure.completions(job).length, 1);
    assert.deepEqual(azure.faults, []);
  });

  it('leaves null or absent fields unchanged, and numbers every change', async () => {
    const first = rows(await caller.update({ id: job.taskInstanceId, percentComplete: 10 }))[0];
    const second = rows(
      await caller.update({
        id: job.taskInstanceId,
        percentComplete: null,
        changeId: 0,
        name: null,
      }),
    )[0];
    assert.equal(second?.percentComplete, 10);
    assert.equal(second.name, first?.name);
    assert.equal(Number(second.changeId), Number(first?.changeId) + 1);
  });

  it('merges variables by name', async () => {
    const id = job.taskInstanceId;
    await caller.update({ id, variables: { a: { value: '1' }, b: { value: '2' } } });
    const [row] = rows(await caller.update({ id, variables: { b: { value: '3' } } }));
    assert.deepEqual(row?.variables, { a: { value: '1' }, b: { value: '3' } });
  });

  it('has one log per path, and counts its lines over all chunks', async () => {
    const first = (await caller.createLog()).json as { id: number };
    await caller.appendLog(first.id, 'a\nb\n');
    const appended = (await caller.appendLog(first.id, 'c\n')).json as { lineCount: number };
    const again = (await caller.createLog()).json as { id: number; lineCount: number };
    assert.deepEqual([appended.lineCount, again.id, again.lineCount], [3, first.id, 3]);
    assert.deepEqual(rows(await caller.logLines(first.id)), ['a', 'b', 'c']);
  });

  it('finds the paths in any case', async () => {
    const shouting = call(job, {
      hub: 'BUILD',
      planId: job.planId.toUpperCase(),
      projectId: job.projectId.toUpperCase(),
    });
    assert.equal((await shouting.plan()).status, 200);
    const path = `_APIS/Projects/${job.projectId}?api-version=7.1`;
    assert.equal((await caller.send('GET', path)).status, 200);
    assert.deepEqual(azure.faults, []);
  });

  const unknown: [string, (of: Job) => object, number, string][] = [
    ['an unknown plan', () => ({ planId: emptyId }), 404, 'TaskOrchestrationPlanNotFoundException'],
    ['another hub', () => ({ hub: 'release' }), 404, 'TaskOrchestrationPlanNotFoundException'],
    [
      'a job that is not the task’s',
      () => ({ jobId: emptyId }),
      400,
      'VssPropertyValidationException',
    ],
    ['an unknown task', () => ({ taskInstanceId: emptyId }), 400, 'VssPropertyValidationException'],
  ];
  for (const [name, changes, status, key] of unknown) {
    it(`refuses an event for ${name}`, async () => {
      const answer = await call(job, changes(job)).event('TaskCompleted', 'succeeded');
      assert.deepEqual([answer.status, typeKey(answer)], [status, key]);
      assert.equal(job.plan.completions.length, 0);
      assert.deepEqual(azure.faults, []);
    });
  }

  it('admits a token only to its own project', async () => {
    const other = azure.addJob({ projectId: azure.addProject('bank').id });
    const stranger = call(other, { token: job.token });
    assert.equal(typeKey(await stranger.plan()), 'TaskOrchestrationPlanSecurityException');
    assert.equal((await stranger.project()).status, 404);
    assert.equal((await stranger.build(other.build.id)).status, 404);
  });

  it('accepts Basic with an empty user name', async () => {
    const basic = (user: string) =>
      `Basic ${Buffer.from(`${user}:${job.token}`).toString('base64')}`;
    const path = `_apis/projects/${job.projectId}?api-version=7.1`;
    assert.equal((await caller.send('GET', path, undefined, basic(''))).status, 200);
    assert.equal((await caller.send('GET', path, undefined, basic('ci'))).status, 401);
  });

  for (const [as, type] of [
    ['401', null],
    ['302', null],
    ['203', 'text/html; charset=utf-8'],
  ] as const) {
    it(`sends an invalid, an expired and a revoked token to the sign-in page with ${as}`, async () => {
      azure.behavior.badToken = as;
      const expired = azure.addJob({ tokenLifetime: 0 });
      const revoked = azure.addJob();
      azure.revoke(revoked.token);
      for (const one of [call(job, { token: 'x' }), call(expired), call(revoked)]) {
        const answer = await one.plan();
        assert.equal(answer.status, Number(as));
        assert.equal(answer.headers.get('content-type'), type);
      }
    });
  }

  it('requires the task’s id as the job’s for gates of old plans', async () => {
    const old = add({ hub: 'gates', planVersion: 12 });
    assert.equal(((await old.plan()).json as { version: number }).version, 12);
    assert.equal((await old.event('TaskCompleted', 'succeeded')).status, 400);
    const ids = { taskId: emptyId, jobId: job.taskInstanceId };
    const both = { taskId: job.taskInstanceId, jobId: job.taskInstanceId };
    assert.equal((await old.event('TaskCompleted', 'succeeded', both)).status, 400);
    assert.equal((await old.event('TaskCompleted', 'succeeded', ids)).status, 204);
    const fresh = add({ hub: 'gates', planVersion: 13 });
    assert.equal((await fresh.event('TaskCompleted', 'succeeded', ids)).status, 400);
    assert.equal((await fresh.event('TaskCompleted', 'succeeded')).status, 204);
    assert.deepEqual(azure.faults, []);
  });

  it('records a second completion, and refuses it like a finished plan', async () => {
    await caller.event('TaskCompleted', 'succeeded');
    const again = await caller.event('TaskCompleted', 'failed');
    assert.deepEqual(
      [again.status, typeKey(again)],
      [404, 'TaskOrchestrationPlanNotFoundException'],
    );
    assert.deepEqual(
      azure.completions(job).map(({ result, accepted }) => [result, accepted]),
      [
        ['succeeded', true],
        ['failed', false],
      ],
    );
    assert.equal(job.plan.record(job.taskInstanceId)?.result, 'succeeded');
    azure.behavior.finishedPlan = { status: 500, typeKey: 'AnyException' };
    assert.equal((await caller.event('TaskCompleted', 'failed')).status, 500);
    azure.behavior.secondCompletion = 'accepted';
    assert.equal((await caller.event('TaskCompleted', 'failed')).status, 204);
  });

  it('refuses writes to an ended plan, answers reads, and records both as late', async () => {
    job.plan.finish('canceled');
    assert.equal((await caller.createLog()).status, 404);
    assert.equal((await caller.update({ id: job.taskInstanceId, percentComplete: 1 })).status, 404);
    assert.equal((await caller.event('TaskCompleted', 'failed')).status, 404);
    assert.equal(rows(await caller.records())[0]?.state, 'completed');
    assert.deepEqual(
      azure.late.map(({ operation }) => operation),
      ['createLog', 'updateRecords', 'postEvent', 'listRecords'],
    );
  });

  it('completes its own records at the end, and leaves those of callers unchanged', async () => {
    const id = '11111111-1111-4111-8111-111111111111';
    await caller.update({ id, parentId: job.taskInstanceId, name: 'PreSync', state: 'inProgress' });
    job.plan.finish('succeeded');
    const open = rows(await caller.records()).filter((one) => one.state !== 'completed');
    assert.deepEqual(
      open.map((one) => one.id),
      [id],
    );
  });

  it('shows the completed record later if told so', async () => {
    await azure.stop();
    azure = await AzureDevOpsSimulator.start({
      timeScale: Infinity,
      behavior: { completionDelay: 3000 },
    });
    caller = add();
    await caller.event('TaskCompleted', 'succeeded');
    const state = async () =>
      rows(await caller.records()).find((one) => one.id === job.taskInstanceId)?.state;
    assert.equal(await state(), 'inProgress');
    azure.advance(3000);
    assert.equal(await state(), 'completed');
  });

  it('refuses child records and the result canceled if told so', async () => {
    const child = {
      id: '11111111-1111-4111-8111-111111111111',
      parentId: job.taskInstanceId,
      type: 'Task',
      name: 'PreSync',
    };
    assert.equal((await caller.update(child)).status, 200);
    azure.behavior.refusesChildRecords = true;
    const other = { ...child, id: '22222222-2222-4222-8222-222222222222' };
    assert.equal((await caller.update(other)).status, 400);
    azure.behavior.refusesCanceled = true;
    assert.equal((await caller.event('TaskCompleted', 'canceled')).status, 400);
    assert.equal((await caller.event('TaskCompleted', 'failed')).status, 204);
    assert.deepEqual(azure.faults, []);
  });

  const misdeeds: [string, RegExp, () => Promise<unknown>][] = [
    [
      '101 lines in the live feed',
      /101 lines/,
      () => caller.feed(job.jobId, Array.from({ length: 101 }, String)),
    ],
    [
      'an oversized line in the live feed',
      /longer than 1024/,
      () => caller.feed(job.jobId, ['x'.repeat(1025)]),
    ],
    [
      '101 percent',
      /101 percent/,
      () => caller.update({ id: job.taskInstanceId, percentComplete: 101 }),
    ],
    [
      'completing its own record',
      /completes its own/,
      () => caller.update({ id: job.taskInstanceId, state: 'completed' }),
    ],
    [
      'a log that does not exist',
      /its log 9/,
      () => caller.update({ id: job.taskInstanceId, log: { id: 9 } }),
    ],
    [
      'an orphan',
      /its parent/,
      () => caller.update({ id: emptyId, parentId: emptyId.replace(/0$/, '1') }),
    ],
    [
      'a record outside of the run',
      /needs a parent/,
      () => caller.update({ id: emptyId, name: 'x' }),
    ],
    [
      'the token in a record',
      /token is in a timeline record/,
      () => caller.update({ id: job.taskInstanceId, currentOperation: `t ${job.token}` }),
    ],
    [
      'the token in the feed',
      /token is in the live feed/,
      () => caller.feed(job.jobId, [job.token]),
    ],
    [
      'the token in an attachment',
      /token is in the attachment/,
      () => caller.attach('a', 'b', Buffer.from(`:${job.token}`).toString('base64')),
    ],
    [
      'the token in the log',
      /token is in the log/,
      async () => {
        await caller.createLog();
        await caller.appendLog(1, `${job.token}\n`);
      },
    ],
    [
      'an unterminated log line',
      /a line has no end/,
      async () => {
        await caller.createLog();
        await caller.appendLog(1, 'x');
      },
    ],
    [
      'a wrong count',
      /count of a PATCH/,
      () =>
        caller.send(
          'PATCH',
          `${job.projectId}/_apis/distributedtask/hubs/build/plans/${job.planId}/timelines/${job.timelineId}/records?api-version=7.1`,
          { value: [{ id: job.taskInstanceId }], count: 2 },
        ),
    ],
    [
      'an undescribed field',
      /additional properties: percent/,
      () => caller.update({ id: job.taskInstanceId, percent: 5 }),
    ],
    ['the agent’s event', /JobCompleted/, () => caller.event('JobCompleted')],
    [
      'a path that cannot be decoded',
      /broke the simulator: URIError/,
      () => caller.send('GET', '_apis/projects/%E0%A4%A?api-version=7.1').catch(() => undefined),
    ],
    [
      'a path that does not exist',
      /no such operation/,
      () => caller.send('GET', '_apis/nothing?api-version=7.1'),
    ],
    [
      'a log as JSON',
      /content type application\/json/,
      async () => {
        await caller.createLog();
        await caller.send(
          'POST',
          `${job.projectId}/_apis/distributedtask/hubs/build/plans/${job.planId}/logs/1?api-version=7.1`,
          ['x'],
        );
      },
    ],
    [
      'a record after the completion',
      /after TaskCompleted/,
      async () => {
        await caller.event('TaskCompleted', 'succeeded');
        await caller.update({ id: job.taskInstanceId, percentComplete: 100 });
      },
    ],
    [
      'a log line after the completion',
      /after TaskCompleted/,
      async () => {
        await caller.createLog();
        await caller.event('TaskCompleted', 'succeeded');
        await caller.appendLog(1, 'late\n');
      },
    ],
    [
      'a line in the live feed after the completion',
      /after TaskCompleted/,
      async () => {
        await caller.event('TaskCompleted', 'succeeded');
        await caller.feed(job.taskInstanceId, ['late']);
      },
    ],
  ];
  for (const [name, pattern, act] of misdeeds) {
    it(`records ${name} as a fault`, async () => {
      await act();
      assert.match(azure.faults.join('\n'), pattern);
    });
  }

  const played: [FaultKind, number, boolean][] = [
    [{ kind: 'throttle', retryAfter: 7 }, 429, false],
    [{ kind: 'signIn', as: '203' }, 203, false],
    [{ kind: 'planNotFound' }, 404, false],
    [{ kind: 'planSecurity' }, 403, false],
    [{ kind: 'answer', status: 500 }, 500, false],
    [{ kind: 'answer', status: 502, afterActing: true }, 502, true],
    [{ kind: 'delay', milliseconds: 5 }, 204, true],
  ];
  for (const [fault, status, applied] of played) {
    it(`plays ${JSON.stringify(fault)} once, where the rule says`, async () => {
      azure.inject({ operation: 'postEvent', event: 'TaskCompleted', planId: job.planId, fault });
      assert.equal((await caller.event('TaskStarted')).status, 204);
      const answer = await caller.event('TaskCompleted', 'succeeded');
      assert.equal(answer.status, status);
      if (fault.kind === 'throttle') assert.equal(answer.headers.get('retry-after'), '7');
      assert.equal(azure.completions(job).length, applied ? 1 : 0);
      assert.equal((await caller.event('TaskCompleted', 'succeeded')).status, applied ? 404 : 204);
    });
  }

  for (const [kind, applied] of [
    ['cutBefore', 0],
    ['cutAfter', 1],
  ] as const) {
    it(`breaks the connection: ${kind}`, async () => {
      azure.inject({ skip: 1, fault: { kind } });
      await caller.plan();
      await assert.rejects(caller.event('TaskCompleted', 'succeeded'));
      assert.equal(azure.completions(job).length, applied);
    });
  }

  it('calls the hook for every request before and after its effect, and can drop it there', async () => {
    const stages: unknown[] = [];
    azure.onRequest = (request, stage) => {
      stages.push([request.operation, stage, azure.completions(job).length]);
      return stage === 'applied' ? 'drop' : undefined;
    };
    await assert.rejects(caller.event('TaskCompleted', 'succeeded'));
    azure.onRequest = () => 'drop';
    await assert.rejects(caller.event('TaskCompleted', 'succeeded'));
    assert.deepEqual(stages, [
      ['postEvent', 'arrived', 0],
      ['postEvent', 'applied', 1],
    ]);
    assert.equal(azure.completions(job).length, 1);
  });

  it('can be down for a while, and returns at the same address', async () => {
    const { url } = azure;
    await azure.pause();
    await assert.rejects(caller.plan());
    await azure.resume();
    assert.equal(azure.url, url);
    assert.equal((await caller.plan()).status, 200);
  });

  it('is below /tfs on premises', async () => {
    await azure.stop();
    azure = await AzureDevOpsSimulator.start({
      onPremises: true,
      organization: 'DefaultCollection',
    });
    assert.match(azure.collectionUrl, /\/tfs\/DefaultCollection\/$/);
    caller = add();
    assert.equal((await caller.plan()).status, 200);
    assert.equal((await caller.event('TaskCompleted', 'succeeded')).status, 204);
    assert.deepEqual(azure.faults, []);
  });

  it('creates ten thousand plans, and keeps no requests if told so', async () => {
    await azure.stop();
    azure = await AzureDevOpsSimulator.start({ validate: false, keepsRequests: false });
    const jobs = Array.from({ length: 10_000 }, () => azure.addJob());
    job = jobs.at(-1) ?? job;
    assert.equal((await call(job).event('TaskCompleted', 'succeeded')).status, 204);
    assert.equal(azure.requests.length, 0);
  });

  it('leaves a request hanging if told so', async () => {
    azure.inject({ fault: { kind: 'hang' } });
    const outgoing = httpRequest(azure.collectionUrl);
    const broken = new Promise((resolve) => outgoing.on('error', resolve));
    outgoing.end();
    assert.equal((await caller.plan()).status, 200);
    outgoing.destroy();
    await broken;
  });
});
