import assert from 'node:assert/strict';
import { Caller } from '../../../simulators/azure-devops/caller.ts';
import type { Connection, ExtensionManifest } from '../../../simulators/azure-devops/connection.ts';
import type { Heard, Reply } from '../../../simulators/azure-devops/listener.ts';
import { Listener } from '../../../simulators/azure-devops/listener.ts';
import type { ServerTaskOptions } from '../../../simulators/azure-devops/orchestrator.ts';
import type { ServerTask } from '../../../simulators/azure-devops/server-task.ts';
import type { SimulatorOptions } from '../../../simulators/azure-devops/simulator.ts';
import { AzureDevOpsSimulator } from '../../../simulators/azure-devops/simulator.ts';

const headers = {
  'Content-Type': 'text/plain',
  PlanUrl: '$(system.CollectionUri)',
  ProjectId: '$(system.TeamProjectId)',
  HubName: '$(system.HostType)',
  PlanId: '$(system.PlanId)',
  JobId: '$(system.JobId)',
  TimelineId: '$(system.TimelineId)',
  TaskInstanceId: '$(system.TaskInstanceId)',
  AuthToken: '$(system.AccessToken)',
};

const task: ServerTask = {
  id: 'f2f0b1a4-3f06-4a0e-8f4f-1d1f6a3a2c11',
  name: 'Sample',
  version: { Major: 1, Minor: 2, Patch: 3 },
  inputs: [
    { name: 'handler', type: 'connectedService:sample', required: true },
    { name: 'text', type: 'multiLine', aliases: ['words'], required: 'true' },
    { name: 'mode', type: 'pickList', defaultValue: 'sync' },
    { name: 'revision', type: 'string', required: true, visibleRule: 'mode = rollback' },
  ],
  execution: {
    HttpRequest: {
      Execute: {
        EndpointId: '$(handler)',
        EndpointUrl: '$(endpoint.url)/v1/do',
        Method: 'POST',
        Body: '{{mode}}|{{{text}}}',
        Headers: JSON.stringify(headers),
        WaitForCompletion: 'true',
      },
      Cancel: {
        EndpointId: '$(handler)',
        EndpointUrl: '$(endpoint.url)/v1/cancel',
        Method: 'POST',
        Body: '',
        Headers: JSON.stringify(headers),
      },
      Events: { TaskCompleted: { Timeout: '01:00:00' } },
    },
  },
};

const extension: ExtensionManifest = {
  contributions: [
    {
      type: 'ms.vss-endpoint.service-endpoint-type',
      properties: {
        name: 'sample',
        authenticationSchemes: [
          {
            type: 'ms.vss-endpoint.endpoint-auth-scheme-token',
            headers: [{ name: 'Authorization', value: 'Bearer {{endpoint.apitoken}}' }],
          },
        ],
      },
    },
  ],
};

/** The caller that a request identifies. */
function callerOf({ headers: told }: Heard): Caller {
  const header = (name: string) => told[name.toLowerCase()] ?? '';
  return new Caller({
    planUrl: header('PlanUrl'),
    projectId: header('ProjectId'),
    hub: header('HubName'),
    planId: header('PlanId'),
    timelineId: header('TimelineId'),
    jobId: header('JobId'),
    taskInstanceId: header('TaskInstanceId'),
    token: header('AuthToken'),
  });
}

const minute = 60_000;

/** Waits until the condition holds, and its immediate consequences are done. */
async function until(holds: () => boolean): Promise<void> {
  do await new Promise((resolve) => setImmediate(resolve));
  while (!holds());
}

