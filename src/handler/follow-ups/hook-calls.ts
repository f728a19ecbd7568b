import { readActionBody } from '../../actions/action-body.ts';
import { isOpen, type StoredAction } from '../../actions/stored-action.ts';
import { ArgoCDError } from '../../argocd/argocd-error.ts';
import type { ArgoCD } from '../../argocd/port.ts';
import type { Clock } from '../../async/clock.ts';
import type { PipelineRun } from '../../azure/pipelines/pipelines.ts';
import { actionKindOf } from '../../follow-ups/action-kinds/action-kinds.ts';
import type { FollowUpRule } from '../../follow-ups/follow-up.ts';
import { hookRuleOf } from '../../follow-ups/hook-rule.ts';
import { printPipelineAddress } from '../../follow-ups/pipeline-address.ts';
import type { ApplicationEvent } from '../../sync/events/application-event.ts';
import { eventOfHook, type HookEvent } from '../../sync/events/hook-event.ts';
import type { Application, ApplicationName } from '../../sync/model/application.ts';
import type {
  HookAnswer,
  HookCall,
  HookFollowUp,
  HookIntake,
  MaySeeApplication,
} from '../hook-intake.ts';
import type { RunHead } from '../run.ts';
import type { EventStore, MemoryKey } from '../store/event-store.ts';

/** What answering hooks needs. */
export interface HookCallsPorts {
  /** An Argo CD by its name in the configuration. */
  readonly server: (argocd: string) => { readonly argocd: Pick<ArgoCD, 'get'> } | undefined;
  readonly store: Pick<EventStore, 'actionsOfEvent'>;
  readonly followUps: HookQueue;
  /**
   * Resolves when the run that an action queued has ended. Rejects if that cannot be found out, and with the
   * signal's reason.
   */
  readonly watchRun:
    | ((
        action: StoredAction,
        signal: AbortSignal,
        tell: (run: PipelineRun) => void,
      ) => Promise<PipelineRun>)
    | undefined;
  /** The tasks that wait for operations. */
  readonly announced: HookTasks;
  readonly clock: Clock;
}

/** The announced runs, as hooks need them (`runs/intake/announced-runs.ts`). */
export interface HookTasks {
  /** The run that the operation with this start names. The operation is looked at first. */
  runOf(
    argocd: string,
    application: Application,
    startedAt: number,
  ): Promise<'none' | 'unfollowed' | 'busy' | RunHead>;
}

/** What hooks need of the follow-ups. */
export interface HookQueue {
  hint(argocd: string, name: ApplicationName): void;
  actionsOf(which: MemoryKey, operationKey?: string): Promise<readonly StoredAction[]>;
  /**
   * Stores what the application shows, and the action of one more rule for one of its events, unless this
   * rule has one already, or another rule queues the same pipeline. Returns the action. Undefined: too many
   * wait before it.
   */
  addRule(
    argocd: string,
    application: Application,
    event: ApplicationEvent,
    rule: FollowUpRule,
  ): Promise<StoredAction | undefined>;
}

/** Milliseconds between two looks at an action that a caller waits for. */
const pause = 500;
const hidden: readonly ArgoCDError['failure'][] = ['not-found', 'hidden', 'forbidden'];

/**
 * Answers the calls of hooks. What a hook says is a hint. The application shows whether there is such a hook,
 * and in which operation; what is queued belongs to the event of that operation.
 */
export class HookCalls implements HookIntake {
  readonly #ports: HookCallsPorts;

  constructor(ports: HookCallsPorts) {
    this.#ports = ports;
  }

  async accept(call: HookCall, signal: AbortSignal): Promise<HookAnswer> {
    const { followUps, clock } = this.#ports;
    const { argocd, hook, phase, queue, completes, each } = call;
    const application = await this.#read(call, signal);
    if (application === undefined || 'kind' in application) {
      return application ?? { kind: 'unseen' };
    }
    if (!call.isAllowed(application.project)) return { kind: 'unseen' };
    const { uid, name, namespace } = application;
    const seen = eventOfHook(application, hook, phase, clock.now());
    // Argo CD may not have recorded yet what it has started.
    if (seen === undefined) return { kind: 'unseen' };
    if (seen === 'ambiguous') return { kind: 'ambiguous' };
    const { event } = seen;
    if (completes) return this.#complete(argocd, application, seen);
    if (queue === undefined) {
      followUps.hint(argocd, { name, namespace });
      const actions = await followUps.actionsOf({ argocd, uid }, event.operation?.key);
      return { kind: 'accepted', phase: seen.phase, followUps: actions.map((one) => viewOf(one)) };
    }
    const rule = hookRuleOf(seen.hook, queue, each);
    const action = await followUps.addRule(argocd, application, event, rule);
    if (action === undefined) {
      const message = `Too many follow-ups for ${printPipelineAddress(queue)} wait for their turn (\`followUpLimits.actionsPerHour\`).`;
      return { kind: 'unavailable', message };
    }
    return { kind: 'accepted', phase: seen.phase, followUps: [viewOf(action)] };
  }

