import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { LiveRun } from '../../../../scripts/demo/agentless/live-run.ts';
import { Screen } from '../../../../scripts/demo/screen.ts';
import type { Job } from '../../../../simulators/azure-devops/job.ts';
import { AzureDevOpsSimulator } from '../../../../simulators/azure-devops/simulator.ts';

describe('A run in progress', () => {
  let azure: AzureDevOpsSimulator;
  let job: Job;
  let live: LiveRun;
  let written: string[];
  beforeEach(async () => {
    azure = await AzureDevOpsSimulator.start({ validate: false });
    job = azure.addJob();
    written = [];
    const screen = new Screen({
      write: (text) => written.push(text),
      width: 80,
      colors: false,
    });
    live = new LiveRun(job.plan, screen);
    azure.onRequest = (request, stage) => {
      if (stage === 'applied') live.show(request);
      return undefined;
    };
  });
  afterEach(() => azure.stop());

  /** Calls the service like the handler does. */
  async function call(method: string, path: string, body?: unknown): Promise<void> {
    const isText = typeof body === 'string';
    const hub = `${job.projectId}/_apis/distributedtask/hubs/build/plans/${job.planId}`;
    const response = await fetch(`${azure.collectionUrl}${hub}${path}`, {
      method,
      headers: {
        Authorization: `Bearer ${job.token}`,
        'Content-Type': isText ? 'application/octet-stream' : 'application/json',
      },
      ...(body !== undefined && { body: isText ? body : JSON.stringify(body) }),
    });
    assert.ok(response.ok, `${response.status} ${await response.text()}`);
  }

  it('shows each line of the log once, without its timestamp', async () => {
    await call('POST', '/logs', { path: `logs\\${job.taskInstanceId}` });
    const stamp = '2026-11-21T09:02:11.5260000Z';
    await call('POST', '/logs/1', `${stamp} ##[group]PreSync\n${stamp} one\n`);
    await call('POST', '/logs/1', `${stamp} ##[endgroup]\n${stamp} two\n`);
    assert.deepEqual(written, [
      '◂ Log: created, or found again\n',
      '│ ▾ PreSync\n',
      '│   one\n',
      '│ two\n',
    ]);
    assert.deepEqual(live.lines, ['##[group]PreSync', 'one', '##[endgroup]', 'two']);
  });

  it('says what a call is for', async () => {
    const { taskInstanceId, jobId, timelineId } = job;
    const records = `/timelines/${timelineId}/records`;
    await call('GET', '');
    await call('GET', records);
    const record = { id: taskInstanceId, percentComplete: 40, currentOperation: '2 of 5 steps' };
    await call('PATCH', records, { value: [record], count: 1 });
    await call('PATCH', records, {
      value: [{ id: taskInstanceId, state: 'inProgress' }],
      count: 1,
    });
    await call(
      'PUT',
      `${records}/${taskInstanceId}/attachments/DistributedTask.Core.Summary/shop`,
      'done',
    );
    const ids = { jobId, taskId: taskInstanceId };
    await call('POST', '/events', { name: 'TaskStarted', ...ids });
    await call('POST', '/events', { name: 'TaskCompleted', result: 'succeeded', ...ids });
    assert.deepEqual(written, [
      '◂ Proof: reads the plan of the run, with the token of the job\n',
      '◂ Proof: reads the records of the run\n',
      '◂ Progress: 40 %, 2 of 5 steps\n',
      '◂ Attachment: shop\n',
      '◂ Event: TaskStarted\n',
      '◂ Event: TaskCompleted, succeeded\n',
    ]);
  });
});
