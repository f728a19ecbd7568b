import type { FollowUpAction, RenderedAction } from '../follow-up.ts';
import type { PipelineAddress } from '../pipeline-address.ts';
import type { ActionKind } from './action-kind.ts';
import { createReleaseKind } from './create-release.ts';
import { postWebhookKind } from './post-webhook.ts';
import { queuePipelineKind } from './queue-pipeline.ts';

/** All kinds of actions, in the order in which messages list them. */
export const actionKinds = [queuePipelineKind, createReleaseKind, postWebhookKind] as const;

type AnyActionKind = ActionKind<FollowUpAction, RenderedAction>;

/** Each is given only actions of its own kind, by their names. */
const byName: ReadonlyMap<string, AnyActionKind> = new Map(
  actionKinds.map((kind) => [kind.kind, kind]),
);

/**
 * The kind of an action. Throws for one that this version does not know: another version may have
 * stored it (see `isKnown`).
 */
export function actionKindOf({ kind: name }: Pick<RenderedAction, 'kind'>): AnyActionKind {
  const kind = byName.get(name);
  if (kind === undefined) throw new Error(`There is no kind of action ${name}.`);
  return kind;
}

/** Whether a stored action has a kind that this version knows. */
export function isKnown({ kind }: { readonly kind: string }): boolean {
  return byName.has(kind);
}

/** The action with its pipeline or release definition; undefined for one that queues nothing. */
export function pipelineOf<Action extends FollowUpAction | RenderedAction>(
  action: Action,
): Extract<Action, PipelineAddress> | undefined {
  return actionKindOf(action).queues ? (action as Extract<Action, PipelineAddress>) : undefined;
}
