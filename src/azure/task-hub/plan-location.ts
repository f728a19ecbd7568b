import { AzureError } from '../http/azure-error.ts';
import type { AzureFailure } from '../http/azure-error.ts';
import { releaseHostOf } from '../http/collection.ts';
import type { RunAddress } from './run-address.ts';
import type { OrchestrationPlan, TaskHub } from './task-hub.ts';

/** A plan, and the address under which it answers. */
export interface LocatedPlan {
  readonly address: RunAddress;
  readonly plan: OrchestrationPlan;
}

/** What a host may say of a plan that another host of the organization has. */
const elsewhere: readonly AzureFailure[] = ['plan-gone', 'not-found', 'refused', 'forbidden'];
/** After these the other host may have the plan all the same. */
const passing: readonly AzureFailure[] = ['throttled', 'unavailable'];

/**
 * Finds the host that has the run's plan: the one that the request names, or for classic releases
 * the release host of the same organization (azure-devops.md §11.6). Rejects with the `AzureError`
 * of the first, or with that of the second where a later try may find the plan there.
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
