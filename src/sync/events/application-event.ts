import type { Application, ResourceKey } from '../model/application.ts';
import type { SyncPhase } from '../model/operation.ts';
import type { OperationOrigin } from './operation-origin.ts';

/** What can happen to an application, by the names that rules use. */
export const eventKinds = [
  'operationStarted',
  'phaseReached',
  'hookEnded',
  'succeeded',
  'failed',
  'terminated',
  'superseded',
  'healthDegraded',
  'healthRecovered',
  'deleted',
] as const;
export type EventKind = (typeof eventKinds)[number];

/** The end of an operation is one of these, and each operation has exactly one. */
export type EndKind = 'succeeded' | 'failed' | 'terminated' | 'superseded';

/** A hook that an operation ran. */
export interface HookRun extends ResourceKey {
  readonly phase: SyncPhase;
  readonly state: 'Running' | 'Succeeded' | 'Failed';
}

/** A phase whose hooks did not run in an operation that has ended, and why. */
export interface MissedPhase {
  readonly phase: SyncPhase;
  readonly reason: MissedReason;
}

/**
 * Why Argo CD runs no hooks of a phase (argo-cd.md §3.5). `selective` and `applyStrategy`: such
 * syncs run none at all. `notReached`: the operation ended before it. `notFailed`: SyncFail alone.
 * `notRunOnThisFailure`: SyncFail hooks do not run when the dry run fails, on an error before the
 * first wave, or on a termination. `noneThere`: the phase ran, but has no hooks.
 */
export type MissedReason =
  | 'dryRun'
  | 'selective'
  | 'applyStrategy'
  | 'notReached'
  | 'notFailed'
  | 'notRunOnThisFailure'
  | 'noneThere';

/** When something of a phase was first seen to have begun; local milliseconds. */
export interface SeenPhase {
  readonly phase: SyncPhase;
  readonly at: number;
}

/** What an event tells of its operation. */
export interface EventOperation {
  /** Tells it from all other operations of the application. */
  readonly key: string;
  readonly startedAt: number;
  readonly origin: OperationOrigin;
  /** One per source: pinned by Argo CD, or as asked for until then. */
  readonly revisions: readonly string[];
  /**
   * The Git repository of each revision, without credentials; empty where it comes from none. Absent
   * where that is not known, and in what an earlier version stored.
   */
  readonly repositories?: readonly string[] | undefined;
  /** Whether they differ from those deployed before; undefined where that is not known. */
  readonly revisionChanged: boolean | undefined;
  /** 0 for the first; a retry makes another. */
  readonly attempt: number;
  readonly dryRun: boolean;
  /** When each phase of this attempt was first seen, in order: not all of them are, nor at once. */
  readonly phases?: readonly SeenPhase[];
  readonly hooks: readonly HookRun[];
  /** Empty until the operation has ended. */
  readonly missed: readonly MissedPhase[];
}

/**
 * Something that happened to an application. `id` is the same however often and whichever way it is
 * seen, and the same for each attempt of an operation; it names no Argo CD, within which application
 * `uid`s are unique. Times are Argo CD's, in milliseconds. Texts are foreign.
 */
export interface ApplicationEvent {
  readonly id: string;
  readonly kind: EventKind;
  readonly application: {
    readonly name: string;
    readonly namespace: string;
    readonly uid: string;
    readonly project: string;
  };
  /** Absent in health and deletion events. */
  readonly operation: EventOperation | undefined;
  /** Of `phaseReached` and `hookEnded`. */
  readonly phase: SyncPhase | undefined;
  /** Of `hookEnded`. */
  readonly hook: HookRun | undefined;
  readonly images: readonly string[];
  readonly message: string;
  /** When it happened, as far as Argo CD tells. */
  readonly at: number;
}

/** What an event says of its application. */
export type EventSubject = Pick<Application, 'name' | 'namespace' | 'uid' | 'project' | 'images'>;

/** An event; its id becomes that of the application's `uid` and what is given. */
export function eventOf(
  { name, namespace, uid, project, images }: EventSubject,
  event: Pick<ApplicationEvent, 'id' | 'kind' | 'at'> & Partial<ApplicationEvent>,
): ApplicationEvent {
  return {
    application: { name, namespace, uid, project },
    operation: undefined,
    phase: undefined,
    hook: undefined,
    images,
    message: '',
    ...event,
    id: `${uid}/${event.id}`,
  };
}
