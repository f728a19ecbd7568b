import { isoTime } from '../../text/iso-time.ts';
import type { ActionBody } from '../../actions/action-body.ts';

/** The JSON body of a webhook: `type`, `timestamp` and `data`, as in Standard Webhooks. */
export function webhookBody(action: ActionBody): string {
  const { event, argocd, applicationUrl, eventKey, late } = action;
  const { kind, application, operation, phase, hook, images, message, at } = event;
  return JSON.stringify({
    type: kind,
    timestamp: isoTime(at),
    data: {
      ...{ event: eventKey, late, argocd, application, applicationUrl },
      ...{ phase, hook, images, message },
      operation: operation && {
        startedAt: isoTime(operation.startedAt),
        startedBy: operation.origin.kind,
        ...(operation.origin.kind === 'user' && { user: operation.origin.name }),
        revisions: operation.revisions,
        revisionChanged: operation.revisionChanged,
        attempt: operation.attempt,
        hooks: operation.hooks,
        missed: operation.missed,
      },
    },
  });
}
