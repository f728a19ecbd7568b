import type { Application } from '../model/application.ts';
import { isEnded } from '../model/operation.ts';
import type { SyncPhase } from '../model/operation.ts';
import type { ApplicationEvent } from './application-event.ts';
import { deletionOf, deriveEvents } from './derive-events.ts';
import { hookRunsOf } from './hook-runs.ts';

/** The phases that hooks run in, with those of an application's deletion (argo-cd.md §3.5). */
export const hookPhases = [
  'PreSync',
  'Sync',
  'PostSync',
  'SyncFail',
  'PreDelete',
  'PostDelete',
] as const satisfies readonly (SyncPhase | 'PreDelete' | 'PostDelete')[];
export type HookPhase = (typeof hookPhases)[number];

/** The event that a hook is a part of, as its application shows it. */
export interface HookEvent {
  readonly phase: HookPhase;
  /** That its phase was reached; of a hook of the deletion, that the application is deleted. */
  readonly event: ApplicationEvent;
}

/**
 * The event of a hook that says which it is; undefined where the application shows no such hook. It is
 * the event that a look at the application derives, whoever looks. Argo CD keeps nothing of the hooks of
 * a deletion in the application, so of these no more is seen than that it is being deleted. `now`: in
 * Argo CD's milliseconds.
 */
export function eventOfHook(
  application: Application,
  hook: { readonly name: string; readonly namespace: string },
  phase: HookPhase | undefined,
  now: number,
): HookEvent | undefined {
  const { operationState: state, deleting } = application;
  // A Job may be a hook of both: once the operation has ended, it runs for the deletion.
  const isOfSync = state !== undefined && !(deleting && isEnded(state.phase));
  const runs = isOfSync
    ? hookRunsOf(state).filter(
        (run) =>
          run.name === hook.name &&
          run.namespace === hook.namespace &&
          (phase === undefined || run.phase === phase),
      )
    : [];
  const run = runs.find((each) => each.state === 'Running') ?? runs.at(-1);
  if (run !== undefined) {
    const event = deriveEvents(undefined, application, 0).events.find(
      (each) => each.kind === 'phaseReached' && each.phase === run.phase,
    );
    return event && { phase: run.phase, event };
  }
  const isOfDeletion = phase === undefined || phase === 'PreDelete' || phase === 'PostDelete';
  if (!deleting || !isOfDeletion) return undefined;
  return { phase: phase ?? 'PreDelete', event: deletionOf(application, now) };
}
