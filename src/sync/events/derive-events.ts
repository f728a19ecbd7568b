import { resourceId } from '../model/application.ts';
import type { Application, HistoryEntry } from '../model/application.ts';
import { isEntryOf } from '../model/history-entry.ts';
import {
  awaitsRetry,
  isEnded,
  leavesHistory,
  markerOf,
  revisionsOf,
  wasTerminated,
} from '../model/operation.ts';
import type { OperationState } from '../model/operation.ts';
import { isSame } from '../model/revision.ts';
import { eventOf, type EventSubject } from './application-event.ts';
import type { ApplicationEvent, EndKind, EventOperation } from './application-event.ts';
import type { EventMemory, SeenOperation } from './event-memory.ts';
import { hookRunsOf, missedPhases, reachedPhases, seenPhases } from './hook-runs.ts';
import { originOf } from './operation-origin.ts';
import { deployedRepositories, repositoriesOf } from '../model/repositories.ts';

/** The events found by a look at an application, and the memory for the next look. */
export interface Derived {
  /** In the order in which they happened. */
  readonly events: readonly ApplicationEvent[];
  readonly memory: EventMemory;
}

/** Limit on the hooks of one attempt that get an event each; applications seldom have ten. */
const mostHooks = 200;

/**
 * The events between the last look at an application and this one. No matter how many looks there
 * are, each event is reported once, and the end of an operation is reported even if only the
 * history shows it. `since` (milliseconds, Argo CD's clock): the first look does not report what
 * ended earlier. `now` (local milliseconds): the time of the look, by which it is known when phases
 * began; without it, that is not recorded.
 */
export function deriveEvents(
  known: EventMemory | undefined,
  application: Application,
  since: number,
  now?: number,
): Derived {
  const memory = known?.uid === application.uid ? known : firstMemory(application, since);
  const events: ApplicationEvent[] = [];
  const state = currentState(application, memory);
  const left = leaveEarlier(memory, application, state);
  events.push(...left.events);
  const history = readHistory(left.memory, application, state);
  events.push(...history.events);
  const operation =
    state === undefined
      ? { seen: left.memory.operation, events: [] }
      : followState(history.memory.operation, application, state, { since, now });
  events.push(...operation.events);
  const health = followHealth(memory, application);
  events.push(...health.events);
  return {
    events,
    memory: { ...history.memory, operation: operation.seen, ...health.changed },
  };
}

/** The event that an application was deleted, the only one that no look shows. */
export function deletionOf(application: EventSubject, at: number): ApplicationEvent {
  return eventOf(application, { id: 'deleted', kind: 'deleted', at });
}

function firstMemory({ uid, history, health }: Application, since: number): EventMemory {
  const old = history.filter(({ deployedAt = 0 }) => deployedAt < since);
  const historyId = old.at(-1)?.id ?? -1;
  const isDegraded = health.status === 'Degraded';
  return { uid, operation: undefined, historyId, isDegraded, degradations: 0 };
}

/**
 * The operation that the application shows, unless an older one has come back (argo-cd.md §8.5).
 */
function currentState(
  { operationState: state }: Application,
  { operation: seen }: EventMemory,
): OperationState | undefined {
  if (state === undefined || seen === undefined) return state;
  const isOlder =
    state.startedAt < seen.startedAt || seen.earlierInSecond.includes(operationKey(state));
  return isOlder ? undefined : state;
}

interface Told {
  readonly events: readonly ApplicationEvent[];
  readonly memory: EventMemory;
}

/** Ends the operation seen last once another one, or none, has taken its place. */
function leaveEarlier(
  memory: EventMemory,
  application: Application,
  state: OperationState | undefined,
): Told {
  const { operation: seen } = memory;
  const isThere = state === undefined ? !isCleared(application) : seen?.key === operationKey(state);
  if (seen === undefined || seen.isEnded || isThere) return { events: [], memory };
  const proof = application.history.find(
    (entry) => entry.id > memory.historyId && isEntryOfSeen(entry, seen),
  );
  const event = endOf(application, proof === undefined ? 'superseded' : 'succeeded', {
    seen,
    at: proof?.deployedAt ?? state?.startedAt ?? seen.startedAt,
    revisions: proof?.revisions ?? seen.revisions,
  });
  return {
    events: [event],
    memory: {
      ...memory,
      historyId: proof?.id ?? memory.historyId,
      operation: { ...seen, isEnded: true },
    },
  };
}

