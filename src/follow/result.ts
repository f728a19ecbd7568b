import type { Application, ApplicationName } from '../sync/model/application.ts';
import { findRunWarnings } from '../sync/rules/run-warning.ts';
import { dryOf } from '../sync/rules/hydration.ts';
import type { OperationState } from '../sync/model/operation.ts';
import type { ApplicationResult, OperationReport } from '../sync/model/outcome.ts';
import { liveRepositories, withoutCredentials } from '../sync/model/repositories.ts';
import { spellOut } from '../sync/model/revision.ts';
import { compareSteps, unreachedSteps } from '../sync/rules/steps.ts';
import { firstLine } from '../text/foreign-text.ts';
import type { Ending } from '../sync/model/verdict.ts';
import type { OperationTracker } from './operation-tracker.ts';
import { followedState } from '../sync/rules/followed-operation.ts';
import type { FollowState } from './follow-state.ts';

/** What is known of an application when its following has ended. */
export interface Conclusion
  extends Pick<FollowState, 'application' | 'memory'>, Pick<OperationTracker, 'plan' | 'steps'> {
  readonly name: ApplicationName;
  /** Its page in Argo CD. */
  readonly url: string;
  readonly ending: Ending;
  /** Local milliseconds. */
  readonly finishedAt: number;
}

/** Assembles the result for one application. */
export function makeResult(conclusion: Conclusion): ApplicationResult {
  const { name, url, ending, application, memory, plan, finishedAt } = conclusion;
  const state = application && followedState(application, memory);
  const isGood = ending.outcome === 'succeeded';
  const deployed = ending.revisions ?? deployedBy(state, memory);
  const revisions =
    application === undefined
      ? deployed
      : spellOut(application.sources, deployed, ...knownRevisions(application));
  const repositories = application && liveRepositories(application, state, revisions);
  const { hydrator } = application ?? {};
  const dry = hydrator && dryOf(memory, revisions);
  // What a replaced operation did until then is in the log, and is not part of the result.
  const steps = conclusion.steps.filter(({ attempt }) => attempt >= (memory.earlierAttempts ?? 0));
  const unreached =
    isGood || plan === undefined || state === undefined ? [] : unreachedSteps(steps, plan);
  return {
    name: name.name,
    ...(name.namespace === undefined ? {} : { namespace: name.namespace }),
    outcome: ending.outcome,
    message: capitalised(withCause(ending, memory.ended?.state.phase !== 'Succeeded')),
    causes: ending.causes,
    concerns:
      application && isGood
        ? [
            ...(memory.aim?.concerns ?? []),
            ...findRunWarnings(application, state, plan, memory.missingSince !== undefined),
          ]
        : [],
    operation: state && reportOf(state, memory.identity),
    evidence: ending.evidence,
    steps: [...steps, ...unreached].sort(compareSteps),
    revisions,
    ...(repositories === undefined || revisions.length === 0 ? {} : { repositories }),
    ...(dry === undefined
      ? {}
      : {
          drySourceRevision: dry,
          drySourceRepository: withoutCredentials(hydrator?.dry.repoURL ?? ''),
        }),
    syncStatus: application?.sync.status,
    health: application?.health,
    images: application?.images ?? [],
    url,
    startedAt: memory.startedAt,
    finishedAt,
    children: [],
  };
}

/** The revisions that an application shows, preferably those resolved from what it tracks. */
function knownRevisions({ sync, history, operationState }: Application) {
  const deployed = history.map(({ revisions }) => revisions);
  return [sync.revisions, ...deployed, operationState?.revisions ?? []];
}

function reportOf(
  state: OperationState,
  identity: FollowState['memory']['identity'],
): OperationReport {
  const { operation, phase, message, startedAt, finishedAt, retryCount } = state;
  return {
    ours: identity !== undefined && (identity.kind === 'marker' || identity.ours),
    phase,
    message,
    revisions: revisionsOf(state) ?? [],
    startedAt,
    finishedAt,
    retryCount,
    initiatedBy: operation.initiatedBy.username,
  };
}

function revisionsOf(state: OperationState | undefined): readonly string[] | undefined {
  if (state === undefined) return undefined;
  return state.revisions.length > 0 ? state.revisions : state.operation.revisions;
}

/** What an unsuccessful operation deployed: nothing, until it applied a resource. */
function deployedBy(
  state: OperationState | undefined,
  { identity }: FollowState['memory'],
): readonly string[] {
  if (state === undefined || identity === undefined || state.operation.dryRun) return [];
  const hasApplied = state.results.some(
    ({ status, hookType, syncPhase }) =>
      hookType === undefined &&
      syncPhase === 'Sync' &&
      (status === 'Synced' || status === 'Pruned'),
  );
  return hasApplied || state.phase === 'Succeeded' ? (revisionsOf(state) ?? []) : [];
}

/**
 * The one-sentence message of a failed operation names the first failure, or the first line of the
 * reason.
 */
function withCause({ outcome, message, causes: [first] }: Ending, isOperation: boolean): string {
  if (outcome !== 'failed' || !isOperation || first === undefined) return message;
  const isSaid = message.includes(first.title);
  if (first.resource !== undefined) return isSaid ? message : `${message}: ${first.title}`;
  const reason = firstLine(first.message);
  return reason === '' || !isSaid || message.includes(reason) ? message : `${message}: ${reason}`;
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
