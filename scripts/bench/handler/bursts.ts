import type { Figure } from '../figure.ts';
import { monotonicTime } from '../monotonic-time.ts';
import { percentile } from '../percentile.ts';
import { applicationNames } from './applications.ts';
import { assertAcknowledged, sendSteadily, syncRequest } from './requests.ts';
import { onStage, type Stage } from './stage.ts';
import { holds } from './waiting.ts';

export interface BurstSizes {
  /** Runs that arrive at once. */
  readonly runs: readonly number[];
  /** How long their operations take, in milliseconds: an equal number of each. */
  readonly runFor: readonly number[];
  /** Milliseconds after which runs without a report are given up, and counted. */
  readonly within: number;
}

const sizes: BurstSizes = {
  runs: [600, 2_000],
  runFor: [5_000, 10_000, 15_000, 20_000],
  within: 180_000,
};
/** Requests per second: all arrive within a second or two. */
const perSecond = 1_000;
const goal = 1_000;

/** The result of a burst. */
interface Burst {
  /** Milliseconds from the end of each operation until its report; a lower bound for those given up. */
  readonly delays: readonly number[];
  /** Runs that were not reported as a success in time. */
  readonly missing: number;
  /** Seconds from the first request until all operations had started. */
  readonly begun: number;
}

/**
 * From the end of the operation until Azure DevOps has TaskCompleted, while more runs are open than fit into
 * memory: runs that end must not wait for runs that start.
 */
export async function measureBursts(
  temporaryFolder: string,
  { runs, runFor, within } = sizes,
): Promise<readonly Figure[]> {
  const figures: Figure[] = [];
  for (const count of runs) {
    const { delays, missing, begun } = await onStage(temporaryFolder, (stage) =>
      measure(stage, count, { runFor, within }),
    );
    const what = `done → completed, ${count} at once`;
    // If no operation ended in time, there is nothing to measure.
    const delay = (percent: number) =>
      delays.length === 0 ? undefined : percentile(delays, percent);
    figures.push(
      { what: `${what}: p50`, value: delay(50), unit: 'ms' },
      { what: `${what}: p95`, value: delay(95), unit: 'ms', goal },
      { what: `${what}: most`, value: delay(100), unit: 'ms' },
      { what: `${what}: not told in ${within / 1_000} s`, value: missing, unit: '', goal: 0 },
      { what: `${count} at once: until the last operation has begun`, value: begun, unit: 's' },
    );
  }
  return figures;
}

async function measure(
  { azure, argocd, collection, site }: Stage,
  count: number,
  { runFor, within }: Omit<BurstSizes, 'runs'>,
): Promise<Burst> {
  const names = applicationNames(count);
  for (const [place, runsFor] of runFor.entries()) {
    const own = names.filter((_, index) => index % runFor.length === place);
    await argocd.ask('add', { names: own, isSynced: false, runsFor });
  }
  const jobs = await azure.ask('addJobs', count);
  const requests = jobs.map((job, index) =>
    syncRequest(job, collection, { action: 'sync', applications: names[index] ?? '' }),
  );
  const handler = site.start();
  try {
    await handler.ready();
    await handler.knows(count);
    const startedAt = monotonicTime();
    assertAcknowledged(await sendSteadily(handler.url, requests, perSecond));
    await holds(within, async () => (await azure.ask('count', undefined)).completions >= count);
    const givenUpAt = monotonicTime();
    const told = new Map(
      (await azure.ask('takeCompletions', undefined))
        .filter(({ result }) => result === 'succeeded')
        .map(({ planId, at }) => [planId, at]),
    );
    const operations = new Map(await argocd.ask('operations', undefined));
    const delays: number[] = [];
    let lastBegun = startedAt;
    for (const [index, { planId }] of jobs.entries()) {
      const { begunAt = givenUpAt, endedAt } = operations.get(names[index] ?? '') ?? {};
      lastBegun = Math.max(lastBegun, begunAt);
      if (endedAt !== undefined) delays.push((told.get(planId) ?? givenUpAt) - endedAt);
    }
    return { delays, missing: count - told.size, begun: (lastBegun - startedAt) / 1_000 };
  } finally {
    await handler.stop('SIGTERM');
  }
}
