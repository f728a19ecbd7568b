import { markerOf, type Operation } from '../model/operation.ts';

/**
 * Who started an operation. `run`: a task of ours, with the marker of its run. `applicationSet`: a
 * rolling sync. `user` has an empty name where Argo CD stores none, such as for `kubectl`.
 */
export type OperationOrigin =
  | { readonly kind: 'run'; readonly marker: string }
  | { readonly kind: 'autoSync' }
  | { readonly kind: 'selfHeal' }
  | { readonly kind: 'applicationSet' }
  | { readonly kind: 'user'; readonly name: string };

/** Reads who started an operation from what Argo CD stores with it (argo-cd.md §2.4). */
export function originOf(operation: Operation): OperationOrigin {
  const marker = markerOf(operation);
  if (marker !== undefined) return { kind: 'run', marker };
  const { username, automated } = operation.initiatedBy;
  if (!automated) return { kind: 'user', name: username };
  if (username === 'applicationset-controller') return { kind: 'applicationSet' };
  // A self-heal names the resources that it mends, and an automated sync never does.
  return { kind: operation.resources.length > 0 ? 'selfHeal' : 'autoSync' };
}
