import type { Address, ManifestRevisions } from '../argocd/port.ts';
import { inTurns } from '../async/in-turns.ts';
import type { Application } from '../sync/model/application.ts';
import type { Memory } from '../sync/model/memory.ts';
import { revisionsOf } from '../sync/model/operation.ts';
import type { OperationState } from '../sync/model/operation.ts';
import { namespaceExisted } from '../sync/plan/destination-namespace.ts';
import { planInTurns } from '../sync/plan/order.ts';
import type { Plan } from '../sync/plan/plan.ts';
import { dryOf } from '../sync/rules/hydration.ts';
import type { FollowPorts } from './settings.ts';

/** An operation with its application and what is known of it. */
export interface PlannedOperation {
  readonly application: Application;
  readonly state: OperationState;
  readonly memory: Memory;
}

/**
 * Reads the plan of an operation from the manifests of its revisions. Undefined while those are
 * unknown; rejects where Argo CD cannot generate the manifests.
 */
export function readPlan(
  operation: PlannedOperation,
  address: Address,
  { argocd, signal }: Pick<FollowPorts, 'argocd' | 'signal'>,
): Promise<Plan> | undefined {
  const asked = revisionsToRead(operation);
  if (asked === undefined) return undefined;
  return argocd
    .manifests(address, asked, signal)
    .then((manifests) => planFrom(manifests, operation));
}

/** Manifests are generated from the dry commit where there is one. */
function revisionsToRead({
  application,
  state,
  memory,
}: PlannedOperation): ManifestRevisions | undefined {
  const revisions = revisionsOf(state);
  const [first] = revisions;
  if (first === undefined) return undefined;
  if (application.multiSource) {
    return { revisions: revisions.map((revision, index) => ({ position: index + 1, revision })) };
  }
  if (application.hydrator === undefined) return { revision: first };
  const dry = dryOf(memory, revisions);
  return dry === undefined ? undefined : { revision: dry };
}

function planFrom(
  manifests: readonly unknown[],
  { application, state }: PlannedOperation,
): Promise<Plan> {
  const { operation, startedAt } = state;
  const [revision] = revisionsOf(state);
  const planning = planInTurns(manifests, {
    destinationNamespace: application.destinationNamespace,
    createNamespace: (operation.syncOptions ?? application.syncOptions).includes(
      'CreateNamespace=true',
    ),
    namespaceExists: namespaceExisted(application, state),
    skipHooks: operation.strategy === 'apply',
    resources: operation.resources,
    dryRun: operation.dryRun,
    startedAt,
    ...(application.multiSource || revision === undefined ? {} : { revision }),
  });
  return inTurns(planning);
}
