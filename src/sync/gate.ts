import { blockingConditions, whyNotCompared } from './condition.ts';
import { isBusy } from './glance.ts';
import type { Glance } from './glance.ts';
import { hydratedQuestion } from './hydrated-gate.ts';
import type { Target } from './goal.ts';
import { awaitsRetry } from './operation.ts';
import { meetsTarget, undecidedCommits, untellable } from './asked-revision.ts';
import { isBranchInFull, isSame, printRevisions } from './revision.ts';

/** What a gate asks of an application. */
export interface GateQuestion {
  /** A commit, version or digest, or the branch, tag or range that the application tracks. */
  readonly revision: string | undefined;
  readonly requireSynced: boolean;
  readonly requireHealthy: boolean;
  /** A paused rollout counts as healthy. */
  readonly acceptSuspended: boolean;
  /** Milliseconds for which nothing may have changed. */
  readonly stableFor: number;
}

/**
 * `waiting`: not yet, and time may do it. `failed`: time alone does not; a gate may ask again, since
 * somebody may mend it.
 */
export interface GateAnswer {
  readonly status: 'passed' | 'waiting' | 'failed';
  /** A sentence for people, with Argo CD's words in it: foreign text, of any length. */
  readonly message: string;
}

/** `lasted`: milliseconds since the last change. */
type Rule = (glance: Glance, question: GateQuestion, lasted: number) => GateAnswer | undefined;

/** After an operation Argo CD compares at once; a busy one may take a little. */
const comparing = 10_000;

/** In this order: what is said is what has to be mended first. */
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
 * Whether an application is as a gate wants it, from a glance alone. `steadySince` and `now` are
 * local milliseconds. What was pushed since Argo CD last looked at Git is not known here: only a
 * `revision` makes sure that it is live.
 */
export function judgeGate(
  glance: Glance | undefined,
  question: GateQuestion,
  steadySince: number,
  now: number,
): GateAnswer {
  if (glance === undefined) {
    return failed('there is no such application, or no rule allows this gate to look at it');
  }
  const lasted = now - steadySince;
  const { hydrator } = glance;
  const life = judgeLife(glance);
  if (life !== undefined) return life;
  const asked = hydrator && hydratedQuestion(glance, hydrator, question);
  if (asked?.kind === 'answer') return asked.answer;
  const { question: posed } = asked ?? { question };
  for (const rule of rules) {
    const answer = rule(glance, posed, lasted);
    if (answer !== undefined) return answer;
  }
  const calm = judgeCalm(glance, posed, lasted);
  const note = asked?.note;
  return note === undefined || calm.status !== 'passed'
    ? calm
    : { ...calm, message: `${calm.message}; ${note}` };
}

function judgeLife({ deleting, skipReconcile }: Glance): GateAnswer | undefined {
  if (deleting) return failed('it is being deleted');
  if (!skipReconcile) return undefined;
  return waiting(
    'Argo CD leaves it alone (annotation argocd.argoproj.io/skip-reconcile), so that what it shows may be old',
  );
}

/** The commits whose tags decide what a gate's revision means, as far as they are not known. */
export function commitsToTell(
  glance: Glance,
  { revision }: Pick<GateQuestion, 'revision'>,
): readonly string[] {
  if (revision === undefined) return [];
  return glance.sources.flatMap((_, index) => undecidedCommits(glance, ofSource(index, revision)));
}

/** What is not tracked cannot be compared with what Argo CD reports, unless it is exact. */
function judgeQuestion(glance: Glance, { revision }: GateQuestion): GateAnswer | undefined {
  if (revision === undefined) return undefined;
  if (commitsToTell(glance, { revision }).length > 0 && !isBranchInFull(revision)) {
    return waiting(`Argo CD has not told yet whether a tag "${revision}" is on what it tracks`);
  }
  const isTelling = glance.sources.some(
    (_, index) => untellable(glance, ofSource(index, revision)).length === 0,
  );
  if (isTelling) return undefined;
  return failed(
    `Argo CD reports commits, versions and digests, so that nobody can tell whether "${revision}" is live; name the commit (its SHA), the version or the digest, or the branch, tag or range that the application tracks`,
  );
}

function judgeOngoing(glance: Glance): GateAnswer | undefined {
  if (!isBusy(glance)) return undefined;
  const { last } = glance;
  if (last?.phase !== 'Running' && last?.phase !== 'Terminating') {
    return waiting('an operation is asked for, and has not begun');
  }
  const what = `an operation to ${printRevisions(last.revisions)}`;
  if (awaitsRetry(last)) return waiting(`${what} failed and will be tried again: ${last.message}`);
  return waiting(`${what} is ${last.phase}${words(last.message)}`);
}

