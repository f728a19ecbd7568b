/**
 * Argo CD's source hydrator, as an application shows it (argo-cd.md §8.1): it renders the *dry*
 * source and commits the result, and the application syncs that *hydrated* commit.
 */
export interface Hydrator {
  /** What people and pipelines push to; an empty `targetRevision` means `HEAD`. */
  readonly dry: { readonly repoURL: string; readonly targetRevision: string };
  /** The branch that is synced. */
  readonly syncBranch: string;
  /** The branch that is rendered to, where another one is synced: somebody must promote. */
  readonly stagingBranch: string | undefined;
  /** A look at the dry source was requested, but has not happened yet. */
  readonly isAsked: boolean;
  /** Commits that change none of its paths are not rendered (`manifest-generate-paths`). */
  readonly isSelective: boolean;
  /** The latest hydration; absent before the first. */
  readonly current: Hydration | undefined;
  /** The latest that succeeded. */
  readonly last: Rendering | undefined;
  /** The tip of the dry branch at the latest look; Argo CD tells it since 3.5. */
  readonly compared: string | undefined;
}

/** A dry commit, and the hydrated one that holds what it renders to: the same for several. */
export interface Rendering {
  readonly dry: string;
  readonly hydrated: string;
}

/** One hydration. Times are Argo CD's: whole seconds. */
export interface Hydration {
  readonly phase: 'Hydrating' | 'Failed' | 'Hydrated';
  readonly message: string;
  /** Absent while it runs, and usually when it failed. */
  readonly dry: string | undefined;
  readonly startedAt: number | undefined;
  readonly finishedAt: number | undefined;
}

/** What Argo CD says about a commit of the dry or the hydrated repository. */
export interface Commit {
  /** When it was made, by the clock of its author's machine; milliseconds. */
  readonly date: number | undefined;
  readonly tags: readonly string[];
  /**
   * Its message is the one that the hydrator writes, unless an administrator changed the template.
   */
  readonly isHydrated: boolean;
  /**
   * The abbreviated dry commit that such a message begins with; absent in what an earlier version
   * stored.
   */
  readonly dry?: string | undefined;
}

/** The branch that hydrated manifests are committed to. */
export function outputBranch({ syncBranch, stagingBranch }: Hydrator): string {
  return stagingBranch ?? syncBranch;
}