describe('The orchestrator of the Azure DevOps simulator', () => {
  let azure: AzureDevOpsSimulator;
  let listener: Listener;
  let reply: (heard: Heard) => Promise<Reply | undefined> | Reply | undefined;

  const start = async (options: SimulatorOptions = {}) => {
    await azure.stop();
    azure = await AzureDevOpsSimulator.start({ extension, ...options });
  };

  beforeEach(async () => {
    reply = () => ({ status: 202, body: '{}' });
    listener = await Listener.start((heard) => reply(heard));
    azure = await AzureDevOpsSimulator.start({ extension });
  });
  afterEach(async () => {
    await azure.stop();
    await listener.stop();
  });

  const connection = (): Connection => ({
    url: listener.url,
    scheme: 'Token',
    parameters: { apitoken: 'a<b&c' },
  });
  const run = (options: Partial<ServerTaskOptions> = {}) =>
    azure.runServerTask({
      task,
      inputs: { text: 'hello' },
      connections: { handler: connection() },
      ...options,
    });

  /** Waits for so many requests to the task's URL. */
  async function heard(count: number): Promise<Heard> {
    await until(() => listener.heard.length >= count);
    const last = listener.heard[count - 1];
    assert(last);
    return last;
  }

  /** A task that ends with the response, with an expression on it. */
  const asking = (expression: string): ServerTask => {
    const { Execute } = task.execution.HttpRequest;
    const sync = { ...Execute, WaitForCompletion: 'false', Expression: expression };
    return { ...task, execution: { HttpRequest: { Execute: sync } } };
  };

  for (const order of ['macrosFirst', 'mustacheFirst'] as const) {
    it(`sends what task.json says and waits for the callback: ${order}`, async () => {
      const awkward = '"\\ {{x}} $(y) ü\r\nlast <&>';
      const job = run({ order, inputs: { words: awkward } });
      const request = await heard(1);
      assert.equal(request.url, '/v1/do');
      assert.equal(request.body, `sync|${awkward}`);
      assert.equal(request.headers.authorization, 'Bearer a<b&c');
      assert.equal(request.headers.taskinstanceid, job.job.taskInstanceId);
      await callerOf(request).event('TaskCompleted', 'succeeded');
      assert.deepEqual(await job.done, { result: 'succeeded', attempts: 1, message: undefined });
      assert.equal(job.job.plan.state, 'completed');
      assert.equal(job.job.build.result, 'succeeded');
      assert.deepEqual(azure.faults, []);
    });
  }

  it('accepts a completion before the response', async () => {
    reply = async (request) => {
      await callerOf(request).event('TaskCompleted', 'failed');
      return { status: 202 };
    };
    assert.equal((await run().done).result, 'failed');
  });

  it('expands macros inside input values, of variables in any case', async () => {
    const inputs = { text: '$(Build.SourceBranchName) $(app) $(unknown)' };
    const job = run({ inputs, variables: { App: 'shop' } });
    assert.equal((await heard(1)).body, 'sync|main shop $(unknown)');
    job.cancel();
  });

  it('leaves the access token unexpanded if the job has none', async () => {
    run({ accessToken: false });
    assert.equal((await heard(1)).headers.authtoken, '$(system.AccessToken)');
  });

  it('refuses unknown inputs, and empty required ones that are shown, all at once', () => {
    assert.throws(
      () => run({ inputs: { txt: 'x', mode: 'rollback' } }),
      /no input txt[^]*required: text[^]*required: revision/,
    );
    assert.doesNotThrow(() => run({ inputs: { text: 'x', mode: 'wait' } }).cancel());
  });

  const wrong: [string, Partial<ServerTask['execution']['HttpRequest']['Execute']>, RegExp][] = [
    ['headers that are not JSON', { Headers: '{"A":"{{{text}}}"}' }, /headers are not JSON/],
    ['headers that are not strings', { Headers: '{"A":1}' }, /no JSON object of texts/],
    ['a header that cannot be sent', { Headers: '{"A":"\\n"}' }, /header A cannot be sent/],
    [
      'a content type with parameters',
      { Headers: '{"Content-Type":"a/b; c=d"}' },
      /has parameters/,
    ],
    ['an unknown system variable', { Body: '$(system.Plan)' }, /\$\(system\.Plan\) is left/],
    ['an unknown connection', { EndpointId: 'x' }, /No service connection x/],
    ['an invalid URL', { EndpointUrl: '/v1' }, /is no URL/],
    ['an invalid method', { Method: 'SEND' }, /is no method/],
  ];
  for (const [name, section, message] of wrong) {
    it(`fails the task for ${name}`, async () => {
      const Execute = { ...task.execution.HttpRequest.Execute, ...section };
      const broken = { ...task, execution: { HttpRequest: { Execute } } };
      const outcome = await run({ task: broken, inputs: { text: 'a"b' } }).done;
      assert.equal(outcome.result, 'failed');
      assert.match(outcome.message ?? '', message);
      assert.equal(listener.heard.length, 0);
    });
  }

  const refusals: [string, Reply, RegExp][] = [
    ['a server error', { status: 503, body: 'busy' }, /status 503: busy/],
    [
      'a redirect, which it does not follow',
      { status: 302, headers: { Location: '/v1/x' } },
      /302/,
    ],
  ];
  for (const [name, answer, message] of refusals) {
    it(`fails the task for ${name}`, async () => {
      reply = () => answer;
      const outcome = await run().done;
      assert.match(outcome.message ?? '', message);
      assert.equal(listener.heard.length, 1);
    });
  }

  it('fails the task without a response in time', async () => {
    await start({ answerLimit: 30 });
    reply = () => undefined;
    assert.match((await run().done).message ?? '', /no response within 0.03 seconds/);
  });

  const judged: [string, string, string][] = [
    ["eq(root['status'],'GOOD')", '{"status":"good"}', 'succeeded'],
    ["eq(root['status'],'bad')", '{"status":"good"}', 'failed'],
    ["eq(root['status'],'bad')", 'good', 'failed'],
    ['', 'whatever', 'succeeded'],
    ["eq(taskInputs['mode'],variables['Build.Reason'])", '{}', 'failed'],
    ["eq(taskInputs['text'],variables['Build.Reason'])", '{}', 'succeeded'],
  ];
  for (const [expression, body, result] of judged) {
    it(`evaluates ${expression || 'nothing'} on ${body} as ${result}`, async () => {
      reply = () => ({ status: 200, body });
      const job = run({ task: asking(expression), inputs: { text: '$(build.reason)' } });
      assert.equal((await job.done).result, result);
    });
  }

  it('repeats the identical request after a failure, n² seconds later', async () => {
    await start({ timeScale: Infinity });
    reply = async (request) => {
      const result = listener.heard.length < 3 ? 'failed' : 'succeeded';
      await callerOf(request).event('TaskCompleted', result);
      return { status: 202 };
    };
    const job = run({ retryCountOnTaskFailure: 3 });
    for (const [count, seconds] of [
      [1, 1],
      [2, 4],
    ] as const) {
      await until(() => job.execution.sent.length === count);
      azure.advance(seconds * 1000 - 1);
      await until(() => true);
      assert.equal(job.execution.lines.filter((line) => line.startsWith('POST')).length, count);
      azure.advance(1);
    }
    assert.deepEqual(await job.done, { result: 'succeeded', attempts: 3, message: undefined });
    const [first, second, third] = listener.heard;
    assert.deepEqual(second, first);
    assert.deepEqual(third, first);
    assert.equal(azure.completions(job.job).length, 3);
    assert(azure.completions(job.job).every((one) => one.accepted));
    assert.deepEqual(azure.faults, []);
  });

  it('fails the task if a declared event does not arrive in time', async () => {
    await start({ timeScale: Infinity });
    const job = run({ timeoutInMinutes: 120 });
    await heard(1);
    await answered(job);
    azure.advance(3_600_000);
    const outcome = await job.done;
    assert.match(outcome.message ?? '', /TaskCompleted did not arrive in time \(01:00:00\)/);
    assert.equal((await callerOf(await heard(1)).event('TaskCompleted', 'succeeded')).status, 404);
    assert.equal(azure.completions(job.job)[0]?.accepted, false);
  });

  it('reads 24:00:00 as 24 days, which is too long', async () => {
    const { Execute } = task.execution.HttpRequest;
    const Events = { TaskCompleted: { Timeout: '24:00:00' } };
    const long = { ...task, execution: { HttpRequest: { Execute, Events } } };
    assert.match((await run({ task: long }).done).message ?? '', /more than 72 hours/);
  });

  /** Waits until the task's request has been answered. */
  async function answered(job: ReturnType<typeof run>): Promise<void> {
    await until(() => job.execution.sent.length > 0);
  }

  it('reports a cancellation to the other side, and waits for it to complete the task', async () => {
    const job = run();
    const request = await heard(1);
    await answered(job);
    job.cancel();
    assert.equal((await heard(2)).url, '/v1/cancel');
    assert.equal(job.job.build.status, 'cancelling');
    await callerOf(request).event('TaskCompleted', 'canceled');
    assert.equal((await job.done).result, 'canceled');
    assert.equal(job.job.plan.record(job.job.taskInstanceId)?.result, 'canceled');
    assert.equal(job.job.build.result, 'canceled');
    assert.deepEqual(azure.late, []);
  });

  it('ends a canceled job after the cancel timeout', async () => {
    await start({ timeScale: Infinity, cancelTimeoutInMinutes: 2 });
    const job = run();
    await heard(1);
    await answered(job);
    job.cancel();
    await until(() => job.execution.sent.length === 2);
    azure.advance(120_000);
    assert.equal((await job.done).result, 'canceled');
  });

  it('waits for nothing if the task was completed before the Cancel request', async () => {
    await start({ timeScale: Infinity });
    const cancel = () => job.cancel();
    reply = async (request) => {
      if (request.url === '/v1/do') {
        await callerOf(request).event('TaskCompleted', 'succeeded');
        cancel();
      }
      return { status: 202 };
    };
    const job = run();
    assert.equal((await job.done).result, 'canceled');
    assert.equal(job.job.plan.record(job.job.taskInstanceId)?.result, 'succeeded');
  });

  it('cancels silently if the task declares no Cancel request', async () => {
    const { Execute } = task.execution.HttpRequest;
    const job = run({ task: { ...task, execution: { HttpRequest: { Execute } } } });
    await heard(1);
    await answered(job);
    job.cancel();
    assert.equal((await job.done).result, 'canceled');
    assert.equal(listener.heard.length, 1);
  });

  for (const cancelsOnTimeout of [true, false]) {
    it(`ends a job that timed out, with a Cancel request: ${cancelsOnTimeout}`, async () => {
      await start({ timeScale: Infinity, cancelsOnTimeout, cancelTimeoutInMinutes: 0 });
      const job = run({ timeoutInMinutes: 30 });
      await heard(1);
      await answered(job);
      azure.advance(30 * 60_000);
      const settled = job.done.then(() => true);
      while (!(await Promise.race([settled, new Promise((resolve) => setImmediate(resolve))]))) {
        azure.advance(0);
      }
      assert.match((await job.done).message ?? '', /time limit/);
      assert.equal(listener.heard.length, cancelsOnTimeout ? 2 : 1);
    });
  }

  describe('gates', () => {
    const gate = (name: string) => ({
      name,
      task: asking("eq(root['ready'],true)"),
      inputs: { text: name },
      connections: { handler: connection() },
    });

    it('samples all of them until all have passed for long enough', async () => {
      await start({ timeScale: Infinity });
      // The second gate is ready from its third sample on.
      reply = ({ body }) => {
        const earlier = listener.heard.filter((one) => one.body === body).length;
        return { status: 200, body: JSON.stringify({ ready: body !== 'sync|b' || earlier >= 3 }) };
      };
      const gates = azure.runGates({
        gates: [gate('a'), gate('b')],
        stabilizationTime: 5,
        samplingInterval: 10,
        minimumSuccessDuration: 15,
      });
      azure.advance(5 * minute);
      for (let count = 1; count < 5; count++) {
        await until(() => gates.samples.length === count);
        azure.advance(10 * minute);
      }
      assert.equal(await gates.done, 'succeeded');
      const passed = gates.samples.map(({ outcomes }) =>
        [outcomes.a, outcomes.b].map((one) => one?.result === 'succeeded'),
      );
      assert.deepEqual(passed.slice(0, 3), [
        [true, false],
        [true, false],
        [true, true],
      ]);
      assert.equal(gates.samples.length, 5);
      assert.equal(listener.heard[0]?.headers.hubname, 'gates');
      assert.notEqual(
        listener.heard[0]?.headers.taskinstanceid,
        listener.heard[1]?.headers.taskinstanceid,
      );
      assert.deepEqual(azure.faults, []);
    });

    it('fails if they have not passed by the timeout', async () => {
      await start({ timeScale: Infinity });
      reply = () => ({ status: 200, body: '{"ready":false}' });
      const gates = azure.runGates({ gates: [gate('a')], samplingInterval: 5, timeout: 12 });
      azure.advance(5 * minute);
      await until(() => gates.samples.length === 1);
      azure.advance(5 * minute);
      await until(() => gates.samples.length === 2);
      azure.advance(2 * minute);
      assert.equal(await gates.done, 'failed');
      assert.equal(gates.samples.length, 2);
    });

    it('can be canceled before the first sample', async () => {
      const gates = azure.runGates({ gates: [gate('a')] });
      gates.cancel();
      assert.equal(await gates.done, 'canceled');
      assert.equal(listener.heard.length, 0);
    });

    it('completes by callback in every sample, with the ids that the plan requires', async () => {
      await start({ timeScale: Infinity });
      reply = async (request) => {
        const caller = callerOf(request);
        const ids = {
          taskId: '00000000-0000-0000-0000-000000000000',
          jobId: request.headers.taskinstanceid ?? '',
        };
        const result = listener.heard.length === 1 ? 'failed' : 'succeeded';
        assert.equal((await caller.event('TaskCompleted', result)).status, 400);
        assert.equal((await caller.event('TaskCompleted', result, ids)).status, 204);
        return { status: 202 };
      };
      const gates = azure.runGates({
        gates: [{ ...gate('a'), task }],
        stabilizationTime: 0,
        samplingInterval: 5,
        planVersion: 12,
      });
      azure.advance(0);
      await until(() => gates.samples.length === 1);
      azure.advance(5 * minute);
      assert.equal(await gates.done, 'succeeded');
      assert.deepEqual(azure.faults, []);
    });
  });

  describe('checks', () => {
    const checkHeaders = JSON.stringify({
      ...headers,
      'Content-Type': 'application/json',
      BuildId: '$(Build.BuildId)',
    });
    const check = (options: { retryInterval?: number; timeout?: number } = {}) =>
      azure.runCheck({
        connection: {
          url: listener.url,
          scheme: 'UsernamePassword',
          parameters: { username: 'azure', password: 'secret' },
        },
        inputs: {
          headers: checkHeaders,
          body: '{"a":1}',
          urlSuffix: '/v1/checks',
          waitForCompletion: 'true',
        },
        ...options,
      });

    it('calls the URL and receives the decision by callback', async () => {
      const run = check();
      const request = await heard(1);
      assert.equal(request.url, '/v1/checks');
      assert.equal(request.body, '{"a":1}');
      assert.equal(request.headers.hubname, 'checks');
      assert.equal(request.headers.planid, request.headers.timelineid);
      assert.equal(request.headers.buildid, String(run.job.build.id));
      assert.equal(
        request.headers.authorization,
        `Basic ${Buffer.from('azure:secret').toString('base64')}`,
      );
      await callerOf(request).event('TaskCompleted', 'succeeded');
      assert.equal(await run.done, 'approved');
      assert.deepEqual(azure.faults, []);
    });

    it('is final with interval 0, and is evaluated again with another', async () => {
      await start({ timeScale: Infinity });
      reply = async (request) => {
        await callerOf(request).event('TaskCompleted', 'failed');
        return { status: 202 };
      };
      assert.equal(await check().done, 'rejected');
      assert.equal(listener.heard.length, 1);
      const repeated = check({ retryInterval: 5, timeout: 12 });
      for (let count = 1; count <= 3; count++) {
        await until(() => repeated.execution.sent.length === count);
        azure.advance(5 * minute);
      }
      assert.equal(await repeated.done, 'timedOut');
      assert.equal(repeated.evaluations, 3);
    });

    it('evaluates the response itself if it does not wait for a callback', async () => {
      reply = () => ({ status: 200, body: '{"status":"passed"}' });
      const judged = (successCriteria: string) =>
        azure.runCheck({
          connection: { url: listener.url, scheme: 'None' },
          inputs: { connectedServiceNameSelector: 'connectedServiceName', successCriteria },
        }).done;
      assert.equal(await judged("eq(root['status'],'passed')"), 'approved');
      assert.equal(await judged("eq(root['status'],'failed')"), 'rejected');
    });

    it('reports a canceled run to nobody: only the build shows it', async () => {
      const run = check();
      const caller = callerOf(await heard(1));
      await until(() => run.execution.sent.length > 0);
      run.cancelBuild();
      const status = async () =>
        ((await caller.build(run.job.build.id)).json as { status: string }).status;
      assert.equal(await status(), 'cancelling');
      run.end();
      assert.equal(await run.done, 'canceled');
      assert.equal(await status(), 'completed');
      assert.equal(listener.heard.length, 1);
      assert.equal((await caller.event('TaskCompleted', 'succeeded')).status, 404);
    });
  });
});
