import type { ApplicationEvent, EventOperation } from '../../src/sync/events/application-event.ts';

/** A derived event of a successful operation of auto-sync. */
export function event(
  change: Partial<ApplicationEvent> & { readonly of?: Partial<EventOperation> } = {},
): ApplicationEvent {
  const { of, ...rest } = change;
  const operation: EventOperation = {
    key: '1000/run-1',
    startedAt: 1_000,
    origin: { kind: 'autoSync' },
    revisions: ['a'.repeat(40)],
    revisionChanged: true,
    attempt: 0,
    dryRun: false,
    hooks: [],
    missed: [],
    ...of,
  };
  return {
    id: 'uid-1/1000/run-1/end',
    kind: 'succeeded',
    application: { name: 'shop', namespace: 'argocd', uid: 'uid-1', project: 'retail' },
    operation,
    phase: undefined,
    hook: undefined,
    images: ['registry.example/shop:1'],
    message: 'successfully synced',
    at: 2_000,
    ...rest,
  };
}

/** An event of an application's health, which has no operation. */
export function healthEvent(change: Partial<ApplicationEvent> = {}): ApplicationEvent {
  return event({
    id: 'uid-1/healthDegraded/1',
    kind: 'healthDegraded',
    message: 'Deployment web is degraded',
    operation: undefined,
    ...change,
  });
}
