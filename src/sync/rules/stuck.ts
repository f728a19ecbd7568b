import { printKey } from '../model/application.ts';
import type { Application, ResourceKey } from '../model/application.ts';
import { waitOut } from './absence.ts';
import type { Memory } from '../model/memory.ts';
import { isEnded } from '../model/operation.ts';
import { isInProgress } from '../model/ownership.ts';
import type { Verdict } from '../model/verdict.ts';
import type { View } from '../model/view.ts';

/** A state of an application's operation that does not end by itself. */
export interface Stuck {
  /** The state, as a clause. */
  readonly what: string;
  /** How a person can end it, as sentences. */
  readonly remedy: string;
  /** How long it may last before it counts as stuck, milliseconds. */
  readonly grace: number;
}

/** An agent shows such a state for a moment (argo-cd.md §8.5). */
const passing = 5_000;
/** Pods have 30 s to end, and a Job that is deleted waits for them. */
const deletion = 60_000;

/**
 * Why the operation that stands in an application may never end: the controller does not work on
 * it, since it goes by `.operation`; it ended and yet has no end time (argo-cd.md §8.6,
 * recordings.md §2.3), or the controller leaves the application alone (recording `skip-reconcile`);
 * or something is deleted and does not go away.
 */
export function stuckOperation(application: Application): Stuck | undefined {
  const { operation, operationState: state, skipReconcile } = application;
  if (skipReconcile && operation !== undefined) return leftAlone(application);
  if (state === undefined) return undefined;
  const { phase, finishedAt } = state;
  if (isEnded(phase)) {
    if (finishedAt !== undefined) return undefined;
    const asked = operation === undefined ? '' : ', and it is still requested';
    return {
      what: `the operation is ${phase} without an end time (finishedAt is empty)${asked}`,
      remedy: `If Argo CD neither resumes it nor accepts another sync, clear it: ${clearing(application)}`,
      grace: passing,
    };
  }
  if (operation === undefined) {
    return {
      what: `the operation is ${phase}, but none is requested: no controller is working on it`,
      remedy: `Another sync replaces it; to clear it manually: ${clearing(application)}`,
      grace: passing,
    };
  }
  return heldDeletion(application, state.message);
}

function leftAlone({ name, namespace }: Application): Stuck {
  return {
    what: 'Argo CD does not reconcile the application (annotation skip-reconcile), so its operation neither starts nor ends',
    remedy: `Remove the annotation: kubectl -n ${namespace} annotate applications.argoproj.io ${name} argocd.argoproj.io/skip-reconcile-`,
    grace: 0,
  };
}

function clearing(application: Application): string {
  const { name, namespace } = application;
  return `kubectl -n ${namespace} patch applications.argoproj.io ${name} --type merge -p '{"operation":null,"status":{"operationState":null}}'`;
}

/** The controller's words (sync_context.go `setRunningPhase`); the group of core kinds is empty. */
const deleting =
  /waiting for deletion of (?<hook>hook )?(?<group>[\w.-]{0,253})\/(?<kind>\w{1,63})\/(?<name>[\w.-]{1,253}?)(?: and \d+ more \w+)?$/;

function heldDeletion(application: Application, message: string): Stuck | undefined {
  const groups = deleting.exec(message.slice(0, 1_000))?.groups;
  if (groups === undefined) return undefined;
  const { hook, group = '', kind = '', name = '' } = groups;
  const key: ResourceKey = { group, kind, namespace: namespaceOf(application, kind, name), name };
  const object = `${[kind.toLowerCase(), group].filter(Boolean).join('.')}/${name}`;
  const kubectl = `kubectl -n ${key.namespace}`;
  return {
    what: `${hook === undefined ? '' : 'hook '}${printKey(key)} is stuck in deletion: something holds it, usually a finalizer`,
    remedy: `See which: ${kubectl} get ${object} -o jsonpath='{.metadata.finalizers}'. If nothing is left to remove it: ${kubectl} patch ${object} --type merge -p '{"metadata":{"finalizers":null}}'. If the object is already gone, terminate the operation and sync again.`,
    grace: deletion,
  };
}

function namespaceOf(application: Application, kind: string, name: string): string {
  const results = application.operationState?.results ?? [];
  const result = results.find((one) => one.kind === kind && one.name === name);
  return result?.namespace ?? application.destinationNamespace;
}

/** Records since when the operation has been in such a state. */
export function rememberStuck(memory: Memory, application: Application, now: number): Memory {
  const as = stuckOperation(application)?.what;
  const since = memory.stuck?.as === as ? memory.stuck?.since : undefined;
  return { ...memory, stuck: as === undefined ? undefined : { as, since: since ?? now } };
}

/** The state that has lasted long enough to be reported. */
export function lastingStuck(view: View): Stuck | undefined {
  const due = stuckAt(view);
  return due !== undefined && view.now >= due ? stuckOperation(view.application) : undefined;
}

/** When it is to be reported; undefined if there is none, or it was reported. */
export function stuckDue(view: View): number | undefined {
  const due = stuckAt(view);
  return due !== undefined && view.now < due ? due : undefined;
}

function stuckAt({ application, memory }: View): number | undefined {
  const stuck = stuckOperation(application);
  return stuck === undefined || memory.stuck === undefined
    ? undefined
    : memory.stuck.since + stuck.grace;
}

/**
 * Adds to a message about waiting for an operation, or being refused because of it, that it may
 * never end.
 */
export function sayStuck(view: View, verdict: Verdict): Verdict {
  if (verdict.kind === 'done' || !dependsOnOperation(view)) return verdict;
  const stuck = lastingStuck(view);
  if (stuck !== undefined) {
    const doing = `${verdict.doing}; ${tell(stuck)}`;
    return verdict.kind === 'act' ? { ...verdict, doing } : { ...verdict, doing, inSteps: false };
  }
  if (verdict.kind === 'act') return verdict;
  const due = stuckDue(view);
  return due === undefined ? verdict : { ...verdict, at: Math.min(due, verdict.at ?? due) };
}

/** Why the operation being waited for may never end. */
export function awaitedStuck(view: View): Stuck | undefined {
  return dependsOnOperation(view) ? stuckOperation(view.application) : undefined;
}

function dependsOnOperation({ application, memory, goal }: View): boolean {
  const { operation, operationState: state } = application;
  const { identity, request, ended, proven } = memory;
  if (ended !== undefined || proven !== undefined) return false;
  if (operation !== undefined) return true;
  if (request?.state === 'refused' && inProgress.test(request.reason)) return true;
  if (state === undefined || isEnded(state.phase)) return false;
  return (
    goal.action === 'wait' ||
    goal.action === 'terminate' ||
    (identity !== undefined && isInProgress(application, identity))
  );
}

/** Argo CD's message when it refuses a sync because of another operation (argo-cd.md §1.2). */
const inProgress = /operation is already in progress/;

/** One text for a person: in what way the operation is stuck, and what to do. */
export function tell({ what, remedy }: Stuck): string {
  return `${what}. ${remedy.replace(/\.$/, '')}`;
}

/** Waits for a state that may be transient to pass; undefined when it has lasted. */
export function outlastStuck(view: View, doing: string): Verdict | undefined {
  const { stuck } = view.memory;
  return stuck === undefined ? undefined : waitOut(view, stuck.since, passing, doing);
}
