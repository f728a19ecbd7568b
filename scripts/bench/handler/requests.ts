import { Pool } from 'undici';
import { syncSections } from '../../../src/handler/http/sync-sections.ts';
import { monotonicTime } from '../monotonic-time.ts';
import type { BenchJob } from './azure-server.ts';
import { clientToken } from './handler-process.ts';

/** Connections of the sender: enough for all open requests. */
const connections = 256;
/** How long Azure DevOps waits for a response, in milliseconds. */
const grace = 20_000;
/** Until what is still not answered counts as lost, in milliseconds after the last was due. */
const answeredWithin = 60_000;

/** A request of Azure Pipelines, ready to be sent. */
export interface PreparedRequest {
  /** Default: `/v1/syncs`. */
  readonly path?: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The response to a request. Times are on the monotonic clock. */
export interface Answered {
  /** When it should have been sent. */
  readonly dueAt: number;
  readonly answeredAt: number;
  /** 0 without a response. */
  readonly status: number;
}

/** A request for the sync of an application, as `ArgoCDSyncServer@1` sends it. */
export function syncRequest(
  job: BenchJob,
  collection: string,
  inputs: Readonly<Record<string, string>>,
): PreparedRequest {
  const { projectId, planId, jobId, timelineId, taskInstanceId, token } = job;
  const values: Readonly<Record<string, string>> = {
    argocd: 'prod',
    azureProject: 'shop',
    pipeline: 'shop-deploy',
    runNumber: '20260121.7',
    runPage: `${collection}/shop/_build/results?buildId=1007`,
    requestedFor: 'Jamal Hartnett',
    project: 'default',
    timeoutSeconds: '7200',
    ...inputs,
  };
  const sections = syncSections.map((name) => `--${planId} ${name}\n${values[name] ?? ''}\n`);
  return {
    headers: {
      PlanUrl: `${collection}/`,
      ProjectId: projectId,
      HubName: 'build',
      PlanId: planId,
      JobId: jobId,
      TimelineId: timelineId,
      TaskInstanceId: taskInstanceId,
      AuthToken: token,
      Authorization: `Bearer ${clientToken}`,
      'Content-Type': 'text/plain',
    },
    body: sections.join(''),
  };
}

/**
 * Sends requests at a steady rate, whether or not earlier ones were answered, like independent callers: a
 * handler that falls behind is not spared.
 */
export async function sendSteadily(
  url: string,
  requests: readonly PreparedRequest[],
  perSecond: number,
): Promise<readonly Answered[]> {
  const pool = new Pool(url, { connections, headersTimeout: grace, bodyTimeout: grace });
  const startedAt = monotonicTime();
  const answers: Promise<Answered>[] = [];
  while (answers.length < requests.length) {
    const now = monotonicTime();
    for (let next = requests[answers.length]; next !== undefined; next = requests[answers.length]) {
      const dueAt = startedAt + (answers.length * 1_000) / perSecond;
      if (dueAt > now) break;
      answers.push(send(pool, next, dueAt));
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  const lost = setTimeout(() => void pool.destroy(), answeredWithin);
  const answered = await Promise.all(answers);
  clearTimeout(lost);
  if (!pool.destroyed) await pool.close();
  return answered;
}

async function send(
  pool: Pool,
  { path = '/v1/syncs', headers, body }: PreparedRequest,
  dueAt: number,
): Promise<Answered> {
  try {
    const answer = await pool.request({ path, method: 'POST', headers, body });
    await answer.body.dump();
    return { dueAt, answeredAt: monotonicTime(), status: answer.statusCode };
  } catch {
    return { dueAt, answeredAt: monotonicTime(), status: 0 };
  }
}

/** Throws unless all were acknowledged, since the figures would then mean nothing. */
export function assertAcknowledged(answers: readonly Answered[]): void {
  const other = answers.filter(({ status }) => status !== 202);
  if (other.length === 0) return;
  const statuses = [...new Set(other.map(({ status }) => status))].join(', ');
  throw new Error(`${other.length} of ${answers.length} were not acknowledged: ${statuses}.`);
}
