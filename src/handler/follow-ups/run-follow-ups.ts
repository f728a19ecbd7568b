import { findActionBody } from '../../actions/action-body.ts';
import { runOf } from '../../actions/pipeline-request.ts';
import type { RunProgress } from '../../actions/run-progress.ts';
import { ownRequest } from '../../actions/targets-by-kind.ts';
import type { PipelineRun, Pipelines, RunReference } from '../../azure/pipelines/pipelines.ts';
import { actionKindOf } from '../../follow-ups/action-kinds/action-kinds.ts';
import type { FollowUpRule } from '../../follow-ups/follow-up.ts';
import { RuleSet } from '../../follow-ups/rule-set.ts';
import { targetKey } from '../../follow-ups/target-key.ts';
import type { ApplicationEvent, EventKind } from '../../sync/events/application-event.ts';
import { deriveEvents, operationKey } from '../../sync/events/derive-events.ts';
import type { Application } from '../../sync/model/application.ts';
import type { FollowUpReport } from '../../sync/model/follow-up-report.ts';
import { isEnded, type OperationState } from '../../sync/model/operation.ts';
import type { EventStore, MemoryKey, StoredAction } from '../store/event-store.ts';
import { notAllowedAnyMore } from './current-rule.ts';
import type { RulesOfRun, RunRules, WatchedArgoCD } from './follow-up-ports.ts';
import { reportOf } from './follow-up-reports.ts';
import type { FollowUps } from './follow-ups.ts';

/** What finding and watching a run's follow-ups needs. */
export interface RunFollowUpsPorts {
  readonly followUps: Pick<FollowUps, 'recordOperation' | 'actionsOfRun'>;
  readonly store: Pick<EventStore, 'action' | 'changeAction'>;
  readonly rulesOfRun: RulesOfRun | undefined;
  readonly server: (argocd: string) => Pick<WatchedArgoCD, 'namespace'> | undefined;
  readonly progress: Pick<RunProgress, 'watchRun'>;
  readonly pipelines: Pick<Pipelines, 'cancel'>;
}

/** An operation of a run, and the application as last read. */
export interface RunOperation {
  readonly argocd: string;
  readonly application: Application;
  /** As last read; undefined if only the history has it. */
  readonly operation: OperationState | undefined;
  /** The run's marker. */
  readonly marker: string;
}

/** A follow-up as stored. */
export interface RunFollowUp {
  readonly report: FollowUpReport;
  /** What it queued, if that has an end. */
  readonly run: RunReference | undefined;
  /** Whether the request was sent without a known result. */
  readonly isUnclear: boolean;
}

const ends: readonly EventKind[] = ['succeeded', 'failed', 'terminated', 'superseded'];

/**
 * The follow-ups of a run's operation: which there are, their states, and how to cancel them. Everything
 * uses the handler's identity, which queued them: a job's token may see less, and expires.
 */
export class RunFollowUps {
  readonly #ports: RunFollowUpsPorts;

  constructor(ports: RunFollowUpsPorts) {
    this.#ports = ports;
  }

