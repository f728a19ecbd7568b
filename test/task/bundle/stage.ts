import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { files } from '../../manifests.ts';
import {
  startTask,
  taskFolder,
  type RunningTask,
  type TaskOptions,
  type TaskRun,
} from '../../../simulators/agent/agent.ts';
import type { NodeMajor } from '../../../simulators/agent/node-runtime.ts';
import { windowsNodeVariable } from '../../../simulators/agent/windows-node.ts';
import { ArgoCDSimulator, type SimulatorOptions } from '../../../simulators/argo-cd/simulator.ts';
import { assertSound } from './soundness.ts';

/** What a pipeline's author writes; by default, `applications: shop` and `project: default`. */
export type Inputs = NonNullable<TaskOptions['inputs']>;
type Circumstances = Omit<TaskOptions, 'inputs' | 'node' | 'task' | 'folder'>;

/** An Argo CD, an agent with one of its Nodes, and the built bundle between them. */
export interface Stage {
  readonly node: NodeMajor;
  readonly argocd: ArgoCDSimulator;
  /** Pushes manifests into a folder, creates its application, and returns the commit. */
  readonly make: (name: string, ...documents: readonly string[]) => string;
  /** Pushes manifests again. */
  readonly push: (name: string, ...documents: readonly string[]) => string;
  readonly start: (inputs?: Inputs, circumstances?: Circumstances) => RunningTask;
  /** Runs the bundle to its end, and checks what holds for every end. */
  readonly run: (inputs?: Inputs, circumstances?: Circumstances) => Promise<TaskRun>;
}

/** Time stands still, but for `paced` and `pacedTo`. */
export const stopped = { timeScale: Infinity } as const satisfies SimulatorOptions;

const bundle = join(taskFolder('ArgoCDSync'), 'index.js');
/** Whether the bundle runs on the Windows build of Node. */
export const onWindows = process.platform === 'win32' || windowsNodeVariable in process.env;

/** Only one if the Windows build replaces both. */
const nodes: readonly NodeMajor[] = windowsNodeVariable in process.env ? [20] : [20, 24];

/** Plays a scene once with each Node in parallel, each with its own Argo CD. */
export function onEachNode(
  scene: (stage: Stage) => Promise<void>,
  options: SimulatorOptions = {},
): () => Promise<void> {
  return async () => {
    const ends = await Promise.allSettled(nodes.map((node) => play(node, scene, options)));
    const failed = ends.find((end) => end.status === 'rejected');
    if (failed) throw failed.reason;
  };
}

/** Plays a scene only with the newer Node, if the difference between them cannot matter. */
export function onNewestNode(
  scene: (stage: Stage) => Promise<void>,
  options: SimulatorOptions = {},
): () => Promise<void> {
  return () => play(nodes.at(-1) ?? 24, scene, options);
}

async function play(
  node: NodeMajor,
  scene: (stage: Stage) => Promise<void>,
  options: SimulatorOptions,
): Promise<void> {
  assert.ok(existsSync(bundle), `There is no ${bundle}: run \`npm run build\` first.`);
  const argocd = await ArgoCDSimulator.start(options);
  const runs: RunningTask[] = [];
  const start: Stage['start'] = (inputs = {}, circumstances = {}) => {
    const running = startTask({
      node,
      inputs: { applications: 'shop', project: 'default', ...inputs },
      connection: { url: argocd.url, token: argocd.token },
      ...circumstances,
    });
    runs.push(running);
    return running;
  };
  const push: Stage['push'] = (name, ...documents) => argocd.commit(name, files(...documents));
  try {
    await scene({
      node,
      argocd,
      push,
      make: (name, ...documents) => {
        const sha = push(name, ...documents);
        argocd.createApplication(name);
        return sha;
      },
      start,
      run: async (inputs, circumstances) => {
        const run = await start(inputs, circumstances).done;
        assertSound(run, circumstances?.connection?.username);
        return run;
      },
    });
    await Promise.all(runs.map(({ done }) => done));
  } catch (error) {
    for (const running of runs) running.cancel();
    if (error instanceof Error) error.message = `On Node ${node}: ${error.message}`;
    throw error;
  } finally {
    await argocd.stop();
  }
}

/** Advances the time of an Argo CD (`stopped`) until a run has ended: see `advance`. */
export async function paced(argocd: ArgoCDSimulator, running: RunningTask): Promise<TaskRun> {
  await advance(argocd, running, () => false);
  return running.done;
}

/** The same until the log has a matching line. Then time stands still, whatever the test does meanwhile. */
export async function pacedTo(
  argocd: ArgoCDSimulator,
  running: RunningTask,
  pattern: RegExp,
): Promise<void> {
  const isReached = () => running.lines.some((line) => pattern.test(line));
  await advance(argocd, running, isReached);
  assert.ok(isReached(), `no line fits ${String(pattern)}:\n${running.lines.join('\n')}`);
}

/**
 * Advances the time of an Argo CD, but never while a hook runs that the log has not reported: so even a
 * slow run misses nothing.
 */
async function advance(
  argocd: ArgoCDSimulator,
  running: RunningTask,
  isReached: () => boolean,
): Promise<void> {
  let isOver = false;
  void running.done.then(() => (isOver = true));
  const isTold = (name: string) =>
    running.lines.some((line) => new RegExp(`/${name} +Running`).test(line));
  while (!isOver && !isReached()) {
    const { syncResult } = argocd.application('shop')?.status.operationState ?? {};
    const hooks = (syncResult?.resources ?? []).filter(({ hookType }) => hookType !== undefined);
    const awaited = hooks.filter(({ hookPhase }) => hookPhase === 'Running');
    if (awaited.every(({ name }) => isTold(name))) argocd.advance(100);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Resolves when the log has a matching line. */
export async function lineOf(running: RunningTask, pattern: RegExp): Promise<void> {
  let ended = false;
  void running.done.then(() => (ended = true));
  while (!running.lines.some((line) => pattern.test(line))) {
    assert.ok(!ended, `no line fits ${String(pattern)}:\n${running.lines.join('\n')}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
