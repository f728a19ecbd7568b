import { applicationNames } from './applications.ts';
import type { Figure } from '../figure.ts';
import { difference } from '../process-usage.ts';
import { percentile } from '../percentile.ts';
import { assertAcknowledged, sendSteadily, syncRequest } from './requests.ts';
import { onStage, type Stage } from './stage.ts';

/** Each is requested every two seconds. */
const applications = 2_000;
/** How long the simulated operations take, in milliseconds. */
const runsFor = 1_000;

export interface AcknowledgementSizes {
  readonly perSecond: number;
  readonly seconds: number;
  /** Before the measurement, so that it is of compiled code. */
  readonly warmUpSeconds: number;
}

const sizes: AcknowledgementSizes = { perSecond: 1_000, seconds: 20, warmUpSeconds: 2 };

/** How fast requests are acknowledged, while accepted ones are being processed and while they are not. */
export async function measureAcknowledgements(
  temporaryFolder: string,
  asked = sizes,
): Promise<readonly Figure[]> {
  const figures: Figure[] = [];
  for (const isAway of [false, true]) {
    figures.push(...(await onStage(temporaryFolder, (stage) => measure(stage, asked, isAway))));
  }
  return figures;
}

async function measure(
  { azure, argocd, collection, site }: Stage,
  { perSecond, seconds, warmUpSeconds }: AcknowledgementSizes,
  isAway: boolean,
): Promise<readonly Figure[]> {
  const count = perSecond * (seconds + warmUpSeconds);
  const names = applicationNames(applications);
  await argocd.ask('add', { names, isSynced: false, runsFor });
  const jobs = await azure.ask('addJobs', count);
  if (isAway) await azure.ask('pause', undefined);
  const requests = jobs.map((job, index) =>
    syncRequest(job, collection, {
      action: 'sync',
      applications: names[index % applications] ?? '',
    }),
  );
  const handler = site.start();
  try {
    await handler.ready();
    await handler.knows(applications);
    const timeBefore = handler.processorTime;
    const warmUp = perSecond * warmUpSeconds;
    const answers = (await sendSteadily(handler.url, requests, perSecond)).slice(warmUp);
    assertAcknowledged(answers);
    const latencies = answers.map(({ dueAt, answeredAt }) => answeredAt - dueAt);
    const first = Math.min(...answers.map(({ dueAt }) => dueAt));
    const last = Math.max(...answers.map(({ answeredAt }) => answeredAt));
    const busy = difference(timeBefore, handler.processorTime);
    const when = isAway ? 'Azure DevOps away' : 'all at work';
    return [
      {
        what: `acknowledgements a second, ${when}`,
        value: (answers.length * 1_000) / (last - first),
        unit: '/s',
      },
      { what: `acknowledgement, ${when}: p50`, value: percentile(latencies, 50), unit: 'ms' },
      {
        what: `acknowledgement, ${when}: p99`,
        value: percentile(latencies, 99),
        unit: 'ms',
        goal: 100,
      },
      { what: `acknowledgement, ${when}: most`, value: percentile(latencies, 100), unit: 'ms' },
      {
        what: `processor time per acknowledgement, ${when}`,
        value: busy === undefined ? undefined : (busy * 1_000) / count,
        unit: 'ms',
      },
    ];
  } finally {
    await handler.stop('SIGTERM');
  }
}