  /**
   * The follow-ups of the operation. None of those that its end starts is missed: the end is recorded
   * first, as the watch does, in one step with the actions, and the actions are read after that. What the
   * run's own rules request but the store does not have is reported as not queued. Rejects with the
   * store's errors.
   */
  async started(about: RunOperation): Promise<readonly FollowUpReport[]> {
    const { followUps } = this.#ports;
    const { argocd, application, operation, marker } = about;
    const shown =
      operation === undefined ? application : { ...application, operationState: operation };
    await followUps.recordOperation(argocd, shown);
    const actions = await followUps.actionsOfRun({ argocd, uid: application.uid }, marker);
    return [...actions.map(reportOf), ...(await this.#unstarted(about, actions))];
  }

  /** The stored follow-ups of a run. Rejects with the store's errors. */
  async known(which: MemoryKey, marker: string): Promise<readonly FollowUpReport[]> {
    return (await this.#ports.followUps.actionsOfRun(which, marker)).map(reportOf);
  }

  /** The current state of a follow-up, by its key; undefined if the store no longer has it. */
  async find(key: string): Promise<RunFollowUp | undefined> {
    const action = await this.#ports.store.action(key);
    const body = action && findActionBody(action);
    if (action === undefined || body === undefined) return undefined;
    const { state, request, outcome } = action;
    const report = reportOf(action);
    const { queues } = actionKindOf(body.action);
    const isQueued = queues && state === 'done' && request !== undefined && outcome !== undefined;
    const run = isQueued ? runOf(ownRequest(request), outcome) : undefined;
    return { report, run, isUnclear: state === 'sent' };
  }

  /** See `RunProgress`. */
  watch(
    run: RunReference,
    signal: AbortSignal,
    tell: (seen: PipelineRun) => void,
  ): Promise<PipelineRun> {
    return this.#ports.progress.watchRun(run, signal, tell);
  }

  /** Cancels what was queued. Rejects with a `PipelineError`. */
  cancel(run: RunReference, signal: AbortSignal): Promise<void> {
    return this.#ports.pipelines.cancel(run, signal);
  }

  /** Dismisses a follow-up that was not requested yet. Resolves to whether that came in time. */
  async dismiss(key: string): Promise<boolean> {
    const message = 'The run that asked for it was canceled before it was queued.';
    return this.#ports.store.changeAction(key, { state: 'dismissed', message }, ['waiting']);
  }

  async #unstarted(
    { argocd, application, operation, marker }: RunOperation,
    actions: readonly StoredAction[],
  ): Promise<readonly FollowUpReport[]> {
    const own = await this.#ports.rulesOfRun?.(marker);
    if (own === undefined || (operation !== undefined && !isEnded(operation.phase))) return [];
    const end = operation && endOf(application, operation);
    const { labels } = application;
    const ownNamespace = this.#ports.server(argocd)?.namespace ?? '';
    const due =
      end === undefined
        ? own.rules.filter(({ when }) => when.events.includes('succeeded'))
        : new RuleSet(own.rules).matching(end, { argocd, ownNamespace, labels });
    return due
      .filter((rule) => !actions.some((action) => isFor(action, rule, end, own)))
      .map((rule) => unstarted(rule, end, own, argocd));
  }
}

function endOf(application: Application, operation: OperationState): ApplicationEvent | undefined {
  const shown = { ...application, operationState: operation };
  const key = operationKey(operation);
  return deriveEvents(undefined, shown, 0).events.find(
    (event) => ends.includes(event.kind) && event.operation?.key === key,
  );
}

/** Whether an action queues what a rule requests for the same event, even if another rule created it. */
function isFor(
  action: StoredAction,
  rule: FollowUpRule,
  end: ApplicationEvent | undefined,
  defaults: Pick<RunRules, 'organization' | 'project'>,
): boolean {
  const body = findActionBody(action);
  if (body === undefined || (end !== undefined && body.event.id !== end.id)) return false;
  return targetKey(rule.do, defaults) === targetKey(body.action);
}

function unstarted(
  rule: FollowUpRule,
  end: ApplicationEvent | undefined,
  { mayQueue }: RunRules,
  argocd: string,
): FollowUpReport {
  const isAllowed = end === undefined || mayQueue(rule, end, argocd);
  return {
    ...{ key: `unstarted/${rule.name}`, rule: rule.name, event: end?.kind ?? 'succeeded' },
    pipeline: actionKindOf(rule.do).print(rule.do),
    ...{ state: 'notQueued', run: undefined, result: undefined },
    message: isAllowed ? unseen : notAllowedAnyMore,
  };
}

const unseen =
  'The handler has not seen the end of the operation while Argo CD showed it: nothing was queued for it.';
