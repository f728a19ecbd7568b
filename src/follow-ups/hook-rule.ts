import type { QueuePipeline } from './action-kinds/queue-pipeline.ts';
import type { FollowUpRule, Recurrence } from './follow-up.ts';
import { printPipelineAddress, type CompleteAddress } from './pipeline-address.ts';

/**
 * What Argo CD appends to the name of a hook with `generateName`: revision, phase and start time
 * (argo-cd.md §5.1).
 */
const generated = /[0-9a-f]{7}-(?:presync|sync|postsync|syncfail)-\d{10}$/;

/**
 * The rule for a hook that queues a pipeline. Its name consists of the hook and the pipeline, so a hook
 * that calls again, or runs again in the same operation, yields the same rule. It is never matched
 * against events: the caller already knows the event and creates the action from it.
 */
export function hookRuleOf(
  { name, namespace }: { readonly name: string; readonly namespace: string },
  queue: QueuePipeline & CompleteAddress,
  each: Recurrence,
): FollowUpRule {
  const base = name.replace(generated, '');
  return {
    name: ['hook', namespace, base, printPipelineAddress(queue)].join('/'),
    when: {
      events: [],
      phases: undefined,
      startedBy: undefined,
      revisionChanged: undefined,
    },
    for: {
      argocd: undefined,
      appProjects: undefined,
      applications: undefined,
      labels: undefined,
    },
    do: queue,
    each,
  };
}
