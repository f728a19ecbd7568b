import type { RenderedRun } from '../../src/follow-ups/action-kinds/queue-pipeline.ts';
import type { RenderedAction } from '../../src/follow-ups/follow-up.ts';
import { writeActionBody, type ActionBody } from '../../src/actions/action-body.ts';
import type { StoredAction } from '../../src/actions/stored-action.ts';
import type { ApplicationEvent } from '../../src/sync/events/application-event.ts';

export const eventKey = '123456789012345';

export const event: ApplicationEvent = {
  id: 'uid-1/operation-1/succeeded',
  kind: 'succeeded',
  application: { name: 'shop', namespace: 'argocd', uid: 'uid-1', project: 'default' },
  operation: {
    key: 'operation-1',
    startedAt: 1_700_000_000_000,
    origin: { kind: 'user', name: 'alice' },
    revisions: ['abc'],
    revisionChanged: true,
    attempt: 0,
    dryRun: false,
    hooks: [],
    missed: [],
  },
  phase: undefined,
  hook: undefined,
  images: ['registry.example.com/shop:1'],
  message: 'successfully synced',
  at: 1_700_000_060_000,
};

/** A request to queue a run of `fabrikam/shop/smoke`. */
export function renderedRun(about: Partial<RenderedRun> = {}): RenderedRun {
  return {
    ...{ kind: 'queuePipeline', organization: 'fabrikam', project: 'shop', pipeline: 'smoke' },
    ...{ parameters: {}, variables: {}, pipelineResources: {}, stagesToSkip: [] },
    ...about,
  };
}

/** A waiting action, as the store keeps it. */
export function storedAction(
  action: RenderedAction,
  { rule = 'smoke-tests', ...about }: Partial<ActionBody> & { readonly rule?: string } = {},
): StoredAction {
  const body = writeActionBody({
    ...{ event, argocd: 'prod', applicationUrl: 'https://argocd.example.com/applications/shop' },
    ...{ action, eventKey, late: false, chain: [], ...about },
  });
  return {
    ...{ key: `${event.id}|${rule}`, uid: 'uid-1', rule, createdAt: 0, expiresAt: 1 },
    ...{ state: 'waiting', dueAt: 0, tries: 0, sentAt: undefined, looks: 0, body },
    ...{ request: undefined, outcome: undefined, message: '' },
  };
}
