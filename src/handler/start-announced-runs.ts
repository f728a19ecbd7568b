import type { Logger } from 'pino';
import { errorMessage } from '../async/error-message.ts';
import type { Clock } from '../async/clock.ts';
import { AzureError } from '../azure/http/azure-error.ts';
import type { TokenSource } from '../azure/task-hub/task-hub.ts';
import { plainLine } from '../text/foreign-text.ts';
import type { Config } from './config/config.ts';
import type { AzureTokens } from './follow-ups/azure-tokens.ts';
import type { Access } from './http/access.ts';
import { AnnouncedRuns } from './runs/intake/announced-runs.ts';
import type { RunRegistry } from './runs/intake/run-registry.ts';
import type { Store } from './store/store.ts';
import type { Metrics } from './telemetry/metrics.ts';
import { AnnouncementWatch } from './watch/announcement-watch.ts';
import type { ApplicationObserver } from './watch/application-informer.ts';
import type { Instances } from './watch/instances.ts';

/** The parts of the service that announced runs need. */
export interface AnnouncedRunsParts {
  readonly runs: RunRegistry;
  readonly store: Store;
  readonly access: Access;
  readonly instances: Instances;
  /** The current configuration. */
  readonly config: () => Config;
  readonly isReady: () => boolean;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly signal: AbortSignal;
}

/** Creates the intake of announced runs. */
export function makeAnnouncedRuns({
  instances,
  config,
  metrics,
  ...parts
}: AnnouncedRunsParts): AnnouncedRuns {
  return new AnnouncedRuns({
    ...parts,
    settingsOf: (argocd) => {
      const found = config().argocd.find(({ name }) => name === argocd);
      return found && { client: found.announcedRuns, namespace: found.namespace };
    },
    // If either is missing, the configuration is invalid.
    hasIdentity: () => {
      const { identity, organizations } = config().azureDevOps;
      return identity !== undefined || organizations.some(({ pat }) => pat !== undefined);
    },
    read: (argocd, name, signal) => {
      const instance = instances.find(argocd);
      if (instance === undefined) throw new Error('it is no longer configured');
      return instance.argocd.get({ ...name, project: '' }, { signal });
    },
    onResult: (argocd, result) => metrics.operationAnnounced(argocd, result),
  });
}

/** Passes the applications of an Argo CD to that intake. */
export function announcementWatchOf(
  argocd: string,
  announced: () => AnnouncedRuns,
  {
    config,
    isReady,
    clock,
    logger,
  }: Pick<AnnouncedRunsParts, 'config' | 'isReady' | 'clock' | 'logger'>,
): ApplicationObserver {
  return new AnnouncementWatch({
    ...{ isReady, clock },
    isWanted: () =>
      config().argocd.some((each) => each.name === argocd && each.announcedRuns !== undefined),
    look: (application) => announced().look(argocd, application),
    later: (name) => announced().later(argocd, name),
    drop: (name) => announced().drop(argocd, name),
    onFault: (error) => logger.error({ argocd, err: error }, 'internal error'),
  });
}

/** Tokens of the handler's identity, for the task hubs of announced runs. */
export function ownTokenSource(tokens: Pick<AzureTokens, 'token'>): TokenSource {
  return async (collection, signal, refused) => {
    try {
      return await tokens.token(collection, signal, refused);
    } catch (error) {
      signal.throwIfAborted();
      // This says nothing about the run: callers continue to wait.
      const reason = plainLine(errorMessage(error), 300);
      throw new AzureError('own token', reason, { failure: 'unavailable' });
    }
  };
}
