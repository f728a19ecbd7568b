import type { SyncRequest } from '../port.ts';

/**
 * The body of a sync, except its address. Numbers are JSON numbers, `force` is inside its strategy, and
 * absent fields keep the application's own settings (argo-cd.md §1.1, §1.4).
 */
export function syncBody(request: SyncRequest): Readonly<Record<string, unknown>> {
  const { revision, revisions, prune, dryRun, force, strategy, resources, syncOptions, retry } =
    request;
  return {
    ...(revision === undefined ? {} : { revision }),
    ...(revisions.length === 0
      ? {}
      : {
          revisions: revisions.map((one) => one.revision),
          sourcePositions: revisions.map((one) => one.position),
        }),
    prune,
    dryRun,
    strategy: { [strategy]: { force } },
    ...(resources.length === 0 ? {} : { resources }),
    ...(syncOptions === undefined ? {} : { syncOptions: { items: syncOptions } }),
    ...(retry === undefined
      ? {}
      : {
          retryStrategy: {
            limit: retry.limit,
            ...(retry.backoff === undefined ? {} : { backoff: retry.backoff }),
          },
        }),
    infos: request.infos,
  };
}
