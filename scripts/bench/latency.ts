import { ArgoCDProcess, type ServerReport } from './argo-cd-process.ts';
import type { Figure } from './figure.ts';
import { newestNode } from './newest-node.ts';
import { percentile } from './percentile.ts';
import { startTask } from './task-process.ts';

interface Kind {
  readonly what: string;
  readonly waitFor: 'operation' | 'health';
  readonly hasStream: boolean;
  /** Milliseconds. */
  readonly goals: { readonly p50?: number; readonly p95?: number };
}

const kinds: readonly Kind[] = [
  {
    what: 'done → process ended, waitFor: operation',
    waitFor: 'operation',
    hasStream: true,
    goals: { p50: 54, p95: 75 },
  },
  {
    what: 'done → process ended, waitFor: health',
    waitFor: 'health',
    hasStream: true,
    goals: { p50: 150, p95: 150 },
  },
  {
    what: 'done → process ended, operation, stream dead',
    waitFor: 'operation',
    hasStream: false,
    goals: { p50: 2_000, p95: 2_000 },
  },
];

const samples = 100;
/** How many start together; their ends are spread out, so that they do not compete. */
const batch = 10;
/** Seconds between the ends of two syncs of a batch, and how long the first one's Job runs. */
const spread = { first: 0.8, step: 0.25 };
const requestGoals = { requests: 5, streams: 1 };

interface Measured {
  readonly delays: readonly number[];
  readonly requests: readonly number[];
  readonly streams: readonly number[];
}

/** How long the task takes to end after its operation ended at the server, and how many requests it makes. */
export async function measureLatency(temporaryFolder: string): Promise<readonly Figure[]> {
  const figures: Figure[] = [];
  for (const kind of kinds) {
    const argocd = await ArgoCDProcess.start();
    try {
      if (!kind.hasStream) await argocd.breakStreams();
      const { delays, requests, streams } = await measureKind(kind, argocd, temporaryFolder);
      for (const [name, percent] of [
        ['p50', 50],
        ['p95', 95],
      ] as const) {
        const goal = kind.goals[name];
        figures.push({
          what: `${kind.what}: ${name}`,
          value: percentile(delays, percent),
          unit: 'ms',
          ...(goal !== undefined && { goal }),
        });
      }
      if (!kind.hasStream) continue;
      const most = `waitFor: ${kind.waitFor}, most of ${samples} syncs`;
      const { requests: requestGoal, streams: streamGoal } = requestGoals;
      figures.push(
        { what: `requests, ${most}`, value: Math.max(...requests), unit: '', goal: requestGoal },
        { what: `streams, ${most}`, value: Math.max(...streams), unit: '', goal: streamGoal },
      );
    } finally {
      argocd.stop();
    }
  }
  return figures;
}

async function measureKind(
  kind: Kind,
  argocd: ArgoCDProcess,
  temporaryFolder: string,
): Promise<Measured> {
  const measured: Measured[] = [];
  for (let first = 0; first < samples; first += batch) {
    measured.push(await measureBatch(kind, first, argocd, temporaryFolder));
  }
  return {
    delays: measured.flatMap(({ delays }) => delays),
    requests: measured.flatMap(({ requests }) => requests),
    streams: measured.flatMap(({ streams }) => streams),
  };
}

async function measureBatch(
  { waitFor }: Kind,
  first: number,
  argocd: ArgoCDProcess,
  temporaryFolder: string,
): Promise<Measured> {
  // Each batch starts slightly later: without a stream, the delay depends on when, between two looks, an
  // operation ends.
  const shift = (first / samples) * spread.step;
  const applications = Array.from({ length: batch }, (_, index) => ({
    name: `shop-${first + index}`,
    seconds: spread.first + shift + index * spread.step,
  }));
  const revisions = await argocd.prepare(applications);
  const ends = await Promise.all(
    applications.map(async ({ name }, index) => {
      const { ended } = startTask({
        node: newestNode(),
        inputs: {
          applications: name,
          project: 'default',
          revision: revisions[index] ?? '',
          waitFor,
        },
        connection: argocd.address,
        temporaryFolder,
      });
      return { name, ...(await ended) };
    }),
  );
  const report = await argocd.clear();
  for (const { name, output } of ends) {
    if (output.includes('##vso[task.complete result=Succeeded')) continue;
    throw new Error(`The sync of ${name} did not succeed, so it says nothing:\n${output}`);
  }
  return {
    delays: ends.map(({ name, endedAt }) => endedAt - (report.finishedAt[name] ?? NaN)),
    requests: ends.map(({ name }) => count(report, name, false)),
    streams: ends.map(({ name }) => count(report, name, true)),
  };
}

function count({ requests }: ServerReport, name: string, streams: boolean): number {
  return requests.filter(
    ({ application, isStream }) => application === name && isStream === streams,
  ).length;
}
