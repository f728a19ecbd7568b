import { setTimeout as delay } from 'node:timers/promises';
import type { Figure } from '../figure.ts';
import { difference } from '../process-usage.ts';
import type { BenchJob } from './azure-server.ts';
import type { HandlerProcess } from './handler-process.ts';
import { sendSteadily, syncRequest, type PreparedRequest } from './requests.ts';
import { onStage, type Stage } from './stage.ts';
import { until } from './waiting.ts';

export interface HostileSizes {
  /** Requests, each nearly as large as a body may be. */
  readonly requests: number;
  readonly cancels: number;
  /** Milliseconds from a flood until the remaining usage is measured. */
  readonly settle: number;
}

const sizes: HostileSizes = { requests: 600, cancels: 10_000, settle: 5_000 };
/** Requests per second: as fast as a handler accepts large ones. */
const perSecond = { requests: 100, cancels: 500 };
/** Characters of an input. Four inputs, each nearly as long as allowed, make a body of 236 KB. */
const letters = 59_000;

interface Flood {
  readonly what: string;
  readonly isAway: boolean;
  readonly perSecond: number;
  readonly requests: (stage: Stage) => Promise<readonly PreparedRequest[]>;
  /** Megabytes that may remain in the store. */
  readonly store: number;
}

/** The memory limit of the image, in MB. */
const allowed = 640;
/** MB that a second flood may add: it should reuse what the first one took. */
const again = { memory: 64, store: 10 };

/**
 * What remains of the requests of a client that has a handler token, but no valid job tokens. Node returns
 * memory late, and SQLite keeps the pages of its file, so only a second flood shows whether something leaks.
 */
export async function measureHostileClient(
  temporaryFolder: string,
  { requests, cancels, settle } = sizes,
): Promise<readonly Figure[]> {
  const large = (stage: Stage) => forgedSyncs(stage, requests);
  const floods: readonly Flood[] = [
    {
      what: `${requests} forged requests of 236 KB, refused`,
      ...{ isAway: false, perSecond: perSecond.requests, requests: large },
      store: 200,
    },
    {
      what: `${requests} forged requests of 236 KB, Azure DevOps away`,
      ...{ isAway: true, perSecond: perSecond.requests, requests: large },
      store: 200,
    },
    {
      what: `${cancels} forged cancellations, Azure DevOps away`,
      ...{ isAway: true, perSecond: perSecond.cancels },
      requests: (stage) => forgedCancels(stage, cancels),
      store: 10,
    },
  ];
  const figures: Figure[] = [];
  for (const flood of floods) {
    figures.push(...(await onStage(temporaryFolder, (stage) => measure(stage, flood, settle))));
  }
  return figures;
}

async function measure(stage: Stage, flood: Flood, settle: number): Promise<readonly Figure[]> {
  const { azure, site } = stage;
  const floods = [await flood.requests(stage), await flood.requests(stage)];
  if (flood.isAway) await azure.ask('pause', undefined);
  const handler = site.start();
  try {
    await handler.ready();
    const afterwards: { accepted: number; memory: number | undefined; store: number }[] = [];
    for (const requests of floods) {
      const answers = await sendSteadily(handler.url, requests, flood.perSecond);
      const accepted = answers.filter(({ status }) => status === 202).length;
      // An invalid request is not a flood. 0: the response did not arrive in time.
      const wrong = answers.find(({ status }) => ![0, 202, 429].includes(status));
      if (wrong !== undefined) throw new Error(`A forged request was answered ${wrong.status}.`);
      if (!flood.isAway) await allRefused(handler);
      await delay(settle);
      afterwards.push({ accepted, memory: handler.memory, store: site.storeSize });
    }
    const [first, second] = afterwards;
    if (first === undefined || second === undefined) throw new Error('There are two floods.');
    const { what, store } = flood;
    const unit = 'MB';
    return [
      { what: `${what}: taken`, value: first.accepted, unit: '' },
      { what: `${what}: peak memory`, value: handler.peakMemory, unit, goal: allowed },
      {
        what: `${what}: memory that as many again add`,
        value: difference(first.memory, second.memory),
        unit,
        goal: again.memory,
      },
      { what: `${what}: store`, value: first.store, unit, goal: store },
      {
        what: `${what}: store that as many again add`,
        value: second.store - first.store,
        unit,
        goal: again.store,
      },
    ];
  } finally {
    await handler.stop('SIGTERM');
  }
}

/** Runs are refused only after a minute, since one refusal is not final. */
function allRefused(handler: HandlerProcess): Promise<void> {
  return until('all runs are refused', async () => (await handler.openRuns()) === 0);
}

async function forgedSyncs(
  { azure, collection }: Stage,
  count: number,
): Promise<readonly PreparedRequest[]> {
  const inputs = {
    action: 'sync',
    applications: lines(1_000, (filling) => `shop-${filling}`),
    resources: lines(500, (filling) => `ConfigMap:shop/${filling}`),
    info: lines(100, (filling) => `${filling.slice(-3)}=${filling}`),
    syncOptions: lines(100, (filling) => `Key${filling.slice(-3)}=${filling}`),
  };
  return (await forgedJobs(azure, count)).map((job) => syncRequest(job, collection, inputs));
}

async function forgedCancels(
  { azure, collection }: Stage,
  count: number,
): Promise<readonly PreparedRequest[]> {
  return (await forgedJobs(azure, count)).map((job) => ({
    ...syncRequest(job, collection, {}),
    path: '/v1/syncs/cancel',
  }));
}

async function forgedJobs(azure: Stage['azure'], count: number): Promise<readonly BenchJob[]> {
  const jobs = await azure.ask('addJobs', count);
  return jobs.map((job, index) => ({ ...job, token: `forged-${index}` }));
}

/** So many lines that fill an input, each with different content. */
function lines(count: number, line: (filling: string) => string): string {
  const filling = (index: number) => String(index).padStart(letters / count - 18, '0');
  return Array.from({ length: count }, (_, index) => line(filling(index))).join('\n');
}
