import { AzureDevOpsSimulator } from '../../../simulators/azure-devops/simulator.ts';
import { rights } from '../../../simulators/azure-devops/principal.ts';
import { monotonicTime } from '../monotonic-time.ts';
import { carryOut } from './child-server.ts';

/** A job, as its request identifies it. */
export interface BenchJob {
  readonly projectId: string;
  readonly planId: string;
  readonly jobId: string;
  readonly timelineId: string;
  readonly taskInstanceId: string;
  readonly token: string;
}

/** A TaskCompleted that Azure DevOps accepted. */
export interface Completion {
  readonly planId: string;
  readonly result: string;
  /** When it arrived, on the monotonic clock. */
  readonly at: number;
}

const azure = await AzureDevOpsSimulator.start({ validate: false, keepsRequests: false });
const completions: Completion[] = [];
let requests = 0;
const queuedAt: (readonly [application: string, at: number])[] = [];
azure.onRequest = ({ operation, json }, stage) => {
  if (stage === 'arrived') requests += 1;
  if (stage === 'arrived' && operation === 'queueRun') {
    const { templateParameters = {} } = (json ?? {}) as {
      readonly templateParameters?: Readonly<Record<string, string>>;
    };
    queuedAt.push([templateParameters['application'] ?? '', monotonicTime()]);
  }
  return undefined;
};

const orders = {
  /** URL of the collection. */
  about: () => ({ url: azure.collectionUrl.replace(/\/$/, '') }),
  /** Adds pipelines that a handler may queue. Returns the token for that. */
  addPipelines: (names: readonly string[]): string => {
    const parameters = [{ name: 'event' }, { name: 'application', default: '' }];
    const runNumber = 'argocd-${{ parameters.event }}';
    for (const name of names) azure.addPipeline({ name, parameters, runNumber });
    return azure.addIdentity('argocd handler', rights).token;
  },
  /** What was queued since the last call: for which application, and when on the monotonic clock. */
  takeQueued: () => queuedAt.splice(0),
  /** Adds so many jobs that wait for their task. */
  addJobs: (count: number): readonly BenchJob[] => Array.from({ length: count }, addJob),
  /** From now on, nobody answers. */
  pause: () => azure.pause(),
  /** Answers again. Returns when that was. */
  resume: async () => {
    await azure.resume();
    return monotonicTime();
  },
  count: () => ({ completions: completions.length, requests }),
  /** What was completed since the last call. */
  takeCompletions: (): readonly Completion[] => completions.splice(0),
  /** How callers violated the rules: the first violations. */
  faults: (): readonly string[] => azure.faults.slice(0, 10),
};

export type AzureOrders = typeof orders;

carryOut(orders);

function addJob(): BenchJob {
  const { plan, projectId, planId, jobId, timelineId, taskInstanceId, token } = azure.addJob();
  plan.onEvent(({ name, result = '' }) => {
    if (name === 'TaskCompleted') completions.push({ planId, result, at: monotonicTime() });
  });
  return { projectId, planId, jobId, timelineId, taskInstanceId, token };
}
