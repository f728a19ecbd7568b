import { ActionWorker } from '../../actions/action-worker.ts';
import { RunProgress } from '../../actions/run-progress.ts';
import type { StoredAction } from '../../actions/stored-action.ts';
import { abortable } from '../../async/abortable.ts';
import { CancelScope } from '../../async/cancel-scope.ts';
import { noLongerNeeded } from '../../async/clock.ts';
import { errorMessage } from '../../async/error-message.ts';
import type { Pipelines } from '../../azure/pipelines/pipelines.ts';
import type { FollowedEnd } from '../../follow/follow-observer.ts';
import { actionKeyOf, eventKeyOf } from '../../follow-ups/action-key.ts';
import { actionKindOf, pipelineOf } from '../../follow-ups/action-kinds/action-kinds.ts';
import type { FollowUpRule } from '../../follow-ups/follow-up.ts';
import { withFollowUps, withoutOwn } from '../../follow-ups/included-follow-ups.ts';
import { renderAction } from '../../follow-ups/render-action.ts';
import { RuleSet } from '../../follow-ups/rule-set.ts';
import { valuesOf } from '../../follow-ups/template-values.ts';
import type { ApplicationEvent } from '../../sync/events/application-event.ts';
import { deriveEvents } from '../../sync/events/derive-events.ts';
import type { EventMemory } from '../../sync/events/event-memory.ts';
import type { Application, ApplicationName } from '../../sync/model/application.ts';
import type { ApplicationResult } from '../../sync/model/outcome.ts';
import { logLine } from '../../text/foreign-text.ts';
import type { FollowUps, FollowUpsRequest } from '../follow-ups-module.ts';
import { ActionList } from './action-list.ts';
import { FollowUp } from './follow-up.ts';
import type { Job } from './job.ts';
import { runOf } from '../../actions/pipeline-request.ts';
import { JobTarget, type StepOrder } from './job-target.ts';

/** The parameters of the step, and what its job may do. */
export interface OperationFollowUpsOptions extends Omit<FollowUpsRequest, 'text' | 'source'> {
  readonly job: Job;
  readonly pipelines: Pipelines;
  readonly close: () => Promise<void>;
}

/** The time that the agent leaves a canceled step, minus that of its own end; milliseconds. */
const graceOfCancel = 3_000;

/**
 * The follow-ups of a step's own operations. Derives events from each snapshot of an application by the
 * same rules as the handler, and does actions with the same worker, each once. The marker differs for
 * each try of the step, so the operation of another try is a different event.
 */
export class OperationFollowUps implements FollowUps {
  readonly #options: OperationFollowUpsOptions;
  readonly #rules: RuleSet;
  readonly #memories = new Map<string, EventMemory>();
  readonly #followUps = new Map<string, FollowUp>();
  readonly #actions: ActionList;
  readonly #worker: ActionWorker;
  readonly #working: Promise<void>;
  readonly #life: CancelScope;
  readonly #progress: RunProgress;

  constructor(rules: readonly FollowUpRule[], options: OperationFollowUpsOptions) {
    const { clock, random, pipelines, job } = options;
    this.#options = options;
    this.#rules = new RuleSet(rules);
    this.#life = new CancelScope(clock, {});
    this.#progress = new RunProgress({ pipelines, clock, random });
    this.#actions = new ActionList((action) => this.#changed(action));
    const target = new JobTarget(pipelines, job.collection);
    const onFault = (error: unknown) => this.#note(`Internal error: ${errorMessage(error)}`);
    const store = this.#actions;
    this.#worker = new ActionWorker({ store, target, clock, random, onFault });
    this.#working = this.#worker.run(this.#life.signal);
  }

