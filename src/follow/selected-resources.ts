import { ArgoCDError } from '../argocd/argocd-error.ts';
import type { Address } from '../argocd/port.ts';
import type { Application, ResourceKey } from '../sync/model/application.ts';
import { addressTarget } from '../sync/model/asked-revision.ts';
import type { SyncGoal } from '../sync/model/goal.ts';
import { judgeError } from '../sync/model/known-error.ts';
import { expandSelection } from '../sync/plan/selection.ts';
import { UserError } from '../user-error.ts';
import { inTurns } from '../async/in-turns.ts';
import type { FollowPorts } from './settings.ts';

/**
 * The exact resources of a selective sync, since the server compares exactly. Rejects with a
 * `UserError` when an entry matches nothing or the manifests cannot be generated.
 */
export async function selectResources(
  { target, options }: SyncGoal,
  application: Application,
  address: Address,
  { argocd, signal }: Pick<FollowPorts, 'argocd' | 'signal'>,
): Promise<readonly ResourceKey[]> {
  const named = addressTarget(application, target);
  const asked =
    named.kind === 'revision'
      ? { revision: named.revision }
      : named.kind === 'revisions'
        ? { revisions: named.byPosition }
        : {};
  const manifests = await argocd.manifests(address, asked, signal).catch((error: unknown) => {
    throw isLasting(error) ? unreadable(error) : error;
  });
  const { destinationNamespace } = application;
  const { resources, unmatched } = await inTurns(
    expandSelection(options.resources, manifests, destinationNamespace),
  );
  if (unmatched.length === 0) return resources;
  throw new UserError(
    `Input "resources": ${unmatched.join(' ')}`,
    'Argo CD would ignore what it does not find and report success. Correct the entry.',
  );
}

function isLasting(error: unknown): error is ArgoCDError {
  if (!(error instanceof ArgoCDError)) return false;
  return error.failure === 'refused' || judgeError(error.reason).nature === 'lasting';
}

function unreadable(error: ArgoCDError): UserError {
  return new UserError(
    `Argo CD cannot generate the manifests that "resources" selects from: ${error.reason}`,
    judgeError(error.reason).advice || 'Check the revision and the manifests.',
    { cause: error },
  );
}
