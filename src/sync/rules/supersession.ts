import type { Application, HistoryEntry } from '../model/application.ts';
import { waitOut } from './absence.ts';
import { isDryRun } from '../model/goal.ts';
import type { Goal, SyncGoal } from '../model/goal.ts';
import { decideLanded } from './health.ts';
import type { DeploymentEvidence } from '../model/deployment-evidence.ts';
import type { Ended, Memory } from '../model/memory.ts';
import {
  deploysRevisions,
  isEnded,
  leavesHistory,
  revisionsOf,
  wasTerminated,
} from '../model/operation.ts';
import type { Operation, OperationState } from '../model/operation.ts';
import { isBy, isEntryOf } from '../model/history-entry.ts';
import { adopt, describeOperation, matchOperation } from '../model/ownership.ts';
import type { Identity } from '../model/ownership.ts';
import { meetsTarget, missesTarget } from '../model/asked-revision.ts';
import { isSame, printRevisions } from '../model/revision.ts';
import { act, done, supersede, wait, withDeployed } from '../model/verdict.ts';
import type { Verdict } from '../model/verdict.ts';
import type { View } from '../model/view.ts';

/**
 * The history entry that proves that our operation succeeded although its end was not seen. Argo CD
 * writes one only for a success, with the start of its operation; where we never saw that start,
 * the first entry since our request counts if it has our revisions and belongs neither to the
 * current operation nor to auto-sync.
 */
export function proveByHistory(application: Application, memory: Memory): HistoryEntry | undefined {
  const { begun, request } = memory;
  const asked = begun?.operation ?? request?.operation ?? memory.asked;
  if (asked === undefined || !leavesHistory(asked)) return undefined;
  const since = application.history.filter(({ id }) => id > knownHistoryId(memory));
  if (begun !== undefined) {
    const entries = since.filter((entry) =>
      isEntryOf(entry, { ...begun, initiatedBy: begun.operation.initiatedBy }),
    );
    // Whole seconds cannot distinguish two operations that began in the same one: the current
    // operation may have an entry of its own.
    const others = mayHaveEntry(application.operationState, begun) ? 1 : 0;
    return entries.length > others ? entries[0] : undefined;
  }
  const [entry] = since;
  const { operationState } = application;
  const isOurs =
    entry !== undefined &&
    entry.deployStartedAt !== operationState?.startedAt &&
    isBy(entry, asked) &&
    isSame(entry.revisions, asked.revisions);
  return isOurs ? entry : undefined;
}

/** The newest history entry from before our operation. */
function knownHistoryId({ request, first }: Memory): number {
  return request?.historyId ?? first?.historyId ?? -1;
}

/**
 * Whether history will show more once the current operation has ended: it began in the same second
 * as ours, and writes its entry shortly before it ends.
 */
function isProofPending({ operationState: other }: Application, { begun }: Memory): boolean {
  return (
    begun !== undefined &&
    leavesHistory(begun.operation) &&
    mayHaveEntry(other, begun) &&
    other?.phase !== 'Succeeded'
  );
}

function mayHaveEntry(other: OperationState | undefined, begun: OperationState): boolean {
  return (
    other !== undefined &&
    other.phase !== 'Failed' &&
    other.phase !== 'Error' &&
    other.startedAt === begun.startedAt &&
    leavesHistory(other.operation)
  );
}

/** How soon another operation starts after one that was terminated for it. */
const soon = 5_000;

/**
 * Our operation was terminated. If another one starts right afterwards, ours was replaced, whether
 * or not its end was seen. Undefined: none started, so ours failed.
 */
export function decideTerminated(view: View, { state, seenAt }: Ended): Verdict | undefined {
  if (!wasTerminated(state)) return undefined;
  if (isReplaced(view.application, view.memory.identity)) return decideSuperseded(view);
  if (view.isLast === true) return undefined;
  return waitOut(view, seenAt, soon, 'terminated: checking whether another operation follows');
}

/** Whether another operation has taken the place of the followed one. */
function isReplaced(application: Application, identity: Identity | undefined): boolean {
  if (identity === undefined) return false;
  const { kind } = matchOperation(application, identity);
  if (kind === 'ended') return application.operation !== undefined;
  return kind === 'absent' && replacement(application) !== undefined;
}

/**
 * Our operation succeeded and its health is still awaited, but another one has changed the cluster
 * to other revisions since: what Argo CD now calls Healthy is no longer what was requested.
 * Undefined: it still is, as it is until the other one begins, after one that applied nothing, has
 * the same revisions or deploys only a part, such as self-heal, and where images are expected, which
 * an image updater deploys with revisions of its own.
 */
export function decideReplacedSince(view: View, landed: DeploymentEvidence): Verdict | undefined {
  const { application, goal, memory } = view;
  const other = application.operationState;
  if (goal.waitFor !== 'health' || goal.expectImages.length > 0) return undefined;
  if (other === undefined || !deploysRevisions(other.operation)) return undefined;
  const { identity } = memory;
  if (identity === undefined || matchOperation(application, identity).kind !== 'absent')
    return undefined;
  const revisions = revisionsOf(other);
  if (isSame(revisions, landed.revisions)) return undefined;
  const by = `${describeOperation(other.operation)} to ${printRevisions(revisions)}`;
  const { evidence } = landed;
  if (other.results.length === 0 && other.phase !== 'Succeeded') {
    // What it changes is seen before it says so: until then, health may be that of either.
    return isEnded(other.phase) ? undefined : wait(`waiting to see what ${by} changes`);
  }
  switch (goal.whenSuperseded) {
    case 'fail':
      return supersede(`${evidence}, but it was replaced by ${by} while its health was awaited`);
    case 'succeedIfIncluded':
      return done('succeeded', `${evidence}; it was replaced since by ${by}`, { evidence });
    case 'follow': {
      const adopted = adopt(application);
      return (
        adopted &&
        act({ kind: 'adopt', identity: adopted }, `replaced by ${by}: following that one now`)
      );
    }
  }
}

