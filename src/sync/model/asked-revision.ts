import type { Application } from './application.ts';
import type { RevisionTarget } from './goal.ts';
import { compareName, compareRevision, isBranchInFull, isCommit } from './revision.ts';
import { isResolved, isTelling } from './revision.ts';

type Sources = Pick<Application, 'sources' | 'tags'>;
type Compared = Sources & Partial<Pick<Application, 'sync'>>;
type Shape = Pick<Application, 'sources' | 'multiSource'>;

const noSource = { repoURL: '', path: '', chart: '', targetRevision: '' };

/** The revision asked for each source, by index; `undefined` for the source's own. */
export function askedRevisions(
  { sources }: Sources,
  target: RevisionTarget,
): readonly (string | undefined)[] {
  switch (target.kind) {
    case 'tracked':
      return sources.map(() => undefined);
    case 'revision':
      return sources.map((_, index) => (index === 0 ? target.revision : undefined));
    case 'revisions': {
      const asked = new Map(target.byPosition.map((one) => [one.position, one.revision]));
      return sources.map((_, index) => asked.get(index + 1));
    }
  }
}

/**
 * The target in the words in which Argo CD takes it: it ignores `revision` when the application has
 * a list of sources, even a list of one, and ignores positions when it has none
 * (server/application/application.go, `resolveSourceRevisions`). It accepts what it ignores without
 * an error, and deploys what the application tracks.
 */
export function addressTarget({ multiSource }: Shape, target: RevisionTarget): RevisionTarget {
  if (target.kind === 'revision' && multiSource) {
    return { kind: 'revisions', byPosition: [{ position: 1, revision: target.revision }] };
  }
  if (target.kind === 'revisions' && !multiSource) {
    const [first] = target.byPosition;
    return first === undefined
      ? { kind: 'tracked' }
      : { kind: 'revision', revision: first.revision };
  }
  return target;
}

/**
 * Whether what is asked for a source is what the application tracks there, by name. `resolved`: what
 * that name was resolved to.
 */
export function isTracked(
  { sources, tags }: Sources,
  index: number,
  asked: string,
  resolved: string | undefined,
): boolean {
  const source = sources[index];
  if (source === undefined) return false;
  const known = resolved === undefined ? undefined : tags?.[resolved];
  const match = compareName(source, asked, source.targetRevision, known);
  // Tags are hardly ever named like a branch, and pipelines name branches in full: until it is
  // known, the name is taken for the branch, never for a tag.
  return match === 'unknowable' && known === undefined ? isBranchInFull(asked) : match === 'same';
}

/** The commits whose tags decide whether what is asked is what the application tracks. */
export function undecidedCommits(application: Compared, target: RevisionTarget): readonly string[] {
  return askedRevisions(application, target).flatMap((asked, index) => {
    const commit = application.sync?.revisions[index];
    if (asked === undefined || commit === undefined || !isCommit(commit)) return [];
    return awaitsTags(application, index, asked) ? [commit] : [];
  });
}

/** Whether the tags of a commit decide, and have not been requested yet. */
function awaitsTags({ sources, sync, tags }: Compared, index: number, asked: string): boolean {
  const [source, resolved] = [sources[index], sync?.revisions[index]];
  // Argo CD looks for a commit in the repository of the first source.
  if (source === undefined || source.repoURL !== sources[0]?.repoURL) return false;
  if (resolved !== undefined && tags?.[resolved] !== undefined) return false;
  return compareName(source, asked, source.targetRevision) === 'unknowable';
}

/**
 * Whether resolved revisions are what the target asks. A source for which no revision was requested
 * matches anything. Where the two texts do not decide (`unknowable`), the revision that the
 * application resolved the name to decides; it is known only for the name that the application
 * tracks. `tracked` holds these, from a refreshed snapshot.
 */
export function meetsTarget(
  application: Sources,
  target: RevisionTarget,
  resolved: readonly string[],
  tracked: readonly string[],
): boolean {
  if (resolved.length === 0) return false;
  return askedRevisions(application, target).every((asked, index) => {
    const source = application.sources[index] ?? noSource;
    const actual = resolved[index];
    if (actual === undefined) return asked === undefined;
    const isCurrent = actual === tracked[index] && isResolved(source, actual);
    if (asked === undefined) return target.kind !== 'tracked' || isCurrent;
    const match = compareRevision(source, asked, actual);
    if (match !== 'unknowable') return match === 'same';
    return isCurrent && isTracked(application, index, asked, actual);
  });
}

/** Whether resolved revisions certainly differ from the target, by their texts alone. */
export function missesTarget(
  application: Sources,
  target: RevisionTarget,
  resolved: readonly string[],
): boolean {
  return askedRevisions(application, target).some((asked, index) => {
    const [source, actual] = [application.sources[index], resolved[index]];
    if (asked === undefined || source === undefined || actual === undefined) return false;
    return compareRevision(source, asked, actual) === 'other';
  });
}

/**
 * Requested revisions that can never be compared with what was deployed: names and ranges that the
 * application is known not to track.
 */
export function untellable(application: Compared, target: RevisionTarget): readonly string[] {
  return askedRevisions(application, target).flatMap((asked, index) => {
    const source = application.sources[index] ?? noSource;
    if (asked === undefined || isTelling(source, asked)) return [];
    const resolved = application.sync?.revisions[index];
    if (isTracked(application, index, asked, resolved)) return [];
    return awaitsTags(application, index, asked) ? [] : [asked];
  });
}

/** Faults of a target that only the application shows: positions, one revision for several sources. */
export function targetFault(
  { sources, multiSource }: Shape,
  target: RevisionTarget,
): string | undefined {
  const count = sources.length;
  if (target.kind === 'revision' && multiSource && count > 1) {
    return `the application has ${count} sources, so "revision" is ambiguous: use "revisions" with one "position=revision" per line`;
  }
  if (target.kind !== 'revisions') return undefined;
  const beyond = target.byPosition.filter(({ position }) => position > count);
  if (beyond.length === 0) return undefined;
  const positions = beyond.map(({ position }) => position).join(', ');
  return `"revisions" names position ${positions}, but the application has ${count === 1 ? 'one source' : `${count} sources`}`;
}
