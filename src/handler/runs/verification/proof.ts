import { AzureError } from '../../../azure/http/azure-error.ts';
import type { AzureFailure } from '../../../azure/http/azure-error.ts';
import { foldProjectName } from '../../../text/project-name.ts';
import type { RunAddress } from '../../../azure/task-hub/run-address.ts';
import type {
  OrchestrationPlan,
  TaskHub,
  TimelineRecord,
} from '../../../azure/task-hub/task-hub.ts';
import type { Clock } from '../../../async/clock.ts';
import type { RunSpec } from '../../run.ts';
import type { RetryBackoff } from '../retry-backoff.ts';
import type { AzurePorts, RunToken } from '../run-ports.ts';

/** The run is what it says, and where it lives; or it is not, and why. `late`: no answer in time. */
export type Proof =
  | {
      readonly kind: 'proven';
      readonly address: RunAddress;
      readonly planVersion: number | undefined;
      /** Name of the run's project; undefined where its token may not read that. */
      readonly projectName: string | undefined;
    }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'late' };

/** What a proof asks of Azure DevOps with, and when it asks again after a failure. */
export interface ProofPorts {
  readonly azure: AzurePorts;
  readonly clock: Clock;
  readonly retryBackoff: RetryBackoff;
  readonly onFailure: (error: AzureError) => void;
}

/** What a retry can fix. */
const passing: ReadonlySet<AzureFailure> = new Set(['unavailable', 'unclear', 'throttled']);
/** What a retry may fix: it counts when it lasts for a while. */
const doubtful: ReadonlySet<AzureFailure> = new Set(['unauthenticated', 'forbidden', 'not-found']);

/** What a proof needs of a run spec. */
export type Provable = Pick<RunSpec, 'address' | 'azureProject' | 'announced'>;

/** The only task that may be completed for an operation that names it: any other waits for somebody else. */
export const announcingTask = 'ArgoCDSyncDirect';

/**
 * Has a run prove itself with its own token, or with ours where it is announced: the plan is there
 * and of the project that it names, the job and the task belong to it and are open (azure-devops.md
 * §12.2). Only then may anything be started. The project's name is always read, since mere claims
 * of a run do not count later. `isNamed`: without the name the rules allow nothing. Outages are
 * waited for until `until`; a refusal counts when it has been repeated for a minute. Rejects with
 * the signal's reason.
 */
export async function prove(
  spec: Provable,
  token: RunToken,
  options: { readonly isNamed: boolean; readonly until: number; readonly signal: AbortSignal },
  { azure, clock, retryBackoff, onFailure }: ProofPorts,
): Promise<Proof> {
  const { until, signal } = options;
  const onReturn = (listener: () => void) => azure.onReturn(spec.address.collection, listener);
  for (;;) {
    await retryBackoff.wait(onReturn, until, signal);
    signal.throwIfAborted();
    if (clock.now() >= until) return { kind: 'late' };
    try {
      const proof = await ask(spec, token, options.isNamed, azure, signal);
      if (proof.kind === 'refused' && proof.reason === hiddenName) {
        throw new AzureError('GET project', hiddenName, { failure: 'forbidden' });
      }
      retryBackoff.succeeded();
      return proof;
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof AzureError)) throw error;
      onFailure(error);
      retryBackoff.failed(error);
      const mayPass = doubtful.has(error.failure) && !retryBackoff.isTokenRefused;
      // That our own identity is refused says nothing of the run.
      const isOurs = spec.announced !== undefined && error.failure === 'unauthenticated';
      if (!passing.has(error.failure) && !mayPass && !isOurs) {
        return { kind: 'refused', reason: explain(error) };
      }
    }
  }
}

async function ask(
  { address: claimed, azureProject, announced }: Provable,
  token: RunToken,
  isNamed: boolean,
  azure: AzurePorts,
  signal: AbortSignal,
): Promise<Proof> {
  const { address, plan } = await azure.locate(claimed, token, signal);
  const hub = azure.hub(address, token);
  const [records, name] = await Promise.all([
    hub.records(signal),
    projectName(hub, isNamed, signal),
  ]);
  const isAnnounced = announced !== undefined;
  const fault =
    faultOf(address, plan, records) ??
    (isAnnounced ? taskFault(address, records) : undefined) ??
    (isNamed ? nameFault(name, isAnnounced ? undefined : azureProject) : undefined);
  return fault === undefined
    ? { kind: 'proven', address, planVersion: plan.version, projectName: name }
    : { kind: 'refused', reason: fault };
}

/**
 * The project's name; undefined where the token may not read it. Where rules use ids, an Azure
 * DevOps that permanently does not return the name is no obstacle.
 */
async function projectName(
  hub: TaskHub,
  isNamed: boolean,
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    return await hub.projectName(signal);
  } catch (error) {
    if (!(error instanceof AzureError)) throw error;
    const isHidden = error.failure === 'forbidden' || error.failure === 'not-found';
    if (isHidden || !(isNamed || passing.has(error.failure))) return undefined;
    throw error;
  }
}

const hiddenName =
  "the run's token cannot read the name of its project: use the project's ID in azureProjects instead";

function nameFault(name: string | undefined, claimed: string | undefined): string | undefined {
  if (name === undefined) return hiddenName;
  if (claimed === undefined) return undefined;
  const isClaimed = foldProjectName(name) === foldProjectName(claimed);
  return isClaimed ? undefined : `the run does not belong to project "${claimed}"`;
}

/** Whoever may sync an application could otherwise end any task that waits, such as an approval. */
function taskFault(
  { taskInstanceId }: RunAddress,
  records: readonly TimelineRecord[],
): string | undefined {
  const task = records.find(({ id }) => isSame(id, taskInstanceId));
  const isIt = isSame(task?.taskName ?? '', announcingTask);
  return isIt ? undefined : `the task is not ${announcingTask}`;
}

function faultOf(
  { hub, planId, projectId, jobId, taskInstanceId }: RunAddress,
  plan: OrchestrationPlan,
  records: readonly TimelineRecord[],
): string | undefined {
  const find = (id: string) => records.find((record) => isSame(record.id, id));
  const [job, task] = [find(jobId), find(taskInstanceId)];
  if (!isSame(plan.planId, planId)) return 'Azure DevOps returned a different plan';
  if (!isSame(plan.scopeIdentifier, projectId)) return 'the plan belongs to another project';
  if (plan.state === 'completed') return 'the plan has ended';
  // The recorded timeline of a check shows the task alone, which names its job.
  if (job === undefined && hub !== 'checks') return 'the plan does not have this job';
  if (task === undefined) return 'the plan does not have this task';
  if (!isSame(task.parentId ?? '', jobId)) return 'the task does not belong to this job';
  if (job?.state === 'completed') return 'the job has ended';
  if (task.state === 'completed') return 'the task has ended';
  return undefined;
}

function isSame(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

function explain({ failure, reason }: AzureError): string {
  switch (failure) {
    case 'plan-gone':
      return 'Azure DevOps does not know this plan, or the token cannot read it';
    case 'unauthenticated':
      return "Azure DevOps does not accept the run's token";
    default:
      if (reason === hiddenName) return hiddenName;
      return `Azure DevOps answered: ${reason}`;
  }
}
