import { setTimeout as delay } from 'node:timers/promises';
import type { Figure } from '../figure.ts';
import { difference } from '../process-usage.ts';
import { applicationNames } from './applications.ts';
import type { HandlerProcess } from './handler-process.ts';
import { onStage, type Stage } from './stage.ts';
import { until } from './waiting.ts';

export interface StormSizes {
  readonly applications: number;
  /** Operations per minute. */
  readonly perMinute: number;
  /** Milliseconds over which they start. */
  readonly watch: number;
  /** How many actions an hour may have. */
  readonly actionsPerHour: number;
  /** Milliseconds until the handler has settled after its start. */
  readonly settle: number;
}

const sizes: StormSizes = {
  ...{ applications: 1_000, perMinute: 10_000, watch: 60_000, actionsPerHour: 60, settle: 5_000 },
};
/** How long an operation runs, in milliseconds. */
const runsFor = 200;
/** Milliseconds between two batches of operations. */
const every = 100;
const pipeline = 'smoke-tests';

/** What a storm of operations costs, whose follow-ups are many more than their rule may start. */
export function measureStorm(temporaryFolder: string, asked = sizes): Promise<readonly Figure[]> {
  return onStage(temporaryFolder, async (stage) => {
    const names = applicationNames(asked.applications);
    await prepare(stage, names, asked);
    const handler = stage.site.start();
    try {
      await handler.ready();
      await handler.knows(names.length);
      await delay(asked.settle);
      return await storm(stage, handler, names, asked);
    } finally {
      await handler.stop();
    }
  });
}

async function prepare(
  { azure, argocd, site, collection }: Stage,
  names: readonly string[],
  { actionsPerHour }: StormSizes,
): Promise<void> {
  await argocd.ask('add', { names, isSynced: true, runsFor });
  const token = await azure.ask('addPipelines', [pipeline]);
  site.configure({
    azureDevOps: { organizations: [{ url: collection, private: true, pat: token }] },
    followUps: [
      {
        name: 'smoke',
        when: { events: ['succeeded'] },
        do: { queuePipeline: { pipeline: `shop/${pipeline}` } },
      },
    ],
    followUpLimits: { actionsPerHour },
  });
}

async function storm(
  { argocd, site }: Stage,
  handler: HandlerProcess,
  names: readonly string[],
  { perMinute, watch, actionsPerHour }: StormSizes,
): Promise<readonly Figure[]> {
  const count = Math.ceil((perMinute * watch) / 60_000);
  const batch = Math.ceil((count * every) / watch);
  const before = handler.processorTime;
  for (let begun = 0; begun < count; begun += batch) {
    const now = Array.from({ length: Math.min(batch, count - begun) }, (_, at) => begun + at);
    await argocd.ask(
      'operate',
      now.map((operation) => names[operation % names.length] ?? ''),
    );
    await delay(every);
  }
  const used = difference(before, handler.processorTime);
  const succeeded = /^argocd_handler_events_total\{kind="succeeded",late="false"\} (\d+)$/m;
  await until('all ends are seen', async () => (await metricOf(handler, succeeded)) >= count);
  const actions = /^argocd_handler_actions\{state="\w+"\} (\d+)$/gm;
  const flooded = /^argocd_handler_actions_refused_total\{reason="flood"\} (\d+)$/m;
  const stored = await metricOf(handler, actions);
  const refused = await metricOf(handler, flooded);
  const what = `storm, ${perMinute} operations a minute, ${actionsPerHour} actions an hour`;
  return [
    {
      what: `${what}: processor, of one core`,
      value: used === undefined ? undefined : (used / watch) * 100_000,
      unit: '%',
      goal: 100,
    },
    { what: `${what}: memory, most`, value: handler.peakMemory, unit: 'MB', goal: 400 },
    { what: `${what}: store`, value: site.storeSize, unit: 'MB' },
    // What may wait for 72 hours, and what is done in the first one.
    { what: `${what}: actions stored`, value: stored, unit: '', goal: 73 * actionsPerHour },
    {
      what: `${what}: neither stored nor counted`,
      value: count - stored - refused,
      unit: '',
      goal: 0,
    },
    {
      what: `${what}: lines of the log`,
      value: site.linesAbout(/follow-ups of a rule/),
      unit: '',
      goal: 2,
    },
  ];
}

/** The sum of what the expression matches. */
async function metricOf(handler: HandlerProcess, expression: RegExp): Promise<number> {
  const text = await handler.admin('/metrics');
  const all = expression.global ? [...text.matchAll(expression)] : [expression.exec(text)];
  return all.reduce((sum, match) => sum + Number(match?.[1] ?? 0), 0);
}
