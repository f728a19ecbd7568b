import type { Application, Source } from '../model/application.ts';
import type { OperationState } from '../model/operation.ts';
import { isSame, kindOf } from '../model/revision.ts';

/** The repository of each revision, as `EventOperation.repositories` has them. */
type Repositories = readonly string[] | undefined;

/** Of an operation that the application shows: those that it was asked for with, or else the application's. */
export function repositoriesOf(
  { sources: own }: Pick<Application, 'sources'>,
  { operation }: OperationState,
  revisions: readonly string[],
): Repositories {
  return repositoriesFrom(operation.sources ?? own, revisions);
}

/** Of a deployment that only the history shows; undefined for all but the newest, whose sources are kept. */
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
