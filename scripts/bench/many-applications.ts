import { setTimeout as delay } from 'node:timers/promises';
import { ArgoCDProcess } from './argo-cd-process.ts';
import type { Figure } from './figure.ts';
import { newestNode } from './newest-node.ts';
import { peakMemory } from './process-usage.ts';
import { startTask } from './task-process.ts';

const count = 100;
const seconds = 0.3;
/** Milliseconds between two readings of the memory, whose peak the system itself records. */
const lookEvery = 50;

/** One step that syncs 100 applications, ten at a time. */
export async function measureManyApplications(temporaryFolder: string): Promise<readonly Figure[]> {
  const argocd = await ArgoCDProcess.start();
  try {
    const names = Array.from({ length: count }, (_, index) => `shop-${index}`);
    await argocd.prepare(names.map((name) => ({ name, seconds })));
    const task = startTask({
      node: newestNode(),
      inputs: { applications: names.join(','), project: 'default' },
      connection: argocd.address,
      temporaryFolder,
    });
    const [{ endedAt, output }, memory] = await Promise.all([task.ended, watchMemory(task)]);
    const { requests, mostStreams } = await argocd.clear();
    if (!output.includes('##vso[task.complete result=Succeeded')) {
      throw new Error(`The sync of ${count} applications did not succeed:\n${output}`);
    }
    const streams = requests.filter(({ isStream }) => isStream).length;
    const what = `${count} applications in one step`;
    const calls = (requests.length - streams) / count;
    return [
      { what: `${what}: peak memory`, value: memory, unit: 'MB', goal: 150 },
      { what: `${what}: streams opened`, value: streams, unit: '', goal: 1 },
      { what: `${what}: streams at once`, value: mostStreams, unit: '', goal: 1 },
      { what: `${what}: requests each`, value: calls, unit: '', goal: 5 },
      { what: `${what}: duration`, value: (endedAt - task.startedAt) / 1000, unit: 's' },
    ];
  } finally {
    argocd.stop();
  }
}

/** The peak resident memory in MB, when the process has ended; defined only on Linux. */
async function watchMemory(task: {
  readonly pid: number | undefined;
  readonly ended: Promise<unknown>;
}): Promise<number | undefined> {
  let isOver = false;
  void task.ended.then(() => (isOver = true));
  let peak: number | undefined;
  while (!isOver) {
    peak = peakMemory(task.pid ?? 0) ?? peak;
    await delay(lookEvery);
  }
  return peak;
}