  async progress(
    id: string,
    maySee: MaySeeApplication,
    wait: number,
    signal: AbortSignal,
  ): Promise<HookFollowUp | undefined> {
    const { clock } = this.#ports;
    const until = clock.now() + wait;
    for (;;) {
      const action = await this.#find(id, maySee);
      if (action === undefined) return undefined;
      const left = until - clock.now();
      if (!isOpen(action.state)) return this.#followed(action, Math.max(0, left), signal);
      if (left <= 0 || signal.aborted) return viewOf(action);
      await clock.sleep(Math.min(pause, left), signal);
    }
  }

  /**
   * Makes sure that the operation's task is known and followed. A hook cannot complete it: the operation has
   * not ended while its hooks run, and the rules judge its result.
   */
  async #complete(
    argocd: string,
    application: Application,
    { phase, event }: HookEvent,
  ): Promise<HookAnswer> {
    const startedAt = application.operationState?.startedAt;
    const isOfSync = event.operation !== undefined && startedAt !== undefined;
    const run = isOfSync
      ? await this.#ports.announced.runOf(argocd, application, startedAt)
      : ('none' as const);
    if (run === 'unfollowed') return { kind: 'unfollowed' };
    if (run === 'busy') {
      const message = 'Too many new runs of this application at a time: this one is checked later.';
      return { kind: 'unavailable', message };
    }
    if (run === 'none') return { kind: 'accepted', phase, followUps: [], task: 'none' };
    const { id, state, outcome } = run;
    return { kind: 'accepted', phase, followUps: [], task: { run: id, state, outcome } };
  }

  /** Undefined: it does not exist, or may not be seen. */
  async #read(
    { argocd, application }: HookCall,
    signal: AbortSignal,
  ): Promise<Application | Extract<HookAnswer, { kind: 'unavailable' }> | undefined> {
    const server = this.#ports.server(argocd);
    if (server === undefined) return undefined;
    try {
      return await server.argocd.get({ ...application, project: '' }, { signal });
    } catch (error) {
      if (!(error instanceof ArgoCDError)) throw error;
      if (hidden.includes(error.failure)) return undefined;
      // The answer and URL of Argo CD are for the operator only.
      return { kind: 'unavailable', message: `Cannot read from Argo CD ${argocd} at the moment.` };
    }
  }

  async #find(id: string, maySee: MaySeeApplication): Promise<StoredAction | undefined> {
    for (const action of await this.#ports.store.actionsOfEvent(id)) {
      const { argocd, event } = readActionBody(action);
      const { name, namespace, project } = event.application;
      if (maySee({ argocd, application: { name, namespace }, appProject: project })) return action;
    }
    return undefined;
  }

  /** The action, with the state of the run that it queued. Waits at most `wait` milliseconds for its end. */
  async #followed(action: StoredAction, wait: number, signal: AbortSignal): Promise<HookFollowUp> {
    const { watchRun, clock } = this.#ports;
    if (action.outcome === undefined || watchRun === undefined) return viewOf(action);
    const over = new AbortController();
    const either = AbortSignal.any([signal, over.signal]);
    let seen: PipelineRun | undefined;
    let first = () => undefined as void;
    const told = new Promise<void>((resolve) => (first = resolve));
    const ended = watchRun(action, either, (run) => {
      seen = run;
      first();
    }).then(
      (run) => {
        seen = run;
      },
      () => undefined,
    );
    try {
      // Even without waiting, the caller gets the first known state.
      const late = clock.sleep(Math.max(wait, pause), either);
      await Promise.race([wait > 0 ? ended : Promise.race([told, ended]), late]);
    } finally {
      over.abort();
    }
    return viewOf(action, seen);
  }
}

function viewOf(stored: StoredAction, run?: PipelineRun): HookFollowUp {
  const { rule, state, message, outcome } = stored;
  const { action, eventKey: id } = readActionBody(stored);
  return {
    ...{ id, rule, state, message, target: actionKindOf(action).print(action) },
    run: outcome && {
      name: run?.name ?? outcome.name,
      page: run?.page ?? outcome.page,
      state: run?.state,
      result: run?.result,
    },
  };
}
