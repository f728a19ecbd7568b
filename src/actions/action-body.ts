import * as z from 'zod/mini';
import { actionKinds } from '../follow-ups/action-kinds/action-kinds.ts';
import type { RenderedAction } from '../follow-ups/follow-up.ts';
import type { ApplicationEvent, MissedReason } from '../sync/events/application-event.ts';
import { eventKinds } from '../sync/events/application-event.ts';
import { syncPhases } from '../sync/plan/hook.ts';

/**
 * The limits of the event that is stored with each action; the store may contain ten thousand actions.
 */
const most = {
  hooks: 50,
  images: 50,
  revisions: 20,
  repository: 1_000,
  message: 2_000,
  links: 100,
} as const;

/** One link of a chain of follow-ups: an application, and the rule that acted on it. */
export interface ChainLink {
  /** Name of the Argo CD instance; absent in what an earlier version stored. */
  readonly argocd?: string | undefined;
  /** The application's uid. */
  readonly uid: string;
  /** `name` or `namespace/name`, as in rules. */
  readonly application: string;
  readonly rule: string;
}

/** The event of an action and what to do: the `body` of a `StoredAction`. Texts are foreign. */
export interface ActionBody {
  /** Its lists and message are bounded by `boundedEvent`. */
  readonly event: ApplicationEvent;
  /** Name of the Argo CD instance. */
  readonly argocd: string;
  /** The page of the application in Argo CD. */
  readonly applicationUrl: string;
  readonly action: RenderedAction;
  /** 15 digits with which the run claims its event. */
  readonly eventKey: string;
  /** Whether it happened while no handler was watching, and was found afterwards. */
  readonly late: boolean;
  /** The follow-ups that led to this one, oldest first; empty if people or Git caused it. */
  readonly chain: readonly ChainLink[];
}

const text = z.string();
const texts = z.array(text);
const time = z.number();
const phase = z.enum(syncPhases);

const hookSchema = z.object({
  group: text,
  kind: text,
  namespace: text,
  name: text,
  phase,
  state: z.enum(['Running', 'Succeeded', 'Failed']),
});

const missedReasons = [
  'dryRun',
  'selective',
  'applyStrategy',
  'notReached',
  'notFailed',
  'notRunOnThisFailure',
  'noneThere',
] as const satisfies readonly MissedReason[];

const originSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('run'), marker: text, page: z.optional(text) }),
  z.object({ kind: z.literal('autoSync') }),
  z.object({ kind: z.literal('selfHeal') }),
  z.object({ kind: z.literal('applicationSet') }),
  z.object({ kind: z.literal('user'), name: text }),
]);

const operationSchema = z.object({
  key: text,
  startedAt: time,
  origin: originSchema,
  revisions: texts,
  repositories: z.optional(texts),
  phases: z.optional(z.array(z.object({ phase, at: time }))),
  revisionChanged: z.optional(z.boolean()),
  attempt: z.number(),
  dryRun: z.boolean(),
  hooks: z.array(hookSchema),
  missed: z.array(z.object({ phase, reason: z.enum(missedReasons) })),
});

const eventSchema = z.object({
  id: text,
  kind: z.enum(eventKinds),
  application: z.object({ name: text, namespace: text, uid: text, project: text }),
  operation: z.optional(operationSchema),
  phase: z.optional(phase),
  hook: z.optional(hookSchema),
  images: texts,
  message: text,
  at: time,
});

const bodySchema = z.object({
  event: eventSchema,
  argocd: text,
  applicationUrl: text,
  action: z.union(actionKinds.map((kind) => kind.stored())),
  eventKey: text,
  late: z.boolean(),
  chain: z.array(z.object({ argocd: z.optional(text), uid: text, application: text, rule: text })),
});

/** Serializes the body for a `StoredAction`. */
export function writeActionBody({ event, chain, ...body }: ActionBody): string {
  const kept = { ...body, event: boundedEvent(event), chain: chain.slice(-most.links) };
  return JSON.stringify(kept satisfies ActionBody);
}

/** Reads what `writeActionBody` wrote. Throws an ordinary error for anything else. */
export function readActionBody({ body }: { readonly body: string }): ActionBody {
  // JSON and the readers treat absent and undefined alike.
  return z.parse(bodySchema, JSON.parse(body)) as ActionBody;
}

/**
 * Like `readActionBody`, but undefined for what cannot be read, such as the text of an older handler.
 */
export function findActionBody(action: { readonly body: string }): ActionBody | undefined {
  try {
    return readActionBody(action);
  } catch {
    return undefined;
  }
}

/** The event with its lists and message cut to what is stored. */
export function boundedEvent(event: ApplicationEvent): ApplicationEvent {
  const { operation, images, message } = event;
  return {
    ...event,
    images: images.slice(0, most.images),
    message: message.slice(0, most.message),
    operation: operation && {
      ...operation,
      revisions: operation.revisions.slice(0, most.revisions),
      repositories: operation.repositories
        ?.slice(0, most.revisions)
        .map((each) => (each.length > most.repository ? '' : each)),
      hooks: operation.hooks.slice(0, most.hooks),
    },
  };
}
