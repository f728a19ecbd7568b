import type { Application } from '../model/application.ts';
import { markerOf, runRowName, type Operation } from '../model/operation.ts';

/**
 * Who started an operation. `run`: a task of ours, with the marker of its run, and its page in Azure
 * DevOps where a row of `info` says that: foreign, whoever may sync can write it. `applicationSet`: a
 * rolling sync. `user` has an empty name where Argo CD stores none, such as for `kubectl`.
 */
export type OperationOrigin =
  | { readonly kind: 'run'; readonly marker: string; readonly page?: string }
  | { readonly kind: 'autoSync' }
  | { readonly kind: 'selfHeal' }
  | { readonly kind: 'applicationSet' }
  | { readonly kind: 'user'; readonly name: string };

/** Who started the operation of an event; of an event without one, who started the last operation. */
export function originOfEvent(
  { operation }: { readonly operation: { readonly origin: OperationOrigin } | undefined },
  { operationState: last }: Pick<Application, 'operationState'>,
): OperationOrigin | undefined {
  return operation?.origin ?? (last && originOf(last.operation));
}

/** Reads who started an operation from what Argo CD stores with it (argo-cd.md §2.4). */
export function originOf(operation: Operation): OperationOrigin {
  const marker = markerOf(operation);
  if (marker !== undefined) {
    const page = pageOf(operation);
    return { kind: 'run', marker, ...(page !== undefined && { page }) };
  }
  const { username, automated } = operation.initiatedBy;
  if (!automated) return { kind: 'user', name: username };
  if (username === 'applicationset-controller') return { kind: 'applicationSet' };
  // A self-heal names the resources that it fixes; an automated sync never does.
  return { kind: operation.resources.length > 0 ? 'selfHeal' : 'autoSync' };
}

const longestPage = 512;

function pageOf({ info }: Operation): string | undefined {
  const value = info.find(({ name }) => name === runRowName)?.value ?? '';
  const [page] = /https?:\/\/\S+$/.exec(value.slice(-longestPage)) ?? [];
  return page;
}
