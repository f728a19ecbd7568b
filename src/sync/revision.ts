import type { Application } from './application.ts';
import type { Target } from './goal.ts';

const commit = /^[0-9a-f]{40}([0-9a-f]{24})?$/i;
const abbreviatedCommit = /^[0-9a-f]{7,64}$/i;

/** A full Git commit id (SHA-1 or SHA-256). */
export function isCommit(revision: string): boolean {
  return commit.test(revision);
}

/** What may be a commit written short; a tag of digits looks the same. */
export function mayBeCommit(revision: string): boolean {
  return abbreviatedCommit.test(revision);
}

/** Whether a resolved revision is the one asked for: equal, or asked for by an abbreviated commit. */
export function isRevision(resolved: string, asked: string): boolean {
  if (resolved === asked) return true;
  if (!isCommit(resolved) || !mayBeCommit(asked)) return false;
  return resolved.toLowerCase().startsWith(asked.toLowerCase());
}

/** The revision asked for each source, by index; `undefined` where the source's own is meant. */
export function askedRevisions(
  application: Pick<Application, 'sources'>,
  target: Target,
): readonly (string | undefined)[] {
  const { sources } = application;
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
 * Whether resolved revisions are what the target asks. A source for which nothing is asked matches
 * with anything. A branch or tag is compared by what the application resolved it to, which is only
 * known for the one that it tracks: `tracked` holds these, from a snapshot that was refreshed.
 */
export function meetsTarget(
  application: Pick<Application, 'sources'>,
  target: Target,
  resolved: readonly string[],
  tracked: readonly string[],
): boolean {
  if (resolved.length === 0) return false;
  return askedRevisions(application, target).every((asked, index) => {
    const actual = resolved[index];
    if (actual === undefined) return asked === undefined;
    if (asked === undefined) return target.kind !== 'tracked' || actual === tracked[index];
    if (isRevision(actual, asked)) return true;
    return asked === application.sources[index]?.targetRevision && actual === tracked[index];
  });
}

/** Faults of a target that only the application shows: positions, one revision for several sources. */
export function targetFault(
  application: Pick<Application, 'sources' | 'multiSource'>,
  target: Target,
): string | undefined {
  const count = application.sources.length;
  if (target.kind === 'revision' && application.multiSource && count > 1) {
    return `the application has ${count} sources, so "revision" does not say which one is meant: write "revisions" with one "position=revision" a line`;
  }
  if (target.kind !== 'revisions') return undefined;
  const beyond = target.byPosition.filter(({ position }) => position > count);
  if (beyond.length === 0) return undefined;
  const positions = beyond.map(({ position }) => position).join(', ');
  return `"revisions" names position ${positions}, but the application has ${count === 1 ? 'one source' : `${count} sources`}`;
}

/** Whether two lists of revisions are equal, source by source. */
export function isSame(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((revision, index) => revision === b[index]);
}

/** Seven characters of a commit; anything else as it is. */
export function shortRevision(revision: string): string {
  return isCommit(revision) ? revision.slice(0, 7) : revision;
}

export function printRevisions(revisions: readonly string[]): string {
  return revisions.map(shortRevision).join(', ') || 'an unknown revision';
}
