import type { Application, Source } from '../model/application.ts';
import type { OperationState } from '../model/operation.ts';
import { isSame, kindOf } from '../model/revision.ts';

/** The repository of each revision, in the form of `EventOperation.repositories`. */
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

function repositoriesFrom(
  sources: readonly Source[] | undefined,
  revisions: readonly string[],
): Repositories {
  if (sources?.length !== revisions.length) return undefined;
  return sources.map((source) => (kindOf(source) === 'git' ? withoutPassword(source.repoURL) : ''));
}

function withoutPassword(url: string): string {
  return url.replace(/\/\/[^/]*@/, '//');
}
