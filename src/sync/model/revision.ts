import type { Source } from './application.ts';
import { isInRange, isSameVersion, isVersionRange, parseChartVersion } from './chart-version.ts';

/**
 * What a revision is, for each kind of source, and when a resolved one is the requested one.
 *
 * Argo CD resolves what it is asked for: a Git name (branch, tag, annotated tag, `refs/…`, `HEAD`,
 * a short commit, a range of tags) to a commit, the range of a chart to a version, an OCI tag to a
 * digest (reposerver/repository/repository.go, `ResolveRevision`). Two texts alone tell
 *
 * - `same`: a commit, a short commit, a version, or a digest that was requested as such,
 * - `other`: one that cannot be meant, such as another commit, or a version outside the range,
 * - `unknowable`: a name, a range that holds the version, or hexadecimal digits that may be a tag.
 *
 * `unknowable` is never a success by itself. Then the decision depends on what Argo CD resolved
 * that name to:
 *
 * - in the operation that it stored for our request, if we named it (`wasDeployed`);
 * - in its newest comparison, if the application tracks that name (`meetsTarget`);
 * - otherwise it cannot be decided: a wait or a gate for it is refused, as is a sync of an
 *   auto-sync application, and a deployment of anything but what Argo CD had resolved is not the
 *   requested revision.
 *
 * Argo CD resolves a name that is both a branch and a tag to either of them (`compareName`).
 */
export type RevisionMatch = 'same' | 'other' | 'unknowable';

type SourceName = Pick<Source, 'repoURL' | 'chart'>;

const commit = /^[0-9a-f]{40}([0-9a-f]{24})?$/i;
const abbreviatedCommit = /^[0-9a-f]{7,64}$/i;
const digest = /^[a-z0-9]+(?:[+._-][a-z0-9]+)*:[0-9a-f]{32,}$/i;

/** How a source is read. `oci://` goes before the chart, as in Argo CD (types.go, `IsOCI`). */
export function kindOf({ repoURL, chart }: SourceName): 'git' | 'chart' | 'oci' {
  if (repoURL.startsWith('oci://')) return 'oci';
  return chart === '' ? 'git' : 'chart';
}

/** A full Git commit id (SHA-1 or SHA-256). */
export function isCommit(revision: string): boolean {
  return commit.test(revision);
}

/** Whether a resolved revision is the requested one. */
export function compareRevision(
  source: SourceName,
  asked: string,
  resolved: string,
): RevisionMatch {
  switch (kindOf(source)) {
    case 'git':
      return compareCommit(asked, resolved);
    case 'chart':
      return compareChart(asked, resolved);
    case 'oci':
      return compareDigest(asked, resolved);
  }
}

function compareCommit(asked: string, resolved: string): RevisionMatch {
  const [wanted, actual] = [asked.toLowerCase(), resolved.toLowerCase()];
  if (!abbreviatedCommit.test(resolved)) return 'unknowable';
  if (abbreviatedCommit.test(asked) && actual.startsWith(wanted)) return 'same';
  if (!isCommit(asked)) return 'unknowable';
  return !isCommit(resolved) && wanted.startsWith(actual) ? 'same' : 'other';
}

function compareChart(asked: string, resolved: string): RevisionMatch {
  const [wanted, actual] = [parseChartVersion(asked), parseChartVersion(resolved)];
  if (wanted === undefined && !isVersionRange(asked)) return asked === resolved ? 'same' : 'other';
  if (actual === undefined) return isVersionRange(resolved) ? 'unknowable' : 'other';
  if (wanted !== undefined && wanted.isFull === actual.isFull) {
    if (isSameVersion(wanted, actual)) return 'same';
    if (wanted.isFull) return 'other';
  }
  // Argo CD passes `1.2` on as written, and Helm resolves it to the newest 1.2.x.
  const mayBe = wanted?.isFull ? isInRange(resolved, wanted) : isInRange(asked, actual);
  return mayBe === false ? 'other' : 'unknowable';
}

function compareDigest(asked: string, resolved: string): RevisionMatch {
  if (!digest.test(resolved) || !digest.test(asked)) return 'unknowable';
  return asked.toLowerCase() === resolved.toLowerCase() ? 'same' : 'other';
}

/**
 * Whether the requested revision can be compared with what was deployed, no matter what the
 * application tracks.
 */
export function isTelling(source: SourceName, asked: string): boolean {
  switch (kindOf(source)) {
    case 'git':
      return abbreviatedCommit.test(asked);
    case 'chart':
      return parseChartVersion(asked)?.isFull ?? !isVersionRange(asked);
    case 'oci':
      return digest.test(asked);
  }
}

