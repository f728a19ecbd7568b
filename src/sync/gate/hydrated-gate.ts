import { branchName, isBranch, isDryCommit, isDryTarget } from '../model/dry-revision.ts';
import { excerptEnds } from '../model/excerpt.ts';
import type { GateVerdict, GateCriteria } from './gate.ts';
import type { ApplicationSummary } from '../model/application-summary.ts';
import { outputBranch } from '../model/hydrator.ts';
import type { Hydrator } from '../model/hydrator.ts';
import { isCommit, shortRevision } from '../model/revision.ts';

type HydratedCriteria =
  | {
      readonly kind: 'question';
      readonly question: GateCriteria;
      /** What a passed gate adds to its answer. */
      readonly note?: string;
    }
  | { readonly kind: 'answer'; readonly answer: GateVerdict };

/**
 * A gate's question in terms of what is synced: of a dry commit, what it is hydrated as. A gate
 * sees the last hydration only, so it does not find a commit that was hydrated together with a
 * newer one.
 */
export function hydratedQuestion(
  summary: ApplicationSummary,
  hydrator: Hydrator,
  question: GateCriteria,
): HydratedCriteria {
  const { revision } = question;
  const { last, compared, current, syncBranch, stagingBranch } = hydrator;
  const isTip = revision === undefined || isDryTarget(revision, hydrator.dry.targetRevision);
  if (isTip) return judgeTip(summary, hydrator, question);
  if (isBranch(revision, syncBranch)) return { kind: 'question', question };
  if (stagingBranch !== undefined && isBranch(revision, stagingBranch)) {
    return answer(
      'failed',
      `${stagingBranch} awaits promotion to ${syncBranch}: specify the dry commit`,
    );
  }
  const isIt = (commit: string | undefined) =>
    commit !== undefined && isDryCommit(commit, revision);
  if (last !== undefined && isIt(last.dry)) {
    const merge = mergeOf(summary, hydrator);
    if (merge === undefined) {
      const { sync, deployed } = summary;
      const isPromoted = [...sync.revisions, ...deployed].includes(last.hydrated);
      if (stagingBranch !== undefined && !isPromoted) {
        const what = `${shortRevision(last.dry)} is hydrated as ${shortRevision(last.hydrated)}`;
        const to = `waiting for somebody to promote it to ${syncBranch}`;
        return answer('waiting', `${what} on ${stagingBranch}: ${to}`);
      }
      return { kind: 'question', question: { ...question, revision: last.hydrated } };
    }
    const note = `promoted by ${shortRevision(merge)}, which reached ${syncBranch} after the hydration`;
    return { kind: 'question', question: { ...question, revision: merge }, note };
  }
  const isHydrated = [last?.hydrated, ...summary.sync.revisions, ...summary.deployed].some(isIt);
  const isPending = isIt(compared) || isIt(current?.dry);
  if (isHydrated && !isPending) return { kind: 'question', question };
  if (!isDryCommit(revision, revision)) return { kind: 'question', question };
  const failure = judgeFailure(hydrator);
  if (failure !== undefined) return failure;
  const at = last === undefined ? 'nothing' : `dry commit ${shortRevision(last.dry)}`;
  return answer('waiting', `${at} is hydrated, waiting for ${shortRevision(revision)}`);
}

/** The commits whose times decide whether a dry commit was promoted by a merge. */
export function commitsOfPromotion(
  { sync, hydrator }: ApplicationSummary,
  { revision }: Pick<GateCriteria, 'revision'>,
): readonly string[] {
  const { last, stagingBranch } = hydrator ?? {};
  const [current] = sync.revisions;
  if (revision === undefined || last === undefined || stagingBranch === undefined) return [];
  if (!isDryCommit(last.dry, revision)) return [];
  if (current === undefined || !isCommit(current) || current === last.hydrated) return [];
  return [last.hydrated, current];
}

/**
 * What is synced, where it counts as the promotion of what was hydrated last: only the time of a
 * merge tells what it contains, as for a sync (`promotion.ts`).
 */
function mergeOf(
  { sync, dates = {} }: ApplicationSummary,
  { last, stagingBranch }: Hydrator,
): string | undefined {
  const [current] = sync.revisions;
  if (stagingBranch === undefined || last === undefined || current === undefined) return undefined;
  if (current === last.hydrated || sync.status === 'Unknown') return undefined;
  const [made, promoted] = [dates[last.hydrated], dates[current]];
  return made !== undefined && promoted !== undefined && promoted >= made ? current : undefined;
}

/** Whether the known tip of the dry branch has been hydrated, and compared since. */
function judgeTip(
  { sync, reconciledAt = -Infinity }: ApplicationSummary,
  hydrator: Hydrator,
  question: GateCriteria,
): HydratedCriteria {
  const { current, last, compared, dry, isSelective } = hydrator;
  const branch = branchName(dry.targetRevision);
  if (current?.phase === 'Hydrating' || last === undefined) {
    const failure = judgeFailure(hydrator);
    if (failure !== undefined) return failure;
    const what = last === undefined ? 'has not been hydrated yet' : 'is being hydrated';
    return answer('waiting', `${branch} ${what} to ${outputBranch(hydrator)}`);
  }
  const failure = judgeFailure(hydrator);
  if (failure !== undefined) return failure;
  if (compared !== undefined && compared !== last.dry && !isSelective) {
    return answer('waiting', `${shortRevision(compared)} was pushed but is not hydrated yet`);
  }
  const isCompared =
    sync.revisions[0] === last.hydrated || reconciledAt > (current?.finishedAt ?? -Infinity);
  if (!isCompared) {
    const what = `${shortRevision(last.dry)} is hydrated as ${shortRevision(last.hydrated)}`;
    return answer('waiting', `${what}, but Argo CD has not compared that yet`);
  }
  return {
    kind: 'question',
    question: { ...question, revision: undefined },
    ...noted(sync, hydrator),
  };
}

/**
 * A merge is a promotion as well, but a gate cannot tell what it contains: it says so instead of
 * waiting.
 */
function noted(
  { revisions }: ApplicationSummary['sync'],
  { last, stagingBranch }: Hydrator,
): { note?: string } {
  if (stagingBranch === undefined || last === undefined) return {};
  if (revisions[0] === last.hydrated) return {};
  const what = `${shortRevision(last.dry)} is hydrated as ${shortRevision(last.hydrated)}`;
  return {
    note: `${what} on ${stagingBranch}, and awaits promotion, unless a merge has already promoted it`,
  };
}

function judgeFailure({ current }: Hydrator): HydratedCriteria | undefined {
  if (current?.phase !== 'Failed') return undefined;
  return answer('failed', `it could not be hydrated: ${excerptEnds(current.message)}`);
}

function answer(status: GateVerdict['status'], message: string): HydratedCriteria {
  return { kind: 'answer', answer: { status, message } };
}
