import type { Application } from './application.ts';
import type { Target } from './goal.ts';
import { compareRevision, isResolved, isSameName, isTelling } from './revision.ts';

type Sources = Pick<Application, 'sources'>;
type Shape = Pick<Application, 'sources' | 'multiSource'>;

const noSource = { repoURL: '', path: '', chart: '', targetRevision: '' };

/** The revision asked for each source, by index; `undefined` where the source's own is meant. */
export function askedRevisions(
  { sources }: Sources,
  target: Target,
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
 * The target in the words in which Argo CD takes it: it reads no `revision` as soon as the
 * application has a list of sources, be it of one, and no positions where it has none
 * (server/application/application.go, `resolveSourceRevisions`). What is meant for naught it accepts
 * in silence, and deploys what the application tracks.
 */
export function addressTarget({ multiSource }: Shape, target: Target): Target {
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

/** Whether what is asked for a source is what the application tracks there, by name. */
export function isTracked({ sources }: Sources, index: number, asked: string): boolean {
  const source = sources[index];
  return source !== undefined && isSameName(source, asked, source.targetRevision);
}

/**
 * Whether resolved revisions are what the target asks. A source for which nothing is asked matches
 * with anything. What two texts do not tell (`unknowable`) is compared by what the application
 * resolved it to, which is only known for the name that it tracks: `tracked` holds these, from a
 * snapshot that was refreshed.
 */
export function meetsTarget(
  application: Sources,
  target: Target,
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
    const likeness = compareRevision(source, asked, actual);
    if (likeness !== 'unknowable') return likeness === 'same';
    return isCurrent && isTracked(application, index, asked);
  });
}

/**
 * What is asked and can never be told from what was deployed: names and ranges that the application
 * does not track.
 */
export function untellable(application: Sources, target: Target): readonly string[] {
  return askedRevisions(application, target).flatMap((asked, index) => {
    const source = application.sources[index] ?? noSource;
    if (asked === undefined || isTelling(source, asked)) return [];
    return isTracked(application, index, asked) ? [] : [asked];
  });
}

/** Faults of a target that only the application shows: positions, one revision for several sources. */
export function targetFault({ sources, multiSource }: Shape, target: Target): string | undefined {
  const count = sources.length;
  if (target.kind === 'revision' && multiSource && count > 1) {
    return `the application has ${count} sources, so "revision" does not say which one is meant: write "revisions" with one "position=revision" a line`;
  }
  if (target.kind !== 'revisions') return undefined;
  const beyond = target.byPosition.filter(({ position }) => position > count);
  if (beyond.length === 0) return undefined;
  const positions = beyond.map(({ position }) => position).join(', ');
  return `"revisions" names position ${positions}, but the application has ${count === 1 ? 'one source' : `${count} sources`}`;
}