/**
 * When waiting for others, it does not matter which of their operations it is: the next one counts
 * after one that was terminated, or that now deploys another revision. A retry with `refresh`
 * resolves the revision again.
 */
export function rememberReplacement(memory: Memory, application: Application, goal: Goal): Memory {
  const { begun, ended, identity, aim } = memory;
  if (goal.action !== 'wait') return memory;
  const target = application.hydrator === undefined ? goal.target : aim?.target;
  const isOther =
    begun !== undefined &&
    target !== undefined &&
    missesTarget(application, target, revisionsOf(begun));
  const isOver = ended !== undefined && wasTerminated(ended.state);
  if (!isOther && !(isOver && isReplaced(application, identity))) return memory;
  return { ...memory, identity: undefined, asked: undefined, begun: undefined, ended: undefined };
}

/** The operation that replaced ours. */
function replacement({ operation, operationState }: Application): Operation | undefined {
  return operation ?? operationState?.operation;
}

/**
 * Our operation is gone and its end was not seen: another replaced it, or somebody removed it. What
 * that means is the user's choice.
 */
export function decideSuperseded(view: View): Verdict {
  const { application, goal, memory } = view;
  const other = replacement(application);
  if (other === undefined) {
    return supersede('The operation was removed before it ended, and nothing replaced it');
  }
  const revisions = revisionsNow(application, other);
  const by = `${describeOperation(other)} to ${printRevisions(revisions)}`;
  if (memory.ended === undefined && isProofPending(application, memory)) {
    return wait(`replaced by ${by}: checking history to see whether ours succeeded`);
  }
  const what =
    memory.ended === undefined ? 'Replaced before its end was seen,' : 'Terminated and replaced';
  const replaced = `${what} by ${by}`;
  switch (goal.whenSuperseded) {
    case 'fail':
      return supersede(replaced);
    case 'follow': {
      const identity = adopt(application);
      if (identity === undefined || !standsIn(view, other)) {
        return supersede(`${replaced}, which does not do what ours would have`);
      }
      return act({ kind: 'adopt', identity }, `replaced by ${by}: following that one now`);
    }
    case 'succeedIfIncluded': {
      const included = includedSince(view);
      if (included !== undefined) return included;
      const mayDeploy = application.operation !== undefined && deploysRevisions(other);
      if (mayDeploy && isSame(wantedRevisions(memory), revisions)) {
        return wait(`replaced by ${by}: checking whether it deploys the same revision`);
      }
      return supersede(`${replaced}; history does not show that our revision was deployed`);
    }
  }
}

/** A dry run, a selective sync, or local manifests do not replace a full sync. */
function standsIn({ goal }: View, other: Operation): boolean {
  return !isDryRun(goal) && deploysRevisions(other);
}

/** Success by inclusion: since our request, somebody deployed exactly our revisions. */
function includedSince(view: View): Verdict | undefined {
  const { application, memory, goal } = view;
  const wanted = wantedRevisions(memory);
  if (isDryRun(goal) || wanted.length === 0) return undefined;
  const entry = application.history.findLast(
    ({ id, revisions }) => id > knownHistoryId(memory) && isSame(revisions, wanted),
  );
  return entry && succeedBy(view, entry);
}

/**
 * Success by inclusion: history has a deployment of the requested revisions, no matter who made it.
 */
export function includedInHistory(view: View<SyncGoal>): Verdict | undefined {
  const { application, goal } = view;
  if (goal.target.kind === 'tracked' || isDryRun(goal)) return undefined;
  const entry = application.history.findLast(({ revisions }) =>
    meetsTarget(application, goal.target, revisions, []),
  );
  return entry && succeedBy(view, entry);
}

/** While it is the newest deployment, and nothing replaces it, its health counts as after any other. */
function succeedBy(view: View, entry: HistoryEntry): Verdict {
  const { application, goal, memory } = view;
  const { id, revisions, deployedAt } = entry;
  const evidence = `history entry ${id} shows that ${printRevisions(revisions)} was deployed`;
  const isNewest = entry === application.history.at(-1);
  // History is written shortly before its operation ends.
  const isEnding =
    application.operation !== undefined &&
    entry.deployStartedAt !== undefined &&
    application.operationState?.startedAt === entry.deployStartedAt;
  if (isNewest && isEnding && goal.waitFor === 'health') {
    return wait(`${evidence}: waiting for the end of that operation`);
  }
  const isLive = isNewest && application.operation === undefined;
  if (!isLive || goal.waitFor !== 'health') {
    return done('succeeded', `Replaced, but ${evidence}`, { evidence, revisions });
  }
  const deploymentEvidence: DeploymentEvidence = {
    finishedAt: deployedAt,
    seenAt: memory.startedAt,
    reconciledAt: undefined,
    operation: undefined,
    revisions,
    results: [],
    evidence: `Replaced, but ${evidence}`,
  };
  // The time since when it is healthy is remembered only for our own operations.
  const judged = { ...view, goal: { ...goal, stableFor: 0 } };
  return withDeployed(decideLanded(judged, deploymentEvidence), revisions);
}

/** The revisions that our operation was to deploy, if known. */
function wantedRevisions({ begun, request, asked }: Memory): readonly string[] {
  return (begun && revisionsOf(begun)) ?? request?.operation?.revisions ?? asked?.revisions ?? [];
}

function revisionsNow(
  { operation, operationState }: Application,
  other: Operation,
): readonly string[] {
  return operation === undefined && operationState !== undefined
    ? revisionsOf(operationState)
    : other.revisions;
}
