import { setTimeout as delay } from 'node:timers/promises';
import type { Figure } from '../figure.ts';
import { large } from './application.ts';
import { applicationNames } from './applications.ts';
import type { HandlerProcess } from './handler-process.ts';
import { assertAcknowledged, sendSteadily, syncRequest } from './requests.ts';
import { onStage } from './stage.ts';

const sizes = { applications: 10_000, runsFor: 4_000 };
const goalOfTurn = 50;
/** Milliseconds between two readings: each covers the time since the previous one. */
const readEvery = 500;
/** Milliseconds after a part, until what it started has finished. */
const settle = 3_000;

/**
 * The longest turn of the event loop of the built handler with its store: while it learns all applications of
 * a large Argo CD, and while it follows a sync of five thousand resources.
 */
export async function measureHandlerTurns(
  temporaryFolder: string,
  { applications, runsFor } = sizes,
): Promise<readonly Figure[]> {
  return onStage(temporaryFolder, async ({ azure, argocd, collection, site }) => {
    const name = `${large}shop`;
    await argocd.ask('add', { names: [name], isSynced: false, runsFor });
    await argocd.ask('add', { names: applicationNames(applications), isSynced: true });
    const handler = site.start();
    try {
      await handler.ready();
      const listing = await longestTurn(handler, () => handler.knows(applications + 1));
      const jobs = await azure.ask('addJobs', 1);
      const following = await longestTurn(handler, async () => {
        const requests = jobs.map((job) => syncRequest(job, collection, { applications: name }));
        assertAcknowledged(await sendSteadily(handler.url, requests, 1));
        while ((await azure.ask('count', undefined)).completions === 0) await delay(readEvery);
      });
      const what = 'longest turn of the handler';
      const unit = 'ms' as const;
      return [
        { what: `${what}, list of ${applications} applications`, value: listing, unit },
        { what: `${what}, sync of 5000 resources`, value: following, unit },
      ].map((figure) => ({ ...figure, goal: goalOfTurn }));
    } finally {
      await handler.stop('SIGTERM');
    }
  });
}

/** Milliseconds. */
async function longestTurn(handler: HandlerProcess, act: () => Promise<void>): Promise<number> {
  let isOver = false;
  const over = act()
    .then(() => delay(settle))
    .finally(() => (isOver = true));
  let longest = 0;
  for (;;) {
    const isLast = isOver;
    longest = Math.max(longest, await turnSinceLastReading(handler));
    if (isLast) break;
    await delay(readEvery);
  }
  await over;
  return longest;
}

async function turnSinceLastReading(handler: HandlerProcess): Promise<number> {
  const metrics = await handler.admin('/metrics');
  const seconds = /^nodejs_eventloop_lag_max_seconds (\S+)$/m.exec(metrics)?.[1];
  if (seconds === undefined) throw new Error('The handler tells nothing of its event loop.');
  return Number(seconds) * 1_000;
}
