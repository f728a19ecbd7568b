import { isDryCommit } from '../model/dry-revision.ts';
import type { HydrationMemory, SeenCommit } from '../model/hydration-memory.ts';
import { waitForLook } from './hydration-view.ts';
import type { HydrationView } from './hydration-view.ts';
import { unknownErrorLimit } from '../model/known-error.ts';
import type { RunWarning } from '../model/outcome.ts';
import { isCommit, shortRevision } from '../model/revision.ts';
import { refuse, supersede, wait } from '../model/verdict.ts';
import type { Verdict } from '../model/verdict.ts';

type Inclusion =
  | { readonly kind: 'included'; readonly concerns: readonly RunWarning[] }
  | { readonly kind: 'verdict'; readonly verdict: Verdict };

/** How long after a commit was not found to ask for it again. */
const askAgain = 10_000;

/**
 * After several pushes, the hydrator renders only the last one, and the others never appear
 * (recording `hydrated-two-pushes`). Argo CD does not report whether one commit contains another,
 * only when each was made: `commit` is considered contained in `newer` when it was made no later
 * than `newer`, and no earlier than the previously rendered commit; a commit of another branch is
 * in that span only by chance, and a warning of the run says what was seen. Otherwise the choice is
 * the user's: `whenSuperseded`.
 */
export function decideInclusion(
  view: HydrationView,
  known: HydrationMemory,
  commit: string,
  newer: string,
): Inclusion {
  const before = renderedBefore(view, known, newer);
  const names = [commit, newer, ...(before === undefined ? [] : [before])];
  const open = names.filter((name) => isOpen(known, name, name === commit ? view.now : Infinity));
  const [short, other] = [shortRevision(commit), shortRevision(newer)];
  if (open.length > 0) {
    const doing = `${other} is the tip of the dry branch: asking Argo CD whether ${short} came before it`;
    return verdict(wait(doing, { ask: { commits: open } }));
  }
  const dates = names.map((name) => find(known, name)?.commit?.date);
  const [made, newerMade, beforeMade] = dates;
  if (find(known, commit)?.commit === undefined) {
    return verdict(decideUnfound(view, short));
  }
  if (made === undefined || newerMade === undefined) return pass(view, known, commit, newer);
  if (made > newerMade) {
    const doing = `the tip of the dry branch is ${other}, which is older than ${short}: waiting for that to be pushed to the branch`;
    return verdict(waitForLook(view, doing));
  }
  const isBetween = before === undefined || (beforeMade !== undefined && made >= beforeMade);
  if (!isBetween) return pass(view, known, commit, newer);
  if (view.goal.whenSuperseded === 'follow') return { kind: 'included', concerns: [] };
  const runWarning = {
    title: `Dry commit ${short} was hydrated with a newer one, ${other}`,
    message:
      'It was made between the commit hydrated before and that one, so that one should contain it, but Argo CD does not confirm that. If it is a commit of another branch, it is not live.',
  };
  return { kind: 'included', concerns: [runWarning] };
}

/** A push may take a while to arrive; a wait for a commit includes the wait for its push. */
function decideUnfound(view: HydrationView, short: string): Verdict {
  const isLate = view.now - view.memory.startedAt >= unknownErrorLimit;
  if (view.goal.action === 'wait' || !isLate) {
    return waitForLook(view, `${short} is not in the dry repository yet: waiting for it`);
  }
  return refuse(
    'failed',
    `The dry repository has no commit ${short}`,
    'Check that it has been pushed, that it is spelled correctly, and that it belongs to the repository that the source hydrator renders from.',
  );
}

/** For how many deployments the dry commit is looked up. */
const mostDeployments = 10;

/**
 * Nothing shows that the newer commit contains it; history may show that it was deployed before.
 */
function pass(
  view: HydrationView,
  known: HydrationMemory,
  commit: string,
  newer: string,
): Inclusion {
  if (view.goal.whenSuperseded === 'follow') return { kind: 'included', concerns: [] };
  const [short, other] = [shortRevision(commit), shortRevision(newer)];
  const deployed = view.application.history.flatMap(({ revisions: [one] }) => one ?? []);
  const names = [...new Set(deployed.filter(isCommit))].slice(-mostDeployments);
  const open = names.filter((name) => isOpen(known, name, Infinity));
  if (open.length > 0) {
    const doing = `asking Argo CD whether ${short} was deployed before ${other}`;
    return verdict(wait(doing, { ask: { commits: open } }));
  }
  const own = names.findLast((name) => {
    const dry = find(known, name)?.commit?.dry;
    return dry !== undefined && isDryCommit(commit, dry);
  });
  return verdict(
    supersede(
      own === undefined
        ? `There is no evidence that dry commit ${short} was hydrated: ${other} is, and Argo CD does not report whether that contains it`
        : `Dry commit ${short} was hydrated as ${shortRevision(own)} and deployed before: ${other} is hydrated now, and Argo CD does not report whether that contains it`,
    ),
  );
}

/** The hydrated commit that was live, or seen, before what `newer` was rendered to. */
function renderedBefore(
  { application }: HydrationView,
  { renderings }: HydrationMemory,
  newer: string,
): string | undefined {
  const hydrated = renderings.findLast(({ dry }) => dry === newer)?.hydrated;
  const seen = renderings.filter((one) => one.hydrated !== hydrated).map((one) => one.hydrated);
  const live = application.history.flatMap(({ revisions: [one] }) => one ?? []);
  return seen.at(-1) ?? live.findLast((one) => one !== hydrated);
}

function find({ commits }: HydrationMemory, name: string): SeenCommit | undefined {
  return commits.find((one) => one.name === name);
}

/** Whether it was not asked for yet or, where it may be pushed at any moment, not recently. */
function isOpen(known: HydrationMemory, name: string, now: number): boolean {
  const found = find(known, name);
  if (found === undefined) return true;
  return found.commit === undefined && now !== Infinity && now - found.at >= askAgain;
}

function verdict(of: Verdict): Inclusion {
  return { kind: 'verdict', verdict: of };
}
