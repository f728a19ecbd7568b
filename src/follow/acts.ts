import { ArgoCDError } from '../argocd/argocd-error.ts';
import type { ArgoCD } from '../argocd/port.ts';
import type { Application, ResourceKey } from '../sync/model/application.ts';
import { isUnknownError } from '../sync/model/failure.ts';
import type { RevisionTarget } from '../sync/model/goal.ts';
import type { SyncGoal } from '../sync/model/goal.ts';
import { follow, newestHistoryId } from '../sync/model/memory.ts';
import type { Memory, SentRequest } from '../sync/model/memory.ts';
import { markerName } from '../sync/model/operation.ts';
import { knownPast, laterPast, pastOf } from '../sync/model/past.ts';
import type { OwnSettings, RequestedSync } from '../sync/model/stored-operation.ts';
import type { Act } from '../sync/model/verdict.ts';
import type { View } from '../sync/model/view.ts';
import type { FollowSettings } from './settings.ts';

/** An act, with the application as it was judged. */
export interface RequestedAct {
  readonly act: Act;
  readonly view: Pick<View, 'application' | 'memory' | 'goal'>;
  readonly settings: Pick<FollowSettings, 'address' | 'marker' | 'info'>;
  /** The exact resources of a selective sync; empty for all. */
  readonly resources: readonly ResourceKey[];
}

/** The result of an act: what changes in the memory, and the application if Argo CD returned it. */
export interface ActEffect {
  readonly change: Partial<Memory>;
  readonly application?: Application;
  /** It failed in a way that a retry may fix. */
  readonly failed?: ArgoCDError;
}

interface ActPorts {
  readonly argocd: ArgoCD;
  readonly now: () => number;
  readonly signal: AbortSignal;
  /** Records and stores that a request is about to be sent: after a crash, it may be in flight. */
  readonly sending: (request: SentRequest) => Promise<void>;
}

/** Only these mean that the request did not and will not take effect. */
function stateAfter(error: ArgoCDError): SentRequest['state'] {
  return error.failure === 'unclear' ? 'unclear' : 'refused';
}

/** Transient failures: they are no response to the request, which is simply sent again. */
const passing = new Set(['unavailable', 'unclear', 'busy', 'unreachable']);

/**
 * Makes a change and says what to remember of it. Rejects with failures of the address or the token
 * rather than of the request: those are judged like a failed look.
 */
export async function perform(requested: RequestedAct, ports: ActPorts): Promise<ActEffect> {
  const { act, view, settings, resources } = requested;
  const { application, memory, goal } = view;
  const { address, marker, info } = settings;
  const { argocd, now, signal } = ports;
  switch (act.kind) {
    case 'adopt':
      return { change: follow(memory, act.identity, application) };
    case 'terminate':
      return attempt({ memory, now }, async () => {
        await argocd.terminate(address, signal);
        const times = { terminatedAt: now(), noOperationSince: undefined };
        return { change: { terminating: act.identity, ...times } };
      });
    case 'sync': {
      if (goal.action !== 'sync') throw new Error('only a sync goal is synced');
      const sent = requestedSync(application, goal, act.name, resources);
      const infos = [{ name: markerName, value: marker }, ...info, ...goal.options.info];
      const request = { ...sent, infos };
      return ask(view, ports, () => argocd.sync(address, request, signal), sent);
    }
    case 'rollback': {
      if (goal.action !== 'rollback') throw new Error('only a rollback goal is rolled back');
      const { prune, dryRun } = goal;
      const request = { historyId: act.entry.id, prune, dryRun };
      const acted = await ask(view, ports, () => argocd.rollback(address, request, signal));
      const operation = acted.application?.operation;
      if (operation === undefined) return acted;
      // A rollback has no place for a marker: from here on, it is recognized by its content.
      const { fingerprint } = operation;
      const identity = { kind: 'adopted', fingerprint, startedAt: undefined, ours: true } as const;
      return { ...acted, change: { ...acted.change, identity } };
    }
  }
}

async function ask(
  { application, memory }: RequestedAct['view'],
  { now, signal, sending }: ActPorts,
  send: () => Promise<Application>,
  what?: RequestedSync,
): Promise<ActEffect> {
  const sent: SentRequest = {
    state: 'sent',
    at: now(),
    times: (memory.request?.times ?? 0) + 1,
    brokenSince: isUnknownError(memory.request?.failure) ? memory.request?.brokenSince : undefined,
    failure: undefined,
    reason: '',
    ...(what === undefined ? {} : { sent: what }),
    own: ownSettings(application),
    operation: undefined,
    historyId: newestHistoryId(application),
    past: laterPast(knownPast(memory), pastOf(application)),
  };
  await sending(sent);
  try {
    const answer = await send();
    const request: SentRequest = {
      ...sent,
      state: 'accepted',
      brokenSince: undefined,
      operation: answer.operation,
      historyId: newestHistoryId(answer),
      // It shows the state until then; its own operation has not started.
      past: laterPast(sent.past, pastOf({ ...answer, operationState: undefined })),
    };
    return { change: { request }, application: answer };
  } catch (error) {
    if (signal.aborted) return { change: { request: { ...sent, state: 'unclear' } } };
    if (!(error instanceof ArgoCDError)) throw error;
    const { failure, reason } = error;
    if (failure === 'unauthenticated' || failure === 'not-found' || failure === 'hidden') {
      throw error;
    }
    const request: SentRequest = {
      ...sent,
      state: stateAfter(error),
      at: now(),
      brokenSince: isUnknownError(failure) ? (sent.brokenSince ?? now()) : undefined,
      failure: passing.has(failure) ? undefined : failure,
      reason,
    };
    return { change: { request }, failed: error };
  }
}

async function attempt(
  { memory, now }: { readonly memory: Memory; readonly now: () => number },
  act: () => Promise<ActEffect>,
): Promise<ActEffect> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof ArgoCDError)) throw error;
    // An operation that was just requested cannot be terminated yet; one that has ended need not
    // be.
    if (error.failure === 'no-operation') {
      const noOperationSince = memory.noOperationSince ?? now();
      return { change: { noOperationSince }, failed: error };
    }
    if (passing.has(error.failure)) return { change: {}, failed: error };
    throw error;
  }
}

/** What Argo CD fills in where the request leaves it out. */
function ownSettings({ syncOptions, retry, sources }: Application): OwnSettings {
  return { syncOptions, retry, sources };
}

/** What to request: the application's own options are repeated, since the request replaces them. */
function requestedSync(
  application: Application,
  { options }: SyncGoal,
  name: RevisionTarget,
  resources: readonly ResourceKey[],
): RequestedSync {
  const own = application.syncOptions;
  const added = options.syncOptions.filter((option) => !own.includes(option));
  const overridden = new Set(added.map(keyOf));
  return {
    revision: name.kind === 'revision' ? name.revision : undefined,
    revisions: name.kind === 'revisions' ? name.byPosition : [],
    prune: options.prune,
    dryRun: options.dryRun,
    force: options.force,
    strategy: options.strategy,
    resources,
    syncOptions:
      added.length === 0
        ? undefined
        : [...own.filter((option) => !overridden.has(keyOf(option))), ...added],
    retry: options.retry,
  };
}

function keyOf(option: string): string {
  return option.slice(0, option.indexOf('='));
}
