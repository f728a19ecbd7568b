import type { ApplicationName } from '../sync/application.ts';
import { printName } from '../sync/application.ts';
import { UserError } from '../sync/user-error.ts';
import { requiredActions } from './access/required-actions.ts';
import type { Access } from './http/access.ts';
import type { Order } from './run.ts';
import type { Deny } from './watch/guarded-argo-cd.ts';

/** What an order may touch in Argo CD, by the rules of the moment. */
export function denyFor(order: Order, access: Access): Deny {
  const { client, argocd, request } = order;
  const azureProject = { name: order.azureProject, id: order.address.projectId };
  const { subject } = request;
  const targets = 'names' in subject ? new Set(subject.names.map(printName)) : undefined;
  const needed = requiredActions(request);
  return (application: ApplicationName, appProject: string | undefined) => {
    // What an application manages is only looked at.
    const isTarget = targets === undefined || targets.has(printName(application));
    const [denial] = access.denyAll(
      { client, azureProject, argocd },
      [application],
      appProject ?? '',
      isTarget ? needed : ['gate'],
    );
    return denial && new UserError(denial.message, denial.advice);
  };
}

/**
 * Whether it is the name of the Azure project that the rules go by, which then must be proven: an id
 * cannot be claimed falsely, and where every name is allowed none matters.
 */
export function goesByName({ client, argocd, address, request }: Order, access: Access): boolean {
  const azureProject = { name: '', id: address.projectId };
  return access.denyRequest({ client, azureProject, argocd }, request).length > 0;
}
