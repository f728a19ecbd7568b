import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, beforeEach, describe, it } from 'mocha';
import type { GateReport } from '../../src/handler/gates.ts';
import { AzureDevOpsSimulator } from '../../simulators/azure-devops/simulator.ts';
import { folderOf, gate, root } from './extension-files.ts';
import { PublicHandler } from './handler.ts';

const passed: GateReport = { status: 'passed', message: 'All is well.', applications: [] };

describe('ArgoCDGate with the handler', () => {
  let azure: AzureDevOpsSimulator;
  let handler: PublicHandler;
  before(async () => {
    azure = await AzureDevOpsSimulator.start({
      extension: join(root, 'vss-extension.json'),
      timeScale: 0.000_1,
    });
    handler = await PublicHandler.start(azure.collectionUrl);
  });
  after(async () => {
    await Promise.all([azure.stop(), handler.stop()]);
  });
  beforeEach(() => {
    handler.questions.length = 0;
  });

  function use(inputs: Readonly<Record<string, string>> = {}, token = handler.token) {
    return {
      task: folderOf(gate),
      inputs: { argocd: 'prod', applications: 'shop', ...inputs },
      connections: {
        handlerConnection: { url: handler.url, scheme: 'Token', parameters: { apitoken: token } },
      },
    };
  }

  for (const { status, result } of [
    { status: 'passed', result: 'succeeded' },
    { status: 'waiting', result: 'failed' },
    { status: 'failed', result: 'failed' },
  ] as const) {
    it(`has ${result} in an agentless job if the handler says ${status}`, async () => {
      handler.answer = { ...passed, status, message: 'shop is synced, but Degraded.' };
      const run = azure.runServerTask(use());
      assert.equal((await run.done).result, result);
      assert.match(run.execution.lines.join('\n'), /shop is synced, but Degraded\./);
    });
  }

  const refused = [
    { what: 'an invalid token', inputs: {}, token: 'bad-token' },
    { what: 'an unknown Argo CD', inputs: { argocd: 'other' } },
    { what: 'an invalid name', inputs: { applications: 'Shop!' } },
    { what: 'an invalid number', inputs: { stableSeconds: 'a while' } },
    { what: 'a variable without a value', inputs: { revision: '$(commit)' } },
  ];
  for (const { what, inputs, token } of refused) {
    it(`fails with ${what}, whatever the handler would say`, async () => {
      handler.answer = passed;
      const run = azure.runServerTask(use(inputs, token));
      assert.equal((await run.done).result, 'failed');
      assert.equal(handler.questions.length, 0);
    });
  }

  it('requests what its inputs say', async () => {
    const inputs = {
      applications: 'shop, team-a/stock',
      project: 'default',
      revision: '4f1c0de',
      requireSynced: 'false',
      requireHealthy: 'True',
      acceptSuspended: 'true',
      stableSeconds: '30',
    };
    await azure.runServerTask(use(inputs)).done;
    const [question] = handler.questions;
    assert.ok(question);
    const { isAllowed, ...asked } = question;
    assert.ok(isAllowed({ name: 'shop' }, 'default'));
    assert.deepEqual(
      { ...asked, azureProject: undefined },
      {
        argocd: 'prod',
        azureProject: undefined,
        applications: [{ name: 'shop' }, { name: 'stock', namespace: 'team-a' }],
        project: 'default',
        revision: '4f1c0de',
        requireSynced: false,
        requireHealthy: true,
        acceptSuspended: true,
        stableFor: 30_000,
      },
    );
  });

  it('holds a release until the handler says that the gate has passed', async () => {
    handler.answer = { ...passed, status: 'failed' };
    const gates = azure.runGates({
      gates: [{ name: 'Argo CD', ...use() }],
      stabilizationTime: 0,
      samplingInterval: 5,
    });
    while (gates.samples.length < 2) await new Promise((resolve) => setImmediate(resolve));
    handler.answer = passed;
    assert.equal(await gates.done, 'succeeded');
    assert.ok(handler.questions.length > 2, 'a gate is asked anew each time');
  });
});