/** Whether Argo CD has resolved it: what it cannot resolve, it shows as written. */
export function isResolved(source: SourceName, revision: string): boolean {
  switch (kindOf(source)) {
    case 'git':
      return abbreviatedCommit.test(revision);
    case 'chart':
      return revision !== '' && !isVersionRange(revision);
    case 'oci':
      return digest.test(revision);
  }
}

/**
 * Whether two requested revisions mean the same: `HEAD` and nothing, `main` and `refs/heads/main`.
 * Where branch and tag share a name, Argo CD resolves the short name to either, again at each look
 * (seen on 3.5.1: 6 of 12; it goes through a Go map). So a requested full name equals the tracked
 * short name only by way of the commit that this was resolved to: `tags` are the tags of that
 * commit. A requested short name leaves it to the application which of the two it is.
 */
export function compareName(
  source: SourceName,
  asked: string,
  tracked: string,
  tags?: readonly string[],
): RevisionMatch {
  if (kindOf(source) !== 'git') {
    return asked.replaceAll(/\s+/g, ' ') === tracked.replaceAll(/\s+/g, ' ') ? 'same' : 'other';
  }
  const [a, b] = [readRef(asked), readRef(tracked)];
  if (a.name !== b.name) return 'other';
  if (a.space === b.space || a.space === '') return 'same';
  if (b.space !== '') return 'other';
  // The tags of a commit may be a day old: a missing tag does not prove that there is none.
  const isTag = tags?.includes(a.name);
  if (isTag === undefined) return 'unknowable';
  return isTag === (a.space === 'tags') ? 'same' : 'unknowable';
}

/** Whether it names a branch in full. */
export function isBranchInFull(revision: string): boolean {
  return revision.startsWith('refs/heads/');
}

function readRef(revision: string): { readonly space: string; readonly name: string } {
  const [, space = '', name = revision] = /^refs\/(heads|tags)\/(.+)$/.exec(revision) ?? [];
  if (abbreviatedCommit.test(name)) return { space, name: name.toLowerCase() };
  return { space, name: name === '' ? 'HEAD' : name };
}

/**
 * Whether two resolved revisions are the same. Argo CD accepts a commit as written, abbreviated or
 * in upper case, and where its manifests are cached, it writes it to result and history as it was
 * requested. Digits alone may be the version of a chart.
 */
function isSameResolved(one: string, other: string): boolean {
  if (one === other) return true;
  const areCommits = isCommit(one) || isCommit(other) || /[a-f]/i.test(one + other);
  if (!areCommits) return false;
  return compareCommit(one, other) === 'same' || compareCommit(other, one) === 'same';
}

/** Whether two lists of resolved revisions are equal, source by source. */
export function isSame(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((one, index) => isSameResolved(one, b[index] ?? ''));
}

/**
 * Revisions as Argo CD would have resolved them, where one of the known lists shows that, source by
 * source: Argo CD itself repeats what was requested. A commit is given in full and in lower case
 * where only one known commit can be meant; a chart's version is given as the chart has it, which a
 * tracked range shows.
 */
export function spellOut(
  sources: readonly (SourceName & Partial<Pick<Source, 'targetRevision'>>)[],
  revisions: readonly string[],
  ...known: readonly (readonly string[])[]
): readonly string[] {
  return revisions.map((revision, index) => {
    const source = sources[index];
    const others = known.flatMap((list) => list[index] ?? []);
    if (source === undefined) return revision;
    switch (kindOf(source)) {
      case 'git':
        return fullCommit(revision, others);
      case 'chart':
        return isVersionRange(source.targetRevision ?? '')
          ? ownVersion(revision, known[0]?.[index] ?? '')
          : revision;
      case 'oci':
        return digest.test(revision) ? revision.toLowerCase() : revision;
    }
  });
}

function fullCommit(revision: string, known: readonly string[]): string {
  if (isCommit(revision)) return revision.toLowerCase();
  const full = known.filter((one) => isCommit(one) && compareCommit(revision, one) === 'same');
  const [only, ...more] = new Set(full.map((one) => one.toLowerCase()));
  return only === undefined || more.length > 0 ? revision : only;
}

function ownVersion(revision: string, resolved: string): string {
  const [asked, actual] = [parseChartVersion(revision), parseChartVersion(resolved)];
  const isIt = asked?.isFull === true && actual !== undefined && isSameVersion(asked, actual);
  return isIt ? resolved : revision;
}

/** Seven characters of a commit or a digest; anything else unchanged. */
export function shortRevision(revision: string): string {
  if (digest.test(revision)) return revision.slice(0, revision.indexOf(':') + 13);
  return isCommit(revision) ? revision.slice(0, 7) : revision;
}

/** The revisions of all sources for a person, commits shortened. */
export function printRevisions(revisions: readonly string[]): string {
  return revisions.map(shortRevision).join(', ') || 'an unknown revision';
}