/** Health means nothing where nothing was compared: it is called Healthy (recording `broken-yaml`). */
function judgeComparison(glance: Glance): GateAnswer | undefined {
  const [condition] = blockingConditions(glance, 'lasting', 'unknown');
  if (condition !== undefined) return failed(`${condition.type}${words(condition.message)}`);
  return glance.sync.status === 'Unknown'
    ? waiting(
        `Argo CD has not compared it with Git, or cannot at the moment${whyNotCompared(glance)}`,
      )
    : undefined;
}

/** The last operation failed, and what it should have deployed is what is wanted. */
function judgeLast(glance: Glance, { revision }: GateQuestion): GateAnswer | undefined {
  const { last, sync } = glance;
  if (last === undefined || !last.isFull || last.phase === 'Succeeded') return undefined;
  // It may have ended before it knew its revisions: then it failed at what is still to be done.
  const isTracked =
    isSame(last.revisions, sync.revisions) ||
    (last.revisions.length === 0 && sync.status !== 'Synced');
  if (!(revision === undefined ? isTracked : isAt(glance, revision, last.revisions))) {
    return undefined;
  }
  return failed(
    `the operation to ${printRevisions(last.revisions)} ended as ${last.phase}${words(last.message)}`,
  );
}

/**
 * Until Argo CD has compared after an operation, it shows sync and health of before: in `rollback`
 * Synced at the revision that was left. Times are whole seconds, so that the very second of the end
 * proves nothing until some more have passed.
 */
function judgeFreshness(
  { last, reconciledAt = -Infinity }: Glance,
  _: GateQuestion,
  lasted: number,
): GateAnswer | undefined {
  const endedAt = last?.finishedAt;
  if (endedAt === undefined || reconciledAt > endedAt) return undefined;
  if (reconciledAt === endedAt && lasted >= comparing) return undefined;
  return waiting('Argo CD has not compared it yet since its last operation ended');
}

function judgeSync(glance: Glance, { requireSynced }: GateQuestion): GateAnswer | undefined {
  const { sync, autoSync } = glance;
  if (!requireSynced || sync.status === 'Synced') return undefined;
  const who = autoSync ? 'auto-sync' : 'somebody to sync it: auto-sync is off';
  return waiting(`${sync.status} at ${printRevisions(sync.revisions)}, waiting for ${who}`);
}

function judgeRevision(glance: Glance, { revision }: GateQuestion): GateAnswer | undefined {
  if (revision === undefined || isLive(glance, revision)) return undefined;
  const live = liveRevisions(glance);
  const asked = printRevisions([revision]);
  return waiting(
    live.length === 0
      ? `nothing was deployed yet, waiting for ${asked}`
      : `${printRevisions(live)} is live, waiting for ${asked}`,
  );
}

function judgeHealth(glance: Glance, question: GateQuestion): GateAnswer | undefined {
  const { status } = glance.health;
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

function judgeCalm(glance: Glance, question: GateQuestion, lasted: number): GateAnswer {
  const { sync, health } = glance;
  const what = `${sync.status} at ${printRevisions(liveRevisions(glance))}, ${health.status}`;
  const seconds = Math.max(0, Math.floor(lasted / 1000));
  const { stableFor } = question;
  if (lasted < stableFor) return waiting(`${what} for ${seconds} s of ${stableFor / 1000} s`);
  return { status: 'passed', message: stableFor > 0 ? `${what} for ${seconds} s` : what };
}

/** Synced, what is compared is live; otherwise what was deployed last. */
function liveRevisions({ sync, deployed }: Glance): readonly string[] {
  return sync.status === 'Synced' ? sync.revisions : deployed;
}

/**
 * What was deployed last stays live when Argo CD has compared a later commit and found nothing to
 * deploy: many applications may share a repository.
 */
function isLive(glance: Glance, revision: string): boolean {
  return isAt(glance, revision, liveRevisions(glance)) || isAt(glance, revision, glance.deployed);
}

/** A gate names no position: with several sources the revision is that of any. */
function isAt(glance: Glance, revision: string, resolved: readonly string[]): boolean {
  return glance.sources.some((_, index) =>
    meetsTarget(glance, ofSource(index, revision), resolved, glance.sync.revisions),
  );
}

function ofSource(index: number, revision: string): Target {
  return { kind: 'revisions', byPosition: [{ position: index + 1, revision }] };
}

function words(message: string): string {
  return message === '' ? '' : `: ${message}`;
}

function waiting(message: string): GateAnswer {
  return { status: 'waiting', message };
}

function failed(message: string): GateAnswer {
  return { status: 'failed', message };
}
