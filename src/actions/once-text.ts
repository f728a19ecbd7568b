import { onceBy } from '../azure/pipelines/rest-pipelines.ts';
import type { Once } from '../azure/pipelines/pipelines.ts';
import { findRequest } from './pipeline-request.ts';

/** How often an event can run a pipeline, in the words of the documentation. */
export function printOnce(once: Once): string {
  return once.kind === 'exactlyOnce'
    ? 'exactly once'
    : `at most one duplicate within ${once.withinSeconds} s`;
}

/**
 * The same for an action, from the mark of the run that it requested; empty until it has requested one. A
 * webhook has no mark: its receiver recognizes it by its id.
 */
export function printOnceOf(
  kind: 'queuePipeline' | 'createRelease' | 'postWebHook',
  request: string | undefined,
): string {
  if (kind === 'postWebHook') return 'at least once, with one id';
  const asked = request === undefined ? undefined : findRequest(request);
  return asked === undefined ? '' : printOnce(onceBy(asked.mark));
}
