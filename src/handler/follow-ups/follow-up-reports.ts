import { readActionBody } from '../../actions/action-body.ts';
import type { ActionState, StoredAction } from '../../actions/stored-action.ts';
import { actionKindOf } from '../../follow-ups/action-kinds/action-kinds.ts';
import type { FollowUpReport, FollowUpState } from '../../sync/model/follow-up-report.ts';

const states: Readonly<Record<ActionState, FollowUpState>> = {
  waiting: 'waiting',
  sent: 'waiting',
  done: 'queued',
  refused: 'notQueued',
  expired: 'notQueued',
  dismissed: 'notQueued',
};

/** An action, as reported by the run that started the operation. Throws if the action cannot be read. */
export function reportOf(stored: StoredAction): FollowUpReport {
  const { key, rule, state, outcome, message } = stored;
  const { event, action } = readActionBody(stored);
  const kind = actionKindOf(action);
  const pipeline = kind.print(action);
  // Done is done: there is no run that could still end.
  if (state === 'done' && !kind.queues) {
    const result = { state: 'ended', run: undefined, result: 'succeeded' } as const;
    return { ...{ key, rule, event: event.kind, pipeline, message }, ...result };
  }
  return {
    ...{ key, rule, event: event.kind, pipeline, state: states[state] },
    ...{ run: outcome, result: undefined, message },
  };
}
