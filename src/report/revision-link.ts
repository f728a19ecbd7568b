import type { ApplicationResult } from '../sync/model/outcome.ts';
import { shortRevision } from '../sync/model/revision.ts';
import { markdownCode, markdownLink } from '../text/foreign-text.ts';
import { commitPage } from './commit-page.ts';

/** Revisions that are shown: an application may have hundreds of sources. */
const mostRevisions = 5;
const longestRevision = 100;

/** A revision for people. */
export interface RevisionLink {
  /** Abbreviated; foreign text. */
  readonly text: string;
  /** The page of its commit; undefined unless its repository is on a known host. */
  readonly page: string | undefined;
  /** Both as Markdown. */
  readonly markdown: string;
}

/** A revision with a link to its commit. `repository`: without it, there is no link. */
export function linkRevision(revision: string, repository = ''): RevisionLink {
  const page = commitPage(repository, revision);
  const text = shortRevision(revision);
  const markdown =
    page === undefined ? markdownCode(text, longestRevision) : markdownLink(text, page);
  return { text, page, markdown };
}

/** The first revisions of several, and how many there are besides. */
export function linkRevisions(
  revisions: readonly string[],
  repositories: readonly string[] = [],
): { readonly links: readonly RevisionLink[]; readonly left: number } {
  const shown = revisions.slice(0, mostRevisions);
  const links = shown.map((revision, at) => linkRevision(revision, repositories[at]));
  return { links, left: revisions.length - shown.length };
}

/** The cell of what was deployed. For a hydrated application, the dry commit comes first. */
export function revisionCell(result: ApplicationResult): string {
  const { revisions, repositories, drySourceRevision: dry, drySourceRepository } = result;
  if (revisions.length === 0) return '';
  const { links, left } = linkRevisions(revisions, repositories);
  const source = dry === undefined ? '' : `${linkRevision(dry, drySourceRepository).markdown} → `;
  const rest = left > 0 ? ` and ${left} more` : '';
  return source + links.map(({ markdown }) => markdown).join(', ') + rest;
}
