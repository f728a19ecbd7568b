import type { Logger } from 'pino';
import type { ActionTarget } from '../actions/action-target.ts';
import { RunProgress } from '../actions/run-progress.ts';
import { mapTargets, ownRequest } from '../actions/targets-by-kind.ts';
import type { Clock } from '../async/clock.ts';
import { isoTime } from '../text/iso-time.ts';
import { pageAt } from '../argocd/rest/path.ts';
import type { AzureHttp } from '../azure/http/azure-http.ts';
import { defaultOrganization } from '../azure/http/organization-name.ts';
import { RestPipelines } from '../azure/pipelines/rest-pipelines.ts';
import { HookCallers } from './access/hook-callers.ts';
import { mayHookQueue } from './access/hook-grants.ts';
import type { Config } from './config/config.ts';
import { openTargets } from './follow-ups/action-targets.ts';
import { AzureTokens } from './follow-ups/azure-tokens.ts';
import { CountedTarget } from './follow-ups/counted-target.ts';
import { CurrentRuleTarget } from './follow-ups/current-rule.ts';
import { runOf } from '../actions/pipeline-request.ts';
import type { WatchedArgoCD } from './follow-ups/follow-up-ports.ts';
import { FollowUps, type FollowUpsPorts } from './follow-ups/follow-ups.ts';
import { RunFollowUps } from './follow-ups/run-follow-ups.ts';
import { HookCalls, type HookTasks } from './follow-ups/hook-calls.ts';
import type { HookPorts } from './http/hook-routes.ts';
import type { EventStore } from './store/event-store.ts';
import { StoreError } from './store/store.ts';
import type { Metrics } from './telemetry/metrics.ts';
import type { Instances } from './watch/instances.ts';

/** What the follow-ups need of the service. */
export interface StartFollowUpsPorts extends Pick<FollowUpsPorts, 'rulesOfRun'> {
  readonly store: EventStore;
  readonly instances: () => Pick<Instances, 'find'>;
  readonly announced: HookTasks;
  readonly azure: Pick<AzureHttp, 'answer'>;
  readonly userAgent: string;
  readonly metrics: Pick<
    Metrics,
    'eventSeen' | 'actionRefused' | 'duplicatePrevented' | 'annotationFault'
  >;
  readonly clock: Clock;
  readonly random: () => number;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

/** The follow-ups of the service, with everything that only they need. */
export interface StartedFollowUps {
  readonly followUps: FollowUps;
  /** The follow-ups of an operation, for the run that started it. */
  readonly runFollowUps: RunFollowUps;
  /** What answers the calls of hooks. */
  readonly hooks: HookPorts;
  /** The progress of runs that actions have queued. */
  readonly progress: RunProgress;
  /** Tokens of the handler's identity, also for other calls to Azure DevOps. */
  readonly tokens: Pick<AzureTokens, 'token'>;
  /** Applies a configuration. Nothing is followed before the first one. */
  configure(config: Config): void;
  close(): Promise<void>;
}

/** Creates the follow-ups with their targets. */
export function makeFollowUps(config: Config, ports: StartFollowUpsPorts): StartedFollowUps {
  const { clock, azure, random, instances, announced, logger, metrics, userAgent, ...rest } = ports;
  let current = config;
  const now = () => clock.now();
  const tokens = new AzureTokens({ clock });
  const pipelines = new RestPipelines({
    ...{ http: azure, now },
    token: (...about) => tokens.token(...about),
  });
  const organizations = () => current.azureDevOps.organizations;
  const rules = () => current.followUps;
  const opened = openTargets({ pipelines, organizations, rules, now, userAgent });
  const checked = (target: ActionTarget) =>
    new CountedTarget(
      new CurrentRuleTarget(
        target,
        () => ({ ...current, mayHookQueue: (about) => mayHookQueue(current, about) }),
        ports.rulesOfRun,
      ),
      {
        refused: (reason) => metrics.actionRefused(reason),
        found: () => metrics.duplicatePrevented('lookedUp'),
      },
    );
  const server = (argocd: string): WatchedArgoCD | undefined => {
    const found = instances().find(argocd);
    if (found === undefined) return undefined;
    const { argocd: api, namespace, url, page } = found;
    return { argocd: api, namespace, url, pageOf: (name) => pageAt(page, name) };
  };
  const followUps = new FollowUps({
    ...{ ...rest, clock, random },
    targets: mapTargets(opened.targets, checked),
    server,
    telemetry: {
      eventSeen: (kind, late) => metrics.eventSeen(kind, late),
      eventTooOld: (kind) => logger.warn({ kind }, 'event older than catchUp starts nothing'),
      actionsMade: (count) => {
        if (count > 0) logger.info({ count }, 'follow-ups stored');
      },
      chainRefused: (why) => metrics.actionRefused(why === 'loop' ? 'loop' : 'chainTooLong'),
      flooded: () => metrics.actionRefused('flood'),
      seenAgain: () => metrics.duplicatePrevented('seenAgain'),
      annotationFault: (reason) => metrics.annotationFault(reason),
    },
    onFault: (error) => {
      // The store reports its own faults.
      if (!(error instanceof StoreError)) logger.error({ err: error }, 'follow-ups failed');
    },
    onDelay: (rule, until) =>
      logger.warn({ rule, until: isoTime(until) }, 'follow-ups of a rule wait'),
    onFlood: (rule) =>
      logger.error({ rule }, 'too many follow-ups of a rule wait: further ones are not done'),
  });
  const progress = new RunProgress({ pipelines, clock, random });
  const intake = new HookCalls({
    ...{ store: rest.store, followUps, announced, clock },
    server: (argocd) => instances().find(argocd),
    watchRun: ({ request, outcome }, signal, tell) => {
      if (request === undefined || outcome === undefined) throw new Error('nothing was queued');
      return progress.watchRun(runOf(ownRequest(request), outcome), signal, tell);
    },
  });
  const callers = new HookCallers(config, {
    clock,
    onFault: (error) => logger.warn({ err: error }, 'proof of a hook not checked'),
  });
  const hooks: HookPorts = {
    ...{ callers, intake, clock },
    rights: () => current,
    organization: () => defaultOrganization(organizations()),
  };
  return {
    ...{ followUps, progress, hooks, tokens },
    runFollowUps: new RunFollowUps({
      ...{ followUps, progress, pipelines, server, store: rest.store },
      rulesOfRun: ports.rulesOfRun,
    }),
    configure: (changed) => {
      current = changed;
      callers.configure(changed);
      const { followUps: written, grants, followUpLimits, retention, azureDevOps } = changed;
      tokens.configure(azureDevOps);
      const organization = defaultOrganization(azureDevOps.organizations);
      followUps.configure({
        ...{ followUps: written, grants, followUpLimits, retention, organization },
        takesInputs: changed.rules.some(({ actions }) => actions.includes('queue')),
      });
    },
    close: async () => {
      await followUps.close();
      await Promise.all([tokens.close(), opened.close()]);
    },
  };
}
