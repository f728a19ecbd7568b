import { AzureError } from '../http/azure-error.ts';
import type { AzureFailure } from '../http/azure-error.ts';
import { releaseHostOf } from '../http/collection.ts';
import type { RunAddress } from './run-address.ts';
import type { OrchestrationPlan, TaskHub } from './task-hub.ts';

/** A plan, and the address at which it was found. */
export interface LocatedPlan {
  readonly address: RunAddress;
  readonly plan: OrchestrationPlan;
}

/** How a host may answer for a plan that is on another host of the organization. */
const elsewhere: readonly AzureFailure[] = ['plan-gone', 'not-found', 'refused', 'forbidden'];
/** After these failures, the other host may still have the plan. */
const passing: readonly AzureFailure[] = ['throttled', 'unavailable'];

/**
 * Finds the host that has the run's plan: the one in the request or, for classic releases, the release
 * host of the same organization (azure-devops.md §11.6). Rejects with the `AzureError` of the first
 * host, or of the second if a later try may find the plan there.
 */
export async function locatePlan(
  address: RunAddress,
  hubFor: (address: RunAddress) => Pick<TaskHub, 'plan'>,
  signal: AbortSignal,
): Promise<LocatedPlan> {
  try {
    return { address, plan: await hubFor(address).plan(signal) };
  } catch (error) {
    const other = isElsewhere(error) ? atReleaseHost(address) : undefined;
    if (other === undefined) throw error;
    try {
      return { address: other, plan: await hubFor(other).plan(signal) };
    } catch (second) {
      const isFinal = second instanceof AzureError && !passing.includes(second.failure);
      throw isFinal ? error : second;
    }
  }
}

function isElsewhere(error: unknown): boolean {
  return error instanceof AzureError && elsewhere.includes(error.failure);
}

function atReleaseHost(address: RunAddress): RunAddress | undefined {
  if (address.hub !== 'release' && address.hub !== 'gates') return undefined;
  const collection = releaseHostOf(address.collection);
  return collection === undefined ? undefined : { ...address, collection };
}