  seen(application: Application, name: ApplicationName): void {
    const { uid } = application;
    // Operations that ended before the step started are not reported.
    const { events, memory } = deriveEvents(this.#memories.get(uid), application, Infinity);
    this.#memories.set(uid, memory);
    for (const event of events) this.#start(event, application, name);
  }

  async ended({ result, application, deadline }: FollowedEnd): Promise<ApplicationResult> {
    const { clock, signal, isWaited } = this.#options;
    const own = this.#actions.of(application?.uid ?? '').flatMap(({ key }) => {
      const followUp = this.#followUps.get(key);
      return followUp === undefined ? [] : [followUp];
    });
    if (own.length === 0) return withoutOwn(result);
    const scope = new CancelScope(clock, { parent: signal, at: deadline });
    try {
      await Promise.all(own.map((followUp) => this.#await(followUp, scope.signal)));
      if (signal.aborted) await this.#cancel(own);
    } finally {
      scope.end();
    }
    for (const followUp of own) {
      if (this.#actions.state(followUp.report.key) === 'sent') followUp.unclear();
    }
    const reports = own.map(({ report }) => report);
    return withFollowUps(result, reports, { isWaited, finishedAt: clock.now() });
  }

  async close(): Promise<void> {
    this.#life.end();
    this.#worker.wake();
    await this.#working;
    await this.#options.close();
  }

  #start(event: ApplicationEvent, application: Application, name: ApplicationName): void {
    const origin = event.operation?.origin;
    const { marker, server, clock, pageOf, job } = this.#options;
    if (origin?.kind !== 'run' || origin.marker !== marker) return;
    const argocd = URL.canParse(server) ? new URL(server).host : server;
    const { namespace: ownNamespace, labels } = application;
    for (const rule of this.#rules.matching(event, { argocd, ownNamespace, labels })) {
      const values = valuesOf(event, { argocd, applicationUrl: pageOf(name) });
      const rendered = renderAction(rule, values, job);
      // Others are refused with the input (`step-rules.ts`).
      const action = rendered && pipelineOf(rendered);
      if (action === undefined) continue;
      const key = actionKeyOf(event, rule);
      const now = clock.now();
      const isNew = this.#actions.add({
        ...{ key, uid: application.uid, rule: rule.name, createdAt: now, expiresAt: Infinity },
        ...{ state: 'waiting', dueAt: now, tries: 0, sentAt: undefined, looks: 0 },
        body: JSON.stringify({ action, eventKey: eventKeyOf(key) } satisfies StepOrder),
        ...{ request: undefined, outcome: undefined, message: '' },
      });
      if (!isNew) continue;
      const pipeline = actionKindOf(rule.do).print(rule.do);
      const report = { key, rule: rule.name, event: event.kind, pipeline };
      const followUp = new FollowUp(report, (told) =>
        this.#options.tell({ kind: 'followUp', application: name, followUp: told }),
      );
      this.#followUps.set(key, followUp);
      this.#worker.wake();
    }
  }

  #changed({ key, state, outcome, message, request }: StoredAction): void {
    const followUp = this.#followUps.get(key);
    if (followUp === undefined) return;
    if (state === 'done' && outcome !== undefined && request !== undefined) {
      followUp.queued(outcome, runOf(request, outcome));
    } else if (state === 'refused' || state === 'expired' || state === 'dismissed') {
      followUp.refused(message);
    } else {
      followUp.delayed(message);
    }
  }

  /** Waits until it is queued or has failed to be, and until its end if the step waits for it. */
  async #await(followUp: FollowUp, signal: AbortSignal): Promise<void> {
    await abortable(followUp.settled, signal).catch(() => undefined);
    const { run } = followUp;
    if (!this.#options.isWaited || run === undefined || signal.aborted) return;
    try {
      await this.#progress.watchRun(run, signal, (seen) => followUp.seen(seen));
    } catch (error) {
      if (!signal.aborted) followUp.lost(errorMessage(error));
    }
  }

  /** Looks up what was sent, sends nothing more, and cancels runs if asked to. */
  async #cancel(own: readonly FollowUp[]): Promise<void> {
    const { clock, pipelines, isWaited, endsOnCancel } = this.#options;
    this.#actions.stop();
    const scope = new CancelScope(clock, { at: clock.now() + graceOfCancel });
    const sent = own.filter(({ report }) => this.#actions.state(report.key) === 'sent');
    const answered = Promise.all(sent.map(({ settled }) => settled));
    await abortable(answered, scope.signal).catch(() => undefined);
    if (isWaited && endsOnCancel) {
      await Promise.all(
        own.map(async (followUp) => {
          const { run } = followUp;
          if (run === undefined || followUp.report.state === 'ended') return;
          try {
            await pipelines.cancel(run, scope.signal);
            followUp.canceled();
          } catch (error) {
            const why = error === noLongerNeeded ? 'timed out' : errorMessage(error);
            this.#note(`Follow-up ${followUp.report.pipeline} could not be canceled: ${why}`);
          }
        }),
      );
    }
    scope.end();
  }

  #note(message: string): void {
    this.#options.tell({ kind: 'search', level: 'warning', message: logLine(message) });
  }
}
