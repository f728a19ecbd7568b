import { onceBy } from '../azure/pipelines/rest-pipelines.ts';
import type { Once } from '../azure/pipelines/pipelines.ts';
import { actionKindOf } from '../follow-ups/action-kinds/action-kinds.ts';
import type { RenderedAction } from '../follow-ups/follow-up.ts';
import { findRequest } from './pipeline-request.ts';

/** How often an event can run a pipeline, in the words of the documentation. */
export function printOnce(once: Once): string {
  return once.kind === 'exactlyOnce'
    ? 'exactly once'
    : `at most one duplicate within ${once.withinSeconds} s`;
}

/**
 * The same for an action, as its kind says, or by the mark of the run that it requested; empty until it
 * has requested one.
 */
export function printOnceOf(kind: RenderedAction['kind'], request: string | undefined): string {
  const { once } = actionKindOf({ kind });
  if (once !== undefined) return once;
  const asked = request === undefined ? undefined : findRequest(request);
  return asked === undefined ? '' : printOnce(onceBy(asked.mark));
}
