import type { Application } from '../model/application.ts';
import type { Goal } from '../model/goal.ts';
import type { Memory } from '../model/memory.ts';
import { isExpected, matchOperation } from '../model/ownership.ts';
import type { Identity } from '../model/ownership.ts';
import { wait } from '../model/verdict.ts';
import type { Verdict } from '../model/verdict.ts';
import type { View } from '../model/view.ts';

/**
 * How long an operation may be missing while nothing newer has replaced it: an agent's status
 * update can clear it, or show an older state, until the next one (argo-cd.md §8.5).
 */
const grace = 15_000;

/** Records since when the followed operation has been gone without a replacement. */
export function rememberAbsence(
  memory: Memory,
  application: Application,
  goal: Goal,
  now: number,
): Memory {
  const identity = followed(memory, goal);
  const isGone = identity !== undefined && isNowhere(application, identity);
  return { ...memory, goneSince: isGone ? (memory.goneSince ?? now) : undefined };
}

function followed(memory: Memory, { action }: Goal): Identity | undefined {
  if (action === 'terminate') return memory.terminating;
  return isExpected(memory) && memory.ended === undefined ? memory.identity : undefined;
}

function isNowhere(application: Application, identity: Identity): boolean {
  if (
    matchOperation(application, identity).kind !== 'absent' ||
    application.operation !== undefined
  ) {
    return false;
  }
  const { operationState: state } = application;
  const startedAt = identity.kind === 'adopted' ? identity.startedAt : undefined;
  return state === undefined || (startedAt !== undefined && state.startedAt < startedAt);
}

/** Waits for an operation that is gone to come back; undefined when that is not expected. */
export function decideGone(view: View): Verdict | undefined {
  const { goneSince } = view.memory;
  return goneSince === undefined
    ? undefined
    : waitOut(view, goneSince, grace, 'the operation is gone: checking whether it reappears');
}

/**
 * Waits until some time after a moment, and for a look from after that; undefined when both are
 * over.
 */
export function waitOut(
  { memory, now }: View,
  since: number,
  span: number,
  doing: string,
): Verdict | undefined {
  const due = since + span;
  const lookedAt = memory.lookedAt ?? -Infinity;
  if (now < due) return wait(doing, { ask: lookedAt < since ? 'look' : undefined, at: due });
  return lookedAt < due ? wait(doing, { ask: 'look' }) : undefined;
}
