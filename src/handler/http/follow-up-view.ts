import { isOpen } from '../../actions/stored-action.ts';
import { actionKindOf } from '../../follow-ups/action-kinds/action-kinds.ts';
import { printName } from '../../sync/model/application.ts';
import { eventKeyOf } from '../../follow-ups/action-key.ts';
import { webAddress } from '../../text/foreign-text.ts';
import { isoTime } from '../../text/iso-time.ts';
import type { FollowUpView } from './answers.ts';
import type { FollowUpRow } from './pages/follow-ups-page.ts';

/** A follow-up as JSON. */
export function viewFollowUp({ action, body }: FollowUpRow): FollowUpView {
  const { outcome, claim } = action;
  return {
    event: eventKeyOf(action.key),
    rule: action.rule,
    what: body?.event.kind ?? null,
    application: body === undefined ? null : printName(body.event.application),
    argocd: body?.argocd ?? null,
    late: body?.late ?? null,
    target: body === undefined ? null : actionKindOf(body.action).printTarget(body.action),
    state: action.state,
    message: action.message,
    tries: action.tries,
    createdAt: isoTime(action.createdAt),
    nextAt: isOpen(action.state) ? isoTime(action.dueAt) : null,
    expiresAt: isoTime(action.expiresAt),
    run:
      outcome === undefined ? null : { name: outcome.name, page: webAddress(outcome.page) ?? null },
    claim:
      claim === undefined
        ? null
        : { name: claim.name, page: webAddress(claim.page) ?? null, at: isoTime(claim.at) },
  };
}
