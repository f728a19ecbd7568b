import type { Application, Source } from './application.ts';
import type { OperationState } from './operation.ts';
import { isSame, kindOf } from './revision.ts';

/**
 * The Git repository of each revision, without credentials; empty where it comes from none. Undefined
 * where that is not known.
 */
type Repositories = readonly string[] | undefined;

/** The repositories of an operation that the application shows: its own, or else the application's. */
export function repositoriesOf(
  { sources: own }: Pick<Application, 'sources'>,
  { operation }: OperationState,
  revisions: readonly string[],
): Repositories {
  return repositoriesFrom(operation.sources ?? own, revisions);
}

/** Those of a deployment in the history; undefined for all but the newest, since only its sources are kept. */
export function deployedRepositories(
  { history, deployedSources }: Pick<Application, 'history' | 'deployedSources'>,
  revisions: readonly string[],
): Repositories {
  const isNewest = isSame(history.at(-1)?.revisions ?? [], revisions);
  return isNewest ? repositoriesFrom(deployedSources, revisions) : undefined;
}

/** Those of what a run deployed, or found deployed: by the operation that it followed, or by an earlier one. */
export function liveRepositories(
  application: Pick<Application, 'sources' | 'history' | 'deployedSources'>,
  state: OperationState | undefined,
  revisions: readonly string[],
): Repositories {
  const isOfState = state !== undefined && isSame(state.revisions, revisions);
  if (isOfState) return repositoriesOf(application, state, revisions);
  return (
    deployedRepositories(application, revisions) ?? repositoriesFrom(application.sources, revisions)
  );
}

function repositoriesFrom(
  sources: readonly Source[] | undefined,
  revisions: readonly string[],
): Repositories {
  if (sources?.length !== revisions.length) return undefined;
  return sources.map((source) =>
    kindOf(source) === 'git' ? withoutCredentials(source.repoURL) : '',
  );
}

/** The URL of a repository without credentials. */
export function withoutCredentials(url: string): string {
  return url.replace(/\/\/[^/]*@/, '//');
}
