import type { Application } from './application.ts';
import type { RevisionTarget } from './goal.ts';
import type { HydrationMemory } from './hydration-memory.ts';
import type { Hydrator } from './hydrator.ts';
import { compareName, compareRevision, isTelling } from './revision.ts';

/** The hydrator reads and writes Git alone. */
const git = { repoURL: '', chart: '' };

/** What a revision means when it is given for a hydrated application. */
export type DryRevision =
  /** The tip of the dry branch. */
  | { readonly kind: 'tip' }
  /** A commit of the dry repository, possibly abbreviated. */
  | { readonly kind: 'commit'; readonly commit: string }
  /** What the hydrator wrote: a hydrated commit, or the branch that is synced. */
  | { readonly kind: 'hydrated'; readonly revision: string }
  /** The branch that awaits promotion. */
  | { readonly kind: 'staged' }
  /** It may be either: Argo CD must be asked about the commit. */
  | { readonly kind: 'unclear'; readonly commit: string }
  /** A tag, or a branch that has no part in the hydration. */
  | { readonly kind: 'name'; readonly name: string };

/** Tells dry from hydrated: a dry commit that is synced directly bypasses the hydrator. */
export function readDryRevision(
  application: Pick<Application, 'sync' | 'history'>,
  hydrator: Hydrator,
  known: HydrationMemory,
  target: RevisionTarget,
): DryRevision {
  const asked = revisionOf(target);
  if (asked === undefined) return { kind: 'tip' };
  const { dry, syncBranch, stagingBranch } = hydrator;
  if (isBranch(asked, syncBranch)) return { kind: 'hydrated', revision: asked };
  if (stagingBranch !== undefined && isBranch(asked, stagingBranch)) {
    return { kind: 'staged' };
  }
  if (isDryTarget(asked, dry.targetRevision)) return { kind: 'tip' };
  return isTelling(git, asked)
    ? readCommit(application, hydrator, known, asked)
    : { kind: 'name', name: asked };
}

/** Whether it names a branch of the hydrator's, which has no other refs there. */
export function isBranch(asked: string, branch: string): boolean {
  return compareName(git, asked, `refs/heads/${branchName(branch)}`) === 'same';
}

/**
 * Whether it is what the hydrator renders. A tag of the same name counts only if it points to that
 * commit.
 */
export function isDryTarget(asked: string, targetRevision: string): boolean {
  return compareName(git, asked, targetRevision, []) === 'same';
}

/** The one revision that a target names; a hydrated application has one source. */
export function revisionOf(target: RevisionTarget): string | undefined {
  switch (target.kind) {
    case 'tracked':
      return undefined;
    case 'revision':
      return target.revision;
    case 'revisions':
      return target.byPosition.find(({ position }) => position === 1)?.revision;
  }
}

/** The branch as people say it; nothing is `HEAD`. */
export function branchName(revision: string): string {
  return revision === '' ? 'HEAD' : revision.replace(/^refs\/(heads|tags)\//, '');
}

/** Whether a commit is the requested one, which may be abbreviated. */
export function isDryCommit(commit: string, asked: string): boolean {
  return compareRevision(git, asked, commit) === 'same';
}

function readCommit(
  { sync }: Pick<Application, 'sync' | 'history'>,
  { compared, current }: Hydrator,
  known: HydrationMemory,
  asked: string,
): DryRevision {
  const isIt = (commit: string | undefined) => commit !== undefined && isDryCommit(commit, asked);
  const isDry = [compared, current?.dry, known.tip].some(isIt);
  if (isDry || known.renderings.some(({ dry }) => isIt(dry))) {
    return { kind: 'commit', commit: asked };
  }
  if (known.renderings.some(({ hydrated }) => isIt(hydrated)) || sync.revisions.some(isIt)) {
    return { kind: 'hydrated', revision: asked };
  }
  // History proves nothing: before this rule existed, dry commits may have been synced.
  const found = known.commits.find(({ name }) => name === asked);
  if (found === undefined) return { kind: 'unclear', commit: asked };
  return found.commit?.isHydrated === true
    ? { kind: 'hydrated', revision: asked }
    : { kind: 'commit', commit: asked };
}
