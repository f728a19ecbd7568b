import { setTimeout as delay } from 'node:timers/promises';
import type { Figure } from '../figure.ts';
import { percentile } from '../percentile.ts';
import { PendingRuns } from './pending-runs.ts';
import { onStage, type Stage } from './stage.ts';

export interface DelaySizes {
  /** Runs that are pending at the same time. */
  readonly pending: readonly number[];
  /** How many ends are measured of each, at most. */
  readonly samples: number;
  /** Milliseconds until runs that only wait have left memory. */
  readonly rest: number;
}

const sizes: DelaySizes = { pending: [1, 100, 1_000], samples: 200, rest: 30_000 };
/** Ends per second: far enough apart to be reported one by one. */
const perSecond = 20;
/** A single pending run is measured repeatedly, and takes seconds each time. */
const mostRepetitions = 30;
/** Milliseconds from "the operation runs" until Azure DevOps has received that report. */
const calm = 3_000;
const goal = 1_000;

/** From the end of the operation in Argo CD until Azure DevOps has TaskCompleted. */
export async function measureDelays(
  temporaryFolder: string,
  { pending, samples, rest } = sizes,
): Promise<readonly Figure[]> {
  const figures: Figure[] = [];
  for (const count of pending) {
    const { fresh, rested } = await onStage(temporaryFolder, async (stage) => {
      const handler = stage.site.start();
      try {
        await handler.ready();
        if (count === 1) {
          const repetitions = Math.min(samples, mostRepetitions);
          return { fresh: await measureAlone(stage, handler.url, repetitions), rested: [] };
        }
        const runs = await PendingRuns.start(stage, handler.url, count);
        await delay(calm);
        const half = Math.min(samples, count) / 2;
        const fresh = await measureSome(runs, half);
        await delay(rest);
        return { fresh, rested: await measureSome(runs, half) };
      } finally {
        await handler.stop('SIGTERM');
      }
    });
    figures.push(...figuresOf(`done → completed, ${count} pending`, fresh));
    figures.push(...figuresOf(`done → completed, ${count} pending, at rest`, rested));
  }
  return figures;
}

async function measureAlone(
  stage: Stage,
  url: string,
  repetitions: number,
): Promise<readonly number[]> {
  const delays: number[] = [];
  for (let times = 0; times < repetitions; times += 1) {
    const runs = await PendingRuns.start(stage, url, 1);
    await delay(calm);
    await runs.finish(1);
    delays.push(...(await runs.delays()));
  }
  return delays;
}

async function measureSome(runs: PendingRuns, count: number): Promise<readonly number[]> {
  for (let ended = 0; ended < count; ended += 1) {
    await runs.finish(1);
    await delay(1_000 / perSecond);
  }
  return runs.delays();
}

function figuresOf(what: string, delays: readonly number[]): readonly Figure[] {
  if (delays.length === 0) return [];
  return [
    { what: `${what}: p50`, value: percentile(delays, 50), unit: 'ms' },
    { what: `${what}: p95`, value: percentile(delays, 95), unit: 'ms', goal },
  ];
}
