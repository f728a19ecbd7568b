import { setTimeout as delay } from 'node:timers/promises';
import type { Figure } from '../figure.ts';
import { difference } from '../process-usage.ts';
import { PendingRuns } from './pending-runs.ts';
import { onStage, type Stage } from './stage.ts';
import { until } from './waiting.ts';

export interface CompletionSizes {
  readonly runs: number;
  /** How long Azure DevOps is unavailable after the operations ended, in milliseconds. */
  readonly away: number;
}

const sizes: CompletionSizes = { runs: 1_000, away: 15_000 };
/** Milliseconds from "the operations run" until Azure DevOps has received that report. */
const calm = 5_000;

/** How fast Azure DevOps receives what ended while it was unavailable, from the same handler or the next one. */
export async function measureCompletions(
  temporaryFolder: string,
  asked = sizes,
): Promise<readonly Figure[]> {
  const figures: Figure[] = [];
  for (const isRestarted of [false, true]) {
    const measured = await onStage(temporaryFolder, (stage) => measure(stage, asked, isRestarted));
    figures.push(...measured);
  }
  return figures;
}

async function measure(
  stage: Stage,
  { runs, away }: CompletionSizes,
  isRestarted: boolean,
): Promise<readonly Figure[]> {
  const { azure, site } = stage;
  let handler = site.start();
  try {
    await handler.ready();
    const pending = await PendingRuns.start(stage, handler.url, runs);
    await delay(calm);
    await azure.ask('pause', undefined);
    await pending.finish(runs);
    await delay(away);
    if (isRestarted) await handler.stop('SIGKILL');
    const { requests: before } = await azure.ask('count', undefined);
    let begunAt = await azure.ask('resume', undefined);
    if (isRestarted) {
      handler = site.start();
      begunAt = handler.startedAt;
    }
    const timeBefore = handler.processorTime;
    await until('all ends are told', async () => {
      const { completions } = await azure.ask('count', undefined);
      return completions >= runs;
    });
    const busy = difference(timeBefore, handler.processorTime);
    const { requests } = await azure.ask('count', undefined);
    const completions = await azure.ask('takeCompletions', undefined);
    const first = Math.min(...completions.map(({ at }) => at));
    const last = Math.max(...completions.map(({ at }) => at));
    const what = `${runs} ends told after ${isRestarted ? 'a restart' : 'an outage'}`;
    return [
      {
        what: `${what}: a second, from the first to the last`,
        value: ((runs - 1) * 1_000) / (last - first),
        unit: '/s',
        // A process that has just started is still compiling its code.
        ...(isRestarted ? {} : { least: 500 }),
      },
      { what: `${what}: until all are told`, value: (last - begunAt) / 1_000, unit: 's' },
      { what: `${what}: requests each`, value: (requests - before) / runs, unit: '' },
      {
        what: `${what}: processor time each`,
        value: busy === undefined ? undefined : (busy * 1_000) / runs,
        unit: 'ms',
      },
    ];
  } finally {
    await handler.stop('SIGTERM');
  }
}
