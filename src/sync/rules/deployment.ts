import type { Application } from '../model/application.ts';
import { askedRevisions, isTracked } from '../model/asked-revision.ts';
import type { Goal, SyncGoal } from '../model/goal.ts';
import type { Memory } from '../model/memory.ts';
import type { Operation } from '../model/operation.ts';
import { compareRevision, isResolved, isSame } from '../model/revision.ts';
import { deviationsOf, printDeviation, rollbackDeviationsOf } from '../model/stored-operation.ts';
import type { OwnSettings } from '../model/stored-operation.ts';
import { done } from '../model/verdict.ts';
import type { Verdict } from '../model/verdict.ts';
import type { View } from '../model/view.ts';

/** Our operation as Argo CD stored it, with its revisions resolved, as first seen. */
export function storedOperation({ request, asked, begun }: Memory): Operation | undefined {
  return request?.operation ?? asked ?? begun?.operation;
}

/** Checks our operation as Argo CD stored it, once for each form in which it was seen. */
export function rememberDeviations(memory: Memory, application: Application, goal: Goal): Memory {
  const { identity, request, returnTo, checked } = memory;
  const first = storedOperation(memory);
  const newest = memory.begun?.operation ?? first;
  const isOurs = identity?.kind === 'marker' || identity?.ours === true;
  if (!isOurs || request === undefined || first === undefined || newest === undefined) {
    return memory;
  }
  const isKnown = checked?.fingerprint === newest.fingerprint;
  if (isKnown || (checked !== undefined && checked.deviations.length > 0)) return memory;
  // A retry with `refresh` empties the revisions: Argo CD resolves them again.
  const revisions = newest.revisions.length > 0 ? newest.revisions : first.revisions;
  const stored = { ...newest, revisions };
  const own = ownSettings(memory, first, application);
  const deviations =
    request.sent !== undefined
      ? deviationsOf(request.sent, stored, own)
      : goal.action === 'rollback' && returnTo !== undefined
        ? rollbackDeviationsOf(returnTo, goal, stored, own)
        : [];
  return { ...memory, checked: { fingerprint: newest.fingerprint, deviations } };
}

/**
 * What Argo CD may have filled in: what the application specified when the request was sent or,
 * since it may be changed at that moment, when the operation was first seen; from then on, what the
 * operation has.
 */
function ownSettings(
  { request, checked }: Memory,
  first: Operation,
  application: Application,
): readonly OwnSettings[] {
  if (request?.own === undefined) return [];
  if (checked === undefined) return [request.own, application];
  const { syncOptions, retry, sources } = { ...request.own, ...first };
  return [request.own, { syncOptions, retry, sources }];
}

/** Our operation is not what was requested: whatever its result, the run does not succeed. */
export function decideDeviation({ memory }: View): Verdict | undefined {
  const { checked, ended } = memory;
  if (checked === undefined || checked.deviations.length === 0) return undefined;
  const told = checked.deviations.map(printDeviation).join('; ');
  const end = ended === undefined ? '' : `; it had already ended as ${ended.state.phase}`;
  return done(
    'failed',
    `Argo CD has a different operation than the one requested (${told})${end}`,
    {
      causes: [
        {
          title: 'Argo CD stored a different operation than the one requested',
          message: told,
          advice:
            'Either the application was changed at that very moment, or something in the cluster, such as an admission webhook, changes operations. Run again; if it recurs, look for such a webhook.',
          resource: undefined,
          log: [],
        },
      ],
      endsOperation: ended === undefined,
    },
  );
}

/**
 * Whether what was deployed is what was requested, source by source. Where the texts do not decide,
 * it must be what Argo CD resolved our name to when it accepted the request: anything that moved
 * since then (a branch, a tag, a range; a retry with `refresh` resolves again, and then what the
 * application tracks) is another revision. A source that keeps its own revision is not checked,
 * unless the operation itself says what it deploys.
 */
export function deploysWhatWasAsked(
  { application, goal, memory }: View<SyncGoal>,
  deployed: readonly string[],
): boolean {
  const stored = storedOperation(memory)?.revisions ?? [];
  return askedRevisions(application, goal.target).every((asked, index) => {
    const source = application.sources[index];
    const actual = deployed[index];
    if (source === undefined || actual === undefined) return asked === undefined;
    const taken = stored[index];
    const isAsStored =
      taken === undefined || !isResolved(source, taken) ? undefined : isSame([taken], [actual]);
    if (asked === undefined) return true;
    const match = compareRevision(source, asked, actual);
    if (match !== 'unknowable') return match === 'same';
    if (isAsStored === false) return false;
    const isResolvedForUs = isAsStored === true && isNamed(memory, application, goal, index);
    return isResolvedForUs || isTracked(application, index, asked, actual);
  });
}

/**
 * Whether our request named a revision for a source. An auto-sync application is given none, and an
 * operation that was joined has its own.
 */
function isNamed(
  { identity, request }: Memory,
  { autoSync }: Application,
  { options }: SyncGoal,
  index: number,
): boolean {
  if (identity?.kind !== 'marker') return false;
  const sent = request?.sent;
  if (sent === undefined) return !autoSync || options.dryRun;
  if (sent.revision !== undefined) return index === 0;
  return sent.revisions.some(({ position }) => position === index + 1);
}
