import { PipelineTarget, type PipelineTargetOptions } from '../../actions/pipeline-target.ts';
import type { ActionTargets } from '../../actions/targets-by-kind.ts';
import { WebhookTarget, type WebhookTargetOptions } from './webhook-target.ts';

/** What the targets need. */
export type ActionTargetsOptions = PipelineTargetOptions & WebhookTargetOptions;

/** The targets of a handler, and what closes their connections. */
export interface OpenTargets {
  readonly targets: ActionTargets;
  close(): Promise<void>;
}

/** Opens the target of each kind of action. */
export function openTargets(options: ActionTargetsOptions): OpenTargets {
  const pipeline = new PipelineTarget(options);
  const webhook = new WebhookTarget(options);
  return {
    targets: { queuePipeline: pipeline, createRelease: pipeline, postWebHook: webhook },
    close: () => webhook.close(),
  };
}
