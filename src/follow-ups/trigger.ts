import type { EventFilter } from './follow-up.ts';

type Trigger = Pick<EventFilter, 'events' | 'phases'>;

const of = (
  event: EventFilter['events'][number],
  phase?: 'PreSync' | 'Sync' | 'PostSync' | 'SyncFail',
): Trigger => ({
  events: [event],
  phases: phase && [phase],
});

/**
 * Events by their short names: `onSuccess` in a task's input, `azure-pipelines/on-success` as an
 * annotation. A phase is reached when its first resource starts; PostSync and SyncFail need hooks for
 * that.
 */
export const triggers = {
  onStart: of('operationStarted'),
  onPreSync: of('phaseReached', 'PreSync'),
  onSync: of('phaseReached', 'Sync'),
  onPostSync: of('phaseReached', 'PostSync'),
  onSyncFail: of('phaseReached', 'SyncFail'),
  onHookEnd: of('hookEnded'),
  onSuccess: of('succeeded'),
  onFailure: of('failed'),
  onTermination: of('terminated'),
  onSupersession: of('superseded'),
  onHealthDegraded: of('healthDegraded'),
  onHealthRecovered: of('healthRecovered'),
  onDeletion: of('deleted'),
} as const satisfies Readonly<Record<`on${string}`, Trigger>>;
/** A short name: `onSuccess`. */
export type TriggerName = keyof typeof triggers;

/** All short names, in the order in which their events happen. */
export const triggerNames = Object.keys(triggers) as readonly TriggerName[];

/** The short name as an annotation has it: `on-success`. */
export function annotationPart(name: TriggerName): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** The events that a short name stands for, whoever started the operation. */
export function filterOf(name: TriggerName): EventFilter {
  return { ...triggers[name], startedBy: undefined, revisionChanged: undefined };
}