function isEntryOfSeen(
  entry: HistoryEntry,
  { leavesHistory: leaves, pinned, ...operation }: Traits,
): boolean {
  return leaves && isEntryOf(entry, { ...operation, revisions: pinned });
}

/** No operation is shown or requested. */
function isCleared({ operation, operationState }: Application): boolean {
  return operation === undefined && operationState === undefined;
}

/** Reports the deployments that no look has seen; the current operation reports its own. */
function readHistory(
  memory: EventMemory,
  application: Application,
  state: OperationState | undefined,
): Told {
  const events: ApplicationEvent[] = [];
  let { historyId } = memory;
  for (const entry of application.history) {
    const { id, deployStartedAt: startedAt } = entry;
    if (id <= historyId) continue;
    const isOfState = state !== undefined && isEntryOfSeen(entry, traitsOf(state));
    // It is written shortly before the end.
    if (isOfState && !isEnded(state.phase)) break;
    historyId = id;
    const isTold = memory.operation !== undefined && isEntryOfSeen(entry, memory.operation);
    if (isOfState || isTold || startedAt === undefined) continue;
    events.push(unseenDeployment(application, entry, startedAt));
  }
  return { events, memory: { ...memory, historyId } };
}

function unseenDeployment(
  application: Application,
  entry: HistoryEntry,
  startedAt: number,
): ApplicationEvent {
  const { id, automated, initiatedBy, revisions, deployedAt = startedAt } = entry;
  const username = initiatedBy;
  const seen: SeenOperation = {
    key: `${startedAt}/history/${id}`,
    startedAt,
    earlierInSecond: [],
    origin: automated ? { kind: 'autoSync' } : { kind: 'user', name: username },
    initiatedBy: { username, automated },
    dryRun: false,
    leavesHistory: true,
    revisions,
    pinned: revisions,
    deployedBefore: deployedBefore(application, startedAt),
    attempt: 0,
    told: [],
    isEnded: true,
  };
  return endOf(application, 'succeeded', { seen, at: deployedAt, revisions });
}

/** Reports what is new about the current operation. */
function followState(
  known: SeenOperation | undefined,
  application: Application,
  state: OperationState,
  { since, now }: { readonly since: number; readonly now: number | undefined },
): { readonly seen: SeenOperation; readonly events: readonly ApplicationEvent[] } {
  const isKnown = known?.key === operationKey(state);
  const attempt = awaitsRetry(state) ? Math.max(0, state.retryCount - 1) : state.retryCount;
  const before = isKnown ? known : firstSight(known, application, state);
  const seen = { ...before, ...traitsOf(state) };
  const isOld = !isKnown && known === undefined && hasEndedBefore(state, since);
  if (seen.isEnded || isOld)
    return { seen: { ...seen, isEnded: seen.isEnded || isOld }, events: [] };
  const told = new Set(attempt === seen.attempt ? seen.told : ['operationStarted']);
  const begun = attempt === seen.attempt ? (seen.phases ?? []) : [];
  const phases = isEnded(state.phase) ? begun : seenPhases(begun, reachedPhases(state), now);
  const events: ApplicationEvent[] = [];
  const tell = (part: string, event: Omit<Parameters<typeof eventOf>[1], 'id' | 'operation'>) => {
    if (told.has(part)) return;
    told.add(part);
    const operation = {
      ...operationOf({ ...seen, attempt, phases }, state),
      repositories: repositoriesOf(application, state, seen.revisions),
    };
    events.push(eventOf(application, { ...event, id: `${seen.key}/${part}`, operation }));
  };
  tell('operationStarted', { kind: 'operationStarted', at: state.startedAt });
  const hooks = hookRunsOf(state);
  const at = state.finishedAt ?? application.reconciledAt ?? state.startedAt;
  for (const phase of reachedPhases(state)) {
    tell(`phaseReached/${phase}`, { kind: 'phaseReached', phase, at });
    for (const hook of hooks.slice(0, mostHooks)) {
      if (hook.phase !== phase || hook.state === 'Running') continue;
      const part = `hookEnded/${phase}/${resourceId(hook).replaceAll('\n', '/')}`;
      tell(part, { kind: 'hookEnded', phase, hook, at });
    }
  }
  const end = endKindOf(state);
  if (end !== undefined) {
    tell('end', { kind: end, at, message: state.message });
  }
  return {
    seen: { ...seen, attempt, told: [...told], isEnded: end !== undefined, phases },
    events,
  };
}

