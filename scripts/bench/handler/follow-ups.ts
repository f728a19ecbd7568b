import { setTimeout as delay } from 'node:timers/promises';
import type { Figure } from '../figure.ts';
import { monotonicTime } from '../monotonic-time.ts';
import { percentile } from '../percentile.ts';
import { difference } from '../process-usage.ts';
import { applicationNames } from './applications.ts';
import type { HandlerProcess } from './handler-process.ts';
import { hookSettings, measureHookCalls } from './hook-calls.ts';
import { onStage, type Stage } from './stage.ts';
import { until } from './waiting.ts';

export interface FollowUpSizes {
  readonly applications: number;
  /** Operations per minute. */
  readonly perMinute: number;
  /** Milliseconds over which they start. */
  readonly watch: number;
  /** Calls of hooks, one after the other. */
  readonly hooks: number;
  /** Actions that wait while Azure DevOps is unavailable. */
  readonly waiting: number;
  /** Milliseconds until the handler has settled after its start. */
  readonly settle: number;
}

const sizes: FollowUpSizes = {
  ...{
    applications: 10_000,
    perMinute: 100,
    watch: 60_000,
    hooks: 50,
    waiting: 10_000,
    settle: 20_000,
  },
};
/** How long an operation runs, in milliseconds. */
const runsFor = 1_000;
const lookEvery = 500;
/** Each of them applies to every application. */
const pipelines = ['smoke-tests', 'docs', 'notify'];

/** What it costs to follow ten thousand applications, and how soon their follow-ups are queued. */
export function measureFollowUps(
  temporaryFolder: string,
  asked = sizes,
): Promise<readonly Figure[]> {
  return onStage(temporaryFolder, async (stage) => {
    const names = applicationNames(asked.applications);
    await prepare(stage, names);
    const first = stage.site.start();
    let second: HandlerProcess | undefined;
    try {
      await first.ready();
      await first.knows(names.length);
      await delay(asked.settle);
      const followed = await follow(stage, first, names, asked);
      const called = await measureHookCalls(stage, first, asked.hooks);
      await stage.azure.ask('pause', undefined);
      await stage.argocd.ask(
        'operate',
        names.slice(0, Math.ceil(asked.waiting / pipelines.length)),
      );
      await until('actions wait', async () => (await openActions(first)) >= asked.waiting);
      await first.stop('SIGKILL');
      await stage.azure.ask('resume', undefined);
      second = stage.site.start();
      const readyAt = await second.ready();
      const begunAt = await firstQueued(stage);
      const what = `${asked.waiting} waiting actions`;
      return [
        ...followed,
        ...called,
        {
          what: `${what}: restart to ready`,
          value: (readyAt - second.startedAt) / 1_000,
          unit: 's',
          goal: 5,
        },
        {
          what: `${what}: restart to the first that is queued`,
          value: (begunAt - second.startedAt) / 1_000,
          unit: 's',
          goal: 5,
        },
      ];
    } finally {
      await first.stop();
      await second?.stop('SIGTERM');
    }
  });
}

async function prepare({ azure, argocd, site, collection }: Stage, names: readonly string[]) {
  await argocd.ask('add', { names, isSynced: true, runsFor });
  const { hooks, pipeline } = hookSettings(collection);
  const token = await azure.ask('addPipelines', [...pipelines, pipeline]);
  site.configure({
    azureDevOps: { organizations: [{ url: collection, private: true, pat: token }] },
    followUps: pipelines.map((name) => ({
      name,
      for: { applications: ['shop-*'] },
      when: { events: ['succeeded'] },
      do: {
        queuePipeline: {
          pipeline: `shop/${name}`,
          parameters: { application: '{{application}}' },
        },
      },
    })),
    hooks,
    followUpLimits: { actionsPerHour: 1_000_000 },
  });
}

async function follow(
  { argocd, azure }: Stage,
  handler: HandlerProcess,
  names: readonly string[],
  { perMinute, watch }: FollowUpSizes,
): Promise<readonly Figure[]> {
  const count = Math.ceil((perMinute * watch) / 60_000);
  const before = handler.processorTime;
  let peak: number | undefined;
  let looks = 0;
  for (const name of names.slice(0, count)) {
    await argocd.ask('operate', [name]);
    await delay(watch / count);
    looks += 1;
    const { memory } = looks % Math.ceil((lookEvery * count) / watch) === 0 ? handler : {};
    if (memory !== undefined) peak = Math.max(peak ?? 0, memory);
  }
  const used = difference(before, handler.processorTime);
  const queued: (readonly [string, number])[] = [];
  await until('all is queued', async () => {
    queued.push(...(await azure.ask('takeQueued', undefined)));
    return queued.length >= count * pipelines.length;
  });
  const ends = new Map(await argocd.ask('operations', undefined));
  const delays = queued.map(([name, at]) => at - (ends.get(name)?.endedAt ?? at));
  const what = `${names.length} followed, ${perMinute} operations a minute, ${pipelines.length} rules`;
  return [
    { what: `${what}: ended → queued: p50`, value: percentile(delays, 50), unit: 'ms' },
    { what: `${what}: ended → queued: p95`, value: percentile(delays, 95), unit: 'ms', goal: 500 },
    {
      what: `${what}: processor, of one core`,
      value: used === undefined ? undefined : (used / watch) * 100_000,
      unit: '%',
      goal: 100,
    },
    { what: `${what}: memory, most of ${watch / 1_000} s`, value: peak, unit: 'MB', goal: 400 },
  ];
}

async function openActions(handler: HandlerProcess): Promise<number> {
  const metrics = await handler.admin('/metrics');
  const open = metrics.matchAll(/^argocd_handler_actions\{state="(?:waiting|sent)"\} (\d+)$/gm);
  return [...open].reduce((sum, [, count]) => sum + Number(count), 0);
}

async function firstQueued({ azure }: Stage): Promise<number> {
  let at: number | undefined;
  await until('the first action is queued', async () => {
    at = (await azure.ask('takeQueued', undefined))[0]?.[1];
    return at !== undefined;
  });
  return at ?? monotonicTime();
}
