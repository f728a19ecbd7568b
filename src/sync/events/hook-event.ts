import type { Application } from '../model/application.ts';
import { isEnded } from '../model/operation.ts';
import type { ApplicationEvent } from './application-event.ts';
import { deletionOf, deriveEvents } from './derive-events.ts';
import type { HookPhase } from './hook-phase.ts';
import { hookRunsOf } from './hook-runs.ts';
import { hookNameOf, isNamedAfter } from './pod-name.ts';

/** A resource that is a hook. */
export interface HookName {
  readonly name: string;
  readonly namespace: string;
}

/** A hook, or the pod that runs it. */
export type HookReference = HookName | { readonly pod: string; readonly namespace: string };

/** The event that a hook is a part of, as its application shows it. */
export interface HookEvent {
  readonly hook: HookName;
  readonly phase: HookPhase;
  /** That its phase was reached; of a hook of the deletion, that the application is deleted. */
  readonly event: ApplicationEvent;
}

/**
 * The event of a hook that says which it is, or which pod it is; undefined where the application shows no
 * such hook, `ambiguous` where the pod may be that of several. It is the event that a look at the application
 * derives, whoever looks. Argo CD keeps nothing of the hooks of a deletion in the application, so of these no
 * more is seen than that it is being deleted. `now`: in Argo CD's milliseconds.
 */
export function eventOfHook(
  application: Application,
  hook: HookReference,
  phase: HookPhase | undefined,
  now: number,
): HookEvent | 'ambiguous' | undefined {
  const { operationState: state, deleting } = application;
  const { namespace } = hook;
  // A Job may be a hook of both: once the operation has ended, it runs for the deletion.
  const isOfSync = state !== undefined && !(deleting && isEnded(state.phase));
  const runs = isOfSync
    ? hookRunsOf(state).filter(
        (run) =>
          isMeant(hook, run.name) &&
          run.namespace === namespace &&
          (phase === undefined || run.phase === phase),
      )
    : [];
  const running = runs.filter((each) => each.state === 'Running');
  if (new Set((running.length > 0 ? running : runs).map(({ name }) => name)).size > 1) {
    return 'ambiguous';
  }
  const run = running[0] ?? runs.at(-1);
  if (run !== undefined) {
    const event = deriveEvents(undefined, application, 0).events.find(
      (each) => each.kind === 'phaseReached' && each.phase === run.phase,
    );
    return event && { hook: { name: run.name, namespace }, phase: run.phase, event };
  }
  const isOfDeletion = phase === undefined || phase === 'PreDelete' || phase === 'PostDelete';
  if (!deleting || !isOfDeletion) return undefined;
  const name = 'pod' in hook ? hookNameOf(hook.pod) : hook.name;
  return {
    hook: { name, namespace },
    phase: phase ?? 'PreDelete',
    event: deletionOf(application, now),
  };
}

function isMeant(hook: HookReference, name: string): boolean {
  return 'pod' in hook ? isNamedAfter(name, hook.pod) : hook.name === name;
}
