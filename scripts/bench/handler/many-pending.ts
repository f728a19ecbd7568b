import { setTimeout as delay } from 'node:timers/promises';
import type { Figure } from '../figure.ts';
import { monotonicTime } from '../monotonic-time.ts';
import { percentile } from '../percentile.ts';
import { difference } from '../process-usage.ts';
import type { HandlerProcess } from './handler-process.ts';
import { PendingRuns } from './pending-runs.ts';
import { onStage } from './stage.ts';

export interface ManyPendingSizes {
  readonly runs: number;
  /** Milliseconds from "all operations run" until the measurement starts. */
  readonly settle: number;
  /** Duration of the measurement, in milliseconds. */
  readonly watch: number;
  /** Ends right after the restart. */
  readonly samples: number;
}

const sizes: ManyPendingSizes = { runs: 10_000, settle: 60_000, watch: 60_000, samples: 100 };
const lookEvery = 500;

/**
 * What ten thousand waiting runs cost, and how soon a restarted handler is ready again. Takes six minutes on a
 * quiet machine, and rejects after at most 25: its waits are bounded. `report` is told how far it is.
 */
export async function measureManyPending(
  temporaryFolder: string,
  { runs, settle, watch, samples } = sizes,
  report: (line: string) => void = console.error,
): Promise<readonly Figure[]> {
  return onStage(temporaryFolder, async (stage) => {
    const first = stage.site.start();
    let second: HandlerProcess | undefined;
    try {
      await first.ready();
      const begunAt = monotonicTime();
      report(`sending ${runs} requests`);
      const pending = await PendingRuns.start(stage, first.url, runs, report);
      const taken = (monotonicTime() - begunAt) / 1_000;
      report(`measuring at rest, for ${(settle + watch) / 1_000} s`);
      await delay(settle);
      const settled = await watchUsage(first, watch);
      report('restarting');
      await first.stop('SIGKILL');
      second = stage.site.start();
      const readyAt = await second.ready();
      await pending.finish(samples);
      const delays = await pending.delays();
      report(`measuring after the restart, for ${(settle + watch) / 1_000} s`);
      await delay(settle);
      const again = await watchUsage(second, watch);
      const what = `${runs} pending`;
      return [
        { what: `${what}: until all operations run`, value: taken, unit: 's' },
        { what: `${what}: memory, most of ${watch / 1_000} s`, ...settled.memory, goal: 300 },
        { what: `${what}: processor, of one core`, ...settled.processor },
        {
          what: `${what}: restart to ready`,
          value: (readyAt - second.startedAt) / 1_000,
          unit: 's',
          goal: 5,
        },
        {
          what: `${what}: done at the restart → completed: p95`,
          value: percentile(delays, 95) / 1_000,
          unit: 's',
        },
        { what: `${what}: memory after the restart`, ...again.memory, goal: 300 },
        { what: `${what}: processor after the restart`, ...again.processor },
      ];
    } finally {
      await first.stop();
      await second?.stop('SIGTERM');
    }
  });
}

interface Usage {
  readonly memory: Pick<Figure, 'value' | 'unit'>;
  readonly processor: Pick<Figure, 'value' | 'unit'>;
}

/** The peak memory and the share of a core, over some time. */
async function watchUsage(handler: HandlerProcess, watch: number): Promise<Usage> {
  const before = handler.processorTime;
  let peak: number | undefined;
  const end = monotonicTime() + watch;
  while (monotonicTime() < end) {
    const { memory } = handler;
    if (memory !== undefined) peak = Math.max(peak ?? 0, memory);
    await delay(lookEvery);
  }
  const used = difference(before, handler.processorTime);
  return {
    memory: { value: peak, unit: 'MB' },
    processor: { value: used === undefined ? undefined : (used / watch) * 100_000, unit: '%' },
  };
}
