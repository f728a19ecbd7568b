import { blockingConditions, whyNotCompared } from '../model/condition.ts';
import { isBusy } from '../model/application-summary.ts';
import type { ApplicationSummary } from '../model/application-summary.ts';
import { commitsOfPromotion, hydratedQuestion } from './hydrated-gate.ts';
import type { RevisionTarget } from '../model/goal.ts';
import { awaitsRetry } from '../model/operation.ts';
import { meetsTarget, undecidedCommits, untellable } from '../model/asked-revision.ts';
import { isBranchInFull, isSame, printRevisions } from '../model/revision.ts';

/** What a gate asks of an application. */
export interface GateCriteria {
  /** A commit, version or digest, or the branch, tag or range that the application tracks. */
  readonly revision: string | undefined;
  readonly requireSynced: boolean;
  readonly requireHealthy: boolean;
  /** A paused rollout counts as healthy. */
  readonly acceptSuspended: boolean;
  /** How long nothing must have changed, in milliseconds. */
  readonly stableFor: number;
}

/**
 * `waiting`: not yet; it may pass in time. `failed`: waiting does not help, but a gate may ask
 * again, since somebody may fix it.
 */
export interface GateVerdict {
  readonly status: 'passed' | 'waiting' | 'failed';
  /** A sentence for people, with Argo CD's words in it: foreign text, of any length. */
  readonly message: string;
}

/** `lasted`: milliseconds since the last change. */
type Rule = (
  summary: ApplicationSummary,
  question: GateCriteria,
  lasted: number,
) => GateVerdict | undefined;

/** Argo CD compares right after an operation; when busy, it may take a little longer. */
const comparing = 10_000;

/** In this order, so that the message is about what must be fixed first. */
const rules: readonly Rule[] = [
  judgeQuestion,
  judgeOngoing,
  judgeComparison,
  judgeLast,
  judgeFreshness,
  judgeSync,
  judgeRevision,
  judgeHealth,
];

/**
 * Whether an application is as a gate wants it, from a summary alone. `steadySince` and `now` are
 * local milliseconds. What was pushed since Argo CD last looked at Git is not known here: only a
 * `revision` makes sure that it is live.
 */
export function judgeGate(
  summary: ApplicationSummary | undefined,
  question: GateCriteria,
  steadySince: number,
  now: number,
): GateVerdict {
  if (summary === undefined) {
    return failed('application not found, or no rule allows this gate to read it');
  }
  const lasted = now - steadySince;
  const { hydrator } = summary;
  const life = judgeLife(summary);
  if (life !== undefined) return life;
  const asked = hydrator && hydratedQuestion(summary, hydrator, question);
  if (asked?.kind === 'answer') return asked.answer;
  const { question: posed } = asked ?? { question };
  for (const rule of rules) {
    const answer = rule(summary, posed, lasted);
    if (answer !== undefined) return answer;
  }
  const calm = judgeCalm(summary, posed, lasted);
  const note = asked?.note;
  return note === undefined || calm.status !== 'passed'
    ? calm
    : { ...calm, message: `${calm.message}; ${note}` };
}

function judgeLife({ deleting, skipReconcile }: ApplicationSummary): GateVerdict | undefined {
  if (deleting) return failed('it is being deleted');
  if (!skipReconcile) return undefined;
  return waiting(
    'Argo CD does not reconcile it (annotation argocd.argoproj.io/skip-reconcile), so its status may be stale',
  );
}

/** The commits whose tags decide what a gate's revision means, where those are not known. */
function commitsToTell(
  summary: ApplicationSummary,
  { revision }: Pick<GateCriteria, 'revision'>,
): readonly string[] {
  if (revision === undefined) return [];
  return summary.sources.flatMap((_, index) =>
    undecidedCommits(summary, ofSource(index, revision)),
  );
}

/** The commits that Argo CD must be asked about before a gate can be judged. */
export function commitsToAsk(
  summary: ApplicationSummary,
  question: Pick<GateCriteria, 'revision'>,
): readonly string[] {
  return [...commitsToTell(summary, question), ...commitsOfPromotion(summary, question)];
}

/** What is not tracked cannot be compared with what Argo CD reports, unless it is exact. */
function judgeQuestion(
  summary: ApplicationSummary,
  { revision }: GateCriteria,
): GateVerdict | undefined {
  if (revision === undefined) return undefined;
  if (commitsToTell(summary, { revision }).length > 0 && !isBranchInFull(revision)) {
    return waiting(`Argo CD has not reported yet whether a tag "${revision}" is on what it tracks`);
  }
  const isTelling = summary.sources.some(
    (_, index) => untellable(summary, ofSource(index, revision)).length === 0,
  );
  if (isTelling) return undefined;
  return failed(
    `Argo CD reports commits, versions and digests, so it cannot be determined whether "${revision}" is live; specify the commit SHA, the version or digest, or the branch, tag or range that the application tracks`,
  );
}

function judgeOngoing(summary: ApplicationSummary): GateVerdict | undefined {
  if (!isBusy(summary)) return undefined;
  const { last } = summary;
  if (last?.phase !== 'Running' && last?.phase !== 'Terminating') {
    return waiting('an operation has been requested but has not started');
  }
  const what = `an operation to ${printRevisions(last.revisions)}`;
  if (awaitsRetry(last)) return waiting(`${what} failed and will be retried: ${last.message}`);
  return waiting(`${what} is ${last.phase}${words(last.message)}`);
}

