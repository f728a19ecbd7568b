import type { FollowUpRule, QueuePipeline, Recurrence } from './follow-up.ts';
import { printPipelineAddress, type CompleteAddress } from './pipeline-address.ts';

/** What Argo CD adds to the name of a hook with `generateName`: revision, phase and start (argo-cd.md §5.1). */
const generated = /[0-9a-f]{7}-(?:presync|sync|postsync|syncfail)-\d{10}$/;

/**
 * The rule that a hook is: it queues a pipeline. Named by the hook and the pipeline, so that a hook that
 * calls again, or runs again in the same operation, is the same rule. It is never matched with events:
 * whoever has its event makes the action.
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
