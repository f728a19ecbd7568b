import { actionKeyOf, eventKeyOf } from '../../../src/follow-ups/action-key.ts';
import type { RenderedRun } from '../../../src/follow-ups/action-kinds/queue-pipeline.ts';
import { writeActionBody, type ActionBody } from '../../../src/actions/action-body.ts';
import type { StoredAction } from '../../../src/handler/store/event-store.ts';
import { event } from '../../follow-ups/events.ts';

/** A run of `smoke` in the project `shop` of `fabrikam`. */
export const queueing: RenderedRun = {
  ...{ kind: 'queuePipeline', organization: 'fabrikam', project: 'shop', pipeline: 'smoke' },
  ...{ parameters: {}, variables: {}, pipelineResources: {}, stagesToSkip: [] },
};

/** The body of an action for an event that was seen when it happened. */
export function actionBody(change: Partial<ActionBody> = {}): ActionBody {
  return {
    event: event(),
    argocd: 'prod',
    applicationUrl: 'https://argocd.example.com/applications/argocd/shop',
    action: queueing,
    eventKey: '',
    late: false,
    chain: [],
    ...change,
  };
}

/** A stored action of the rule `rule`, with its body. */
export function storedAction(
  { rule = 'smoke', ...change }: Partial<StoredAction> = {},
  body: Partial<ActionBody> = {},
): StoredAction {
  const whole = actionBody(body);
  const key = change.key ?? actionKeyOf(whole.event, { name: rule, each: 'operation' });
  return {
    ...{ key, rule, uid: whole.event.application.uid, createdAt: 2_000, expiresAt: 9_000_000 },
    ...{
      state: 'waiting',
      dueAt: 2_000,
      tries: 0,
      sentAt: undefined,
      looks: 0,
      request: undefined,
    },
    ...{ outcome: undefined, message: '' },
    body: writeActionBody({ ...whole, eventKey: eventKeyOf(key) }),
    ...change,
  };
}