/** Health means nothing where nothing was compared: it is called Healthy (recording `broken-yaml`). */
function judgeComparison(summary: ApplicationSummary): GateVerdict | undefined {
  const [condition] = blockingConditions(summary, 'lasting', 'unknown');
  if (condition !== undefined) return failed(`${condition.type}${words(condition.message)}`);
  return summary.sync.status === 'Unknown'
    ? waiting(`Argo CD has not compared it with Git, or currently cannot${whyNotCompared(summary)}`)
    : undefined;
}

/** The last operation failed, and it should have deployed what is wanted. */
function judgeLast(
  summary: ApplicationSummary,
  { revision }: GateCriteria,
): GateVerdict | undefined {
  const { last, sync } = summary;
  if (last === undefined || !last.isFull || last.phase === 'Succeeded') return undefined;
  // It may have ended before it knew its revisions; then it failed at what still has to be done.
  const isTracked =
    isSame(last.revisions, sync.revisions) ||
    (last.revisions.length === 0 && sync.status !== 'Synced');
  if (!(revision === undefined ? isTracked : isAt(summary, revision, last.revisions))) {
    return undefined;
  }
  return failed(
    `the operation to ${printRevisions(last.revisions)} ended as ${last.phase}${words(last.message)}`,
  );
}

/**
 * Until Argo CD has compared after an operation, it shows the sync status and health from before
 * the operation: in `rollback`, Synced at the revision that was left. Times are whole seconds, so
 * the second in which it ended proves nothing until a few more have passed.
 */
function judgeFreshness(
  { last, reconciledAt = -Infinity }: ApplicationSummary,
  _: GateCriteria,
  lasted: number,
): GateVerdict | undefined {
  const endedAt = last?.finishedAt;
  if (endedAt === undefined || reconciledAt > endedAt) return undefined;
  if (reconciledAt === endedAt && lasted >= comparing) return undefined;
  return waiting('Argo CD has not compared it since its last operation ended');
}

function judgeSync(
  summary: ApplicationSummary,
  { requireSynced }: GateCriteria,
): GateVerdict | undefined {
  const { sync, autoSync } = summary;
  if (!requireSynced || sync.status === 'Synced') return undefined;
  const who = autoSync ? 'auto-sync' : 'somebody to sync it: auto-sync is off';
  return waiting(`${sync.status} at ${printRevisions(sync.revisions)}, waiting for ${who}`);
}

function judgeRevision(
  summary: ApplicationSummary,
  { revision }: GateCriteria,
): GateVerdict | undefined {
  if (revision === undefined || isLive(summary, revision)) return undefined;
  const live = liveRevisions(summary);
  const asked = printRevisions([revision]);
  return waiting(
    live.length === 0
      ? `nothing has been deployed yet, waiting for ${asked}`
      : `${printRevisions(live)} is live, waiting for ${asked}`,
  );
}

function judgeHealth(summary: ApplicationSummary, question: GateCriteria): GateVerdict | undefined {
  const { status } = summary.health;
  if (!question.requireHealthy) return undefined;
  switch (status) {
    case 'Healthy':
      return undefined;
    case 'Suspended':
      return question.acceptSuspended
        ? undefined
        : waiting('Suspended: paused, waiting for somebody to resume it');
    case 'Degraded':
      return failed('it is Degraded now; a later sample passes if it recovers');
    case 'Progressing':
    case 'Missing':
    case 'Unknown':
      return waiting(`its health is ${status}`);
  }
}

function judgeCalm(
  summary: ApplicationSummary,
  question: GateCriteria,
  lasted: number,
): GateVerdict {
  const { sync, health } = summary;
  const what = `${sync.status} at ${printRevisions(liveRevisions(summary))}, ${health.status}`;
  const seconds = Math.max(0, Math.floor(lasted / 1000));
  const { stableFor } = question;
  if (lasted < stableFor) return waiting(`${what} for ${seconds} s of ${stableFor / 1000} s`);
  return { status: 'passed', message: stableFor > 0 ? `${what} for ${seconds} s` : what };
}

/** If Synced, what was compared is live; otherwise, what was deployed last is. */
function liveRevisions({ sync, deployed }: ApplicationSummary): readonly string[] {
  return sync.status === 'Synced' ? sync.revisions : deployed;
}

/**
 * What was deployed last stays live when Argo CD has compared a later commit and found nothing to
 * deploy: many applications may share a repository.
 */
function isLive(summary: ApplicationSummary, revision: string): boolean {
  return (
    isAt(summary, revision, liveRevisions(summary)) || isAt(summary, revision, summary.deployed)
  );
}

/**
 * A gate names no source position: with several sources, the revision may be that of any of them.
 */
function isAt(summary: ApplicationSummary, revision: string, resolved: readonly string[]): boolean {
  return summary.sources.some((_, index) =>
    meetsTarget(summary, ofSource(index, revision), resolved, summary.sync.revisions),
  );
}

function ofSource(index: number, revision: string): RevisionTarget {
  return { kind: 'revisions', byPosition: [{ position: index + 1, revision }] };
}

function words(message: string): string {
  return message === '' ? '' : `: ${message}`;
}

function waiting(message: string): GateVerdict {
  return { status: 'waiting', message };
}

function failed(message: string): GateVerdict {
  return { status: 'failed', message };
}