function firstSight(
  known: SeenOperation | undefined,
  application: Application,
  state: OperationState,
): SeenOperation {
  const { operation, startedAt } = state;
  const isSameSecond = known?.startedAt === startedAt;
  return {
    key: operationKey(state),
    earlierInSecond: isSameSecond ? [...known.earlierInSecond, known.key] : [],
    origin: originOf(operation),
    dryRun: operation.dryRun,
    ...traitsOf(state),
    deployedBefore: deployedBefore(application, startedAt),
    attempt: 0,
    told: [],
    isEnded: false,
  };
}

/**
 * An operation has ended when Argo CD has given it an end time; `Succeeded` without one is stuck
 * (argo-cd.md §8.6).
 */
function endKindOf(state: OperationState): EndKind | undefined {
  if (!isEnded(state.phase) || state.finishedAt === undefined) return undefined;
  if (state.phase === 'Succeeded') return 'succeeded';
  return wasTerminated(state) ? 'terminated' : 'failed';
}

function hasEndedBefore(state: OperationState, since: number): boolean {
  return endKindOf(state) !== undefined && (state.finishedAt ?? 0) < since;
}

/** The revisions of the newest deployment that began earlier; none where there was none. */
function deployedBefore(
  { history }: Application,
  startedAt: number,
): readonly string[] | undefined {
  const earlier = history.findLast(({ deployStartedAt = 0 }) => deployStartedAt < startedAt);
  return earlier?.revisions;
}

type Traits = Pick<
  SeenOperation,
  'startedAt' | 'leavesHistory' | 'initiatedBy' | 'revisions' | 'pinned'
>;

/** What identifies an operation's entry in the history, and what it deploys. */
function traitsOf(state: OperationState): Traits {
  const { operation, startedAt, revisions: pinned } = state;
  const { initiatedBy } = operation;
  const revisions = revisionsOf(state);
  return { startedAt, initiatedBy, leavesHistory: leavesHistory(operation), revisions, pinned };
}

/** What tells an operation from all others of its application, in events. */
export function operationKey({ startedAt, operation }: OperationState): string {
  return `${startedAt}/${markerOf(operation) ?? operation.fingerprint}`;
}

/**
 * Degraded is reported once until the application is healthy again; states in between may
 * alternate.
 */
function followHealth(
  { isDegraded, degradations }: EventMemory,
  application: Application,
): {
  readonly changed: Pick<EventMemory, 'isDegraded' | 'degradations'>;
  readonly events: readonly ApplicationEvent[];
} {
  const { status, message } = application.health;
  const at = application.reconciledAt ?? 0;
  if (!isDegraded && status === 'Degraded') {
    const count = degradations + 1;
    const event = { id: `healthDegraded/${count}`, kind: 'healthDegraded', at, message } as const;
    return {
      changed: { isDegraded: true, degradations: count },
      events: [eventOf(application, event)],
    };
  }
  if (isDegraded && status === 'Healthy') {
    const id = `healthRecovered/${degradations}`;
    return {
      changed: { isDegraded: false, degradations },
      events: [eventOf(application, { id, kind: 'healthRecovered', at })],
    };
  }
  return { changed: { isDegraded, degradations }, events: [] };
}

function endOf(
  application: Application,
  kind: EndKind,
  end: {
    readonly seen: SeenOperation;
    readonly at: number;
    readonly revisions: readonly string[];
  },
): ApplicationEvent {
  const { seen, at, revisions } = end;
  const operation = {
    ...operationOf({ ...seen, revisions }, undefined),
    repositories: deployedRepositories(application, revisions),
  };
  return eventOf(application, { id: `${seen.key}/end`, kind, at, operation });
}

function operationOf(seen: SeenOperation, state: OperationState | undefined): EventOperation {
  const { key, startedAt, origin, dryRun, revisions, deployedBefore: before, attempt } = seen;
  return {
    ...(seen.phases === undefined ? {} : { phases: seen.phases }),
    ...{ key, startedAt, origin, dryRun, revisions, attempt },
    revisionChanged: before === undefined ? undefined : !isSame(before, revisions),
    hooks: state === undefined ? [] : hookRunsOf(state),
    missed: state === undefined ? [] : missedPhases(state),
  };
}
