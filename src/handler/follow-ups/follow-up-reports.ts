import { readActionBody } from '../../actions/action-body.ts';
import type { ActionState, StoredAction } from '../../actions/stored-action.ts';
import { printPipelineAddress } from '../../follow-ups/pipeline-address.ts';
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
  const pipeline =
    action.kind === 'postWebHook' ? new URL(action.url).host : printPipelineAddress(action);
  return {
    ...{ key, rule, event: event.kind, pipeline, state: states[state] },
    ...{ run: outcome, result: undefined, message },
  };
}
