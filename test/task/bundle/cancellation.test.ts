import assert from 'node:assert/strict';
import { configMap, job } from '../../manifests.ts';
import type { RunningTask, TaskRun } from '../../../simulators/agent/agent.ts';
import { assertSound, resultOf, summaryOf } from './soundness.ts';
import { lineOf, onEachNode, type Stage } from './stage.ts';

/**
 * An agent that waits longer than real ones, so that a busy machine does not make it ask again: a
 * bundle that waits for that is still detected.
 */
const patient = { grace: { sigint: 300_000, sigterm: 2_500 } };

/**
 * Cancels like the agent does, and checks that everything was reported without a second request.
 */
async function cancel(running: RunningTask, username?: string): Promise<TaskRun> {
  running.cancel();
  const step = await running.done;
  assertSound(step, username);
  assert.deepEqual(step.signals, ['SIGINT']);
  assert.equal(step.result, 'Canceled');
  assert.equal(step.outputs['outcome'], 'canceled', step.lines.join('\n'));
  return step;
}

async function startStuck({ make, start }: Stage, onCancel: 'leave' | 'terminate') {
  make('shop', job('slow', { hook: 'PreSync', forever: true }), configMap('a'));
  const running = start({ onCancel }, patient);
  await lineOf(running, /Job\/slow .*Running/);
  return running;
}

describe('The canceled bundle', () => {
  it(
    'leaves the operation, and publishes its progress',
    onEachNode(async (stage) => {
      const step = await cancel(await startStuck(stage, 'leave'));
      assert.equal(stage.argocd.application('shop')?.status.operationState?.phase, 'Running');
      assert.match(step.lines.join('\n'), /Canceled: a running operation continues/);
      assert.equal(resultOf(step).outcome, 'canceled');
      assert.match(summaryOf(step), /shop was canceled/);
      assert.equal(step.records.find(({ name }) => name === 'Job/slow')?.state, 'Completed');
    }),
  );

  it(
    'ends its own operation if told to',
    onEachNode(async (stage) => {
      const step = await cancel(await startStuck(stage, 'terminate'));
      assert.match(step.outputs['message'] ?? '', /terminated/);
      const application = await stage.argocd.until('shop', (app) => app?.operation === undefined);
      assert.equal(application?.status.operationState?.phase, 'Failed');
    }),
  );

  it(
    'is not disturbed by a second request, or by an immediate SIGTERM',
    onEachNode(async (stage) => {
      const running = await startStuck(stage, 'terminate');
      const canceled = cancel(running);
      process.kill(running.pid ?? 0, 'SIGTERM');
      process.kill(running.pid ?? 0, 'SIGINT');
      const step = await canceled;
      const told = step.lines.filter((line) => line.startsWith('Canceled: '));
      assert.equal(told.length, 1, step.lines.join('\n'));
      await stage.argocd.until('shop', (application) => application?.operation === undefined);
    }),
  );

  it(
    'ends in time while Argo CD no longer responds',
    onEachNode(async (stage) => {
      const running = await startStuck(stage, 'terminate');
      stage.argocd.faults.add({ times: Infinity, fault: { kind: 'hang' } });
      const step = await cancel(running);
      assert.match(step.outputs['message'] ?? '', /may|could not|not known|still/);
    }),
  );

  it(
    'ends in time if Argo CD has never responded, not even to its login',
    onEachNode(async ({ argocd, start }) => {
      argocd.faults.add({ times: Infinity, fault: { kind: 'hang' } });
      const connection = { url: argocd.url, username: 'administrator', password: 'pass-word' };
      const runs = [start({}, patient), start({}, { ...patient, connection })];
      await Promise.all(runs.map((running) => lineOf(running, /^Sync shop/)));
      await Promise.all(runs.map((running) => cancel(running, 'administrator')));
    }),
  );

  it(
    'ends in time while Argo CD is down',
    onEachNode(async (stage) => {
      const running = await startStuck(stage, 'terminate');
      await stage.argocd.stop();
      await cancel(running);
    }),
  );
});
