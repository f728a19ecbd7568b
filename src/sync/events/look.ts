import type { Application } from '../model/application.ts';
import type { ApplicationSummary, Listing } from '../model/application-summary.ts';

/**
 * Text that is equal as long as an application shows nothing that would make an event, but for the
 * hooks and phases of an operation that goes on. The same of all of it, of its summary, and of its line
 * in a list.
 */
export function lookOf(seen: Application | ApplicationSummary | Listing): string {
  const last = 'operationState' in seen ? seen.operationState : seen.last;
  const isPending = 'isPending' in seen ? seen.isPending : seen.operation !== undefined;
  const operation = last && `${last.phase} ${last.startedAt} ${last.finishedAt}`;
  return `${isPending} ${operation} ${seen.health.status}`;
}

/** Whether an operation goes on, whose hooks and phases may be told. */
export function isUnderWay({ last }: Pick<ApplicationSummary, 'last'>): boolean {
  return last?.phase === 'Running' || last?.phase === 'Terminating';
}
