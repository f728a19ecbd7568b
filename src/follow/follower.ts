import { childrenOf } from '../sync/model/application.ts';
import type { Application, ApplicationName, ResourceKey } from '../sync/model/application.ts';
import { decide } from '../sync/rules/decide.ts';
import { renderedTarget } from '../sync/rules/hydration.ts';
import { atMost, mostCauses } from '../sync/rules/explanation.ts';
import { explainUnfinished } from '../sync/rules/unfinished.ts';
import type { ApplicationResult } from '../sync/model/outcome.ts';
import type { UserError } from '../user-error.ts';
import type { SentRequest } from '../sync/model/memory.ts';
import { refusal } from '../sync/model/verdict.ts';
import type { Act, Ending, Verdict } from '../sync/model/verdict.ts';
import { AccessDenied } from './access-denied.ts';
import type { ChangeSource, ChangeEvent } from './change-source.ts';
import { perform } from './acts.ts';
import { inTurns } from '../async/in-turns.ts';
import { Wakeup } from '../async/wakeup.ts';
import { throwIfDetached } from './detachment.ts';
import { Checkpointer } from './checkpointer.ts';
import { ApplicationPoller } from './application-poller.ts';
import { RefreshRequester } from './refresh-requester.ts';
import { RetryGate } from './retry-gate.ts';
import { makeResult } from './result.ts';
import { selectResources } from './selected-resources.ts';
import type { Activity, FollowPorts, FollowSettings } from './settings.ts';
import { overMessage, AuthorityMonitor } from './authority-monitor.ts';
import { StatusReporter } from './status-reporter.ts';
import { followedState, OperationTracker } from './operation-tracker.ts';
import { FollowState } from './follow-state.ts';
import { CancelScope } from '../async/cancel-scope.ts';
import { endOwnOperation } from './termination.ts';

/**
 * Follows one application to the end. States (`activity`):
 * - busy: a round that takes a look, asks the rules, and acts. → idle, when the verdict is to wait
 * - idle: asleep, with no answer under way. → busy, at a change event, the verdict's time or the next
 *   look. It may be detached here, and another follower goes on from its checkpoint
 * - over: the verdict is done, or a fatal answer, a cancellation or the deadline came between rounds
 */
export class Follower {
  readonly #settings: FollowSettings;
  /** Their signal aborts with the run, the deadline or the end of the following. */
  readonly #ports: FollowPorts;
  readonly #canceled: AbortSignal;
  readonly #life: CancelScope;
  readonly #changes: ChangeSource;
  readonly #wakeup: Wakeup;
  readonly #followState: FollowState;
  readonly #refresher: RefreshRequester;
  readonly #poller: ApplicationPoller;
  readonly #tracker: OperationTracker;
  readonly #checkpointer: Checkpointer;
  readonly #retryGate: RetryGate;
  readonly #authorityMonitor: AuthorityMonitor;
  readonly #status: StatusReporter;
  readonly #startedAt: number;
  #fatal: UserError | undefined;
  /** What the last verdict was made of. */
  #judged: FollowState['memory'] | undefined;
  #isRefreshAsked: boolean;
  #resources: readonly ResourceKey[] | undefined;

  constructor(given: FollowSettings, ports: FollowPorts, changes: ChangeSource) {
    const { clock, signal, checkpoints } = ports;
    const { checkpoint: kept, plan } = checkpoints?.recall(given.path) ?? {};
    this.#followState = new FollowState(given.goal, given.marker, clock, kept?.memory);
    const settings = { ...given, address: this.#followState.locate(given.address) };
    this.#settings = settings;
    this.#canceled = signal;
    this.#life = new CancelScope(clock, { parent: signal });
    const beforeDeadline = new CancelScope(clock, {
      parent: this.#life.signal,
      at: settings.deadline,
    });
    this.#ports = { ...ports, signal: beforeDeadline.signal };
    this.#changes = changes;
    this.#wakeup = new Wakeup(clock);
    this.#poller = new ApplicationPoller(
      settings,
      this.#ports,
      this.#followState,
      changes,
      this.#wakeup,
    );
    this.#refresher = new RefreshRequester(
      settings,
      this.#ports,
      this.#followState,
      this.#poller,
      this.#wakeup,
    );
    this.#retryGate = new RetryGate(ports, this.#poller);
    this.#authorityMonitor = new AuthorityMonitor(ports.authority, {
      answered: () => this.#wakeup.wake(),
      broken: (error) => this.#poller.breakOff(error),
    });
    // What failed is told with its log even when the time is up.
    const toTheEnd = { ...ports, signal: this.#life.signal };
    const tracker = { steps: kept?.steps ?? [], held: kept?.held, plan };
    this.#tracker = new OperationTracker(settings, toTheEnd, tracker, () => this.#wakeup.wake());
    this.#checkpointer = new Checkpointer(
      checkpoints,
      settings.path,
      this.#followState,
      this.#tracker,
    );
    this.#status = new StatusReporter(settings, ports);
    const { memory } = this.#followState;
    this.#startedAt = memory.startedAt;
    this.#isRefreshAsked = memory.refresh.answeredAt !== undefined;
  }

  /** Resolves with how it ended, whatever happens on the way; rejects only for a bug of ours. */
  async run(): Promise<ApplicationResult> {
    const { name } = this.#settings.address;
    this.#is({ kind: 'busy' });
    const stop = this.#changes.listen(name, (event) => {
      const heard = this.#hear(event);
      if (heard === 'look') this.#poller.changeReported();
      if (heard === 'ignored') return;
      // Said at once: whoever takes a follower away that only waits must not take the message with it.
      this.#is({ kind: 'busy' });
      this.#wakeup.wake();
    });
    try {
      return await this.#finish(await this.#follow());
    } finally {
      stop();
      this.#life.end();
      this.#is({ kind: 'over' });
    }
  }

  #hear(event: ChangeEvent): ReturnType<FollowState['hear']> | 'broken' {
    if (event === 'broken') return event;
    if (event === 'changed') return 'look';
    const isAwaited = this.#poller.missing !== undefined && event.type === 'ADDED';
    return isAwaited ? 'look' : this.#followState.hear(event);
  }

  /** What is known of the application: its newest look. */
  get application(): Application | undefined {
    return this.#followState.application;
  }

  /** The child Applications that the application manages, as of the last look. */
  children(): readonly ApplicationName[] {
    return this.application === undefined ? [] : childrenOf(this.application);
  }

  async #follow(): Promise<Ending> {
    for (;;) {
      const ending = (await this.#interruption()) ?? (await this.#turn());
      if (ending !== undefined) return ending;
    }
  }

  /** One round: look if it is time, ask the rules, do what they say, sleep. */
  async #turn(): Promise<Ending | undefined> {
    this.#poller.lookIfDue();
    const verdict = await this.#judge();
    if (verdict?.kind !== 'act') this.#retryGate.forget();
    if (verdict === undefined) {
      const { missing } = this.#poller;
      if (missing !== undefined) this.#status.say(`${missing} yet: waiting for it`);
      await this.#sleep(undefined);
      return undefined;
    }
    switch (verdict.kind) {
      case 'done':
        return verdict.ending;
      case 'act':
        return this.#act(verdict.act, verdict.doing);
      case 'wait':
        this.#status.say(verdict.doing, verdict.inSteps);
        if (verdict.ask !== undefined) this.#refresher.ask(verdict.ask);
        await this.#sleep(verdict.at);
        return undefined;
    }
  }

  /** Decides on the snapshot that was told, whatever has come since: that has its own turn. */
  async #judge(isLast = false): Promise<Verdict | undefined> {
    const { application, memory } = this.#followState;
    if (application === undefined) return undefined;
    await inTurns(this.#tracker.track(application, memory, this.#checkpointer.checkpointIfChanged));
    this.#judged = memory;
    const { goal } = this.#settings;
    if (!this.#isRefreshAsked && goal.action !== 'terminate') {
      // Whatever is read before Argo CD has looked at Git again may be of yesterday.
      this.#isRefreshAsked = true;
      this.#refresher.ask('refresh');
    }
    return decide({ application, memory, goal, now: this.#ports.clock.now(), isLast });
  }

  /** What ends the following from outside: a fatal answer, a cancellation, the deadline. */
  async #interruption(): Promise<Ending | undefined> {
    const fatal = this.#fatal ?? this.#poller.fatal;
    if (fatal !== undefined) return refusal('failed', fatal.message, fatal.advice);
    throwIfDetached(this.#canceled);
    const { over } = this.#authorityMonitor;
    if (this.#canceled.aborted || over !== undefined) {
      const message = over === undefined ? 'The run was canceled' : overMessage(over);
      return { outcome: 'canceled', message, evidence: '', causes: [] };
    }
    if (this.#ports.clock.now() < this.#settings.deadline) return undefined;
    // What was done in the last moment is done.
    const verdict = await this.#judge(true);
    return verdict?.kind === 'done' ? verdict.ending : this.#timedOut();
  }

  #timedOut(): Ending {
    const { application, memory } = this.#followState;
    const seconds = Math.round((this.#settings.deadline - this.#startedAt) / 1000);
    const { missing, away, neverReached } = this.#poller;
    if (neverReached !== undefined) {
      return refusal('timedOut', neverReached.message, neverReached.advice);
    }
    const last = missing ?? away ?? this.#status.message;
    const message =
      seconds <= 0
        ? 'Not started: timed out in the queue'
        : `Not done within ${seconds} s${last === '' ? '' : `; at last: ${last}`}`;
    const { goal } = this.#settings;
    const view = application && { application, memory, goal, now: this.#ports.clock.now() };
    const causes =
      view === undefined
        ? []
        : explainUnfinished(view, followedState(view.application, memory), message);
    return { outcome: 'timedOut', message, evidence: '', causes };
  }

  async #act(act: Act, what: string): Promise<Ending | undefined> {
    const doing = this.#retryGate.explain(what);
    const { application, memory } = this.#followState;
    const { argocd, clock, signal } = this.#ports;
    // What came while it was told may be the answer that the act waits for, and is judged first.
    if (application === undefined || memory !== this.#judged) return undefined;
    if (!this.#retryGate.mayAct()) {
      this.#status.say(doing);
      await this.#sleep(this.#retryGate.pauseEnd);
      return undefined;
    }
    if (!this.#mayDo(act)) return this.#awaitProof();
    this.#retryGate.forget();
    if (act.kind === 'sync' && memory.request === undefined) this.#status.say(doing);
    else if (doing !== this.#status.message) this.#status.tell(doing);
    try {
      const resources = act.kind === 'sync' ? await this.#select(application) : [];
      if (!this.#mayDo(act)) return await this.#awaitProof();
      const ports = { argocd, now: () => clock.now(), signal, sending: this.#sending };
      const known = { application, memory };
      const acted = await perform(act, this.#settings, known, resources, ports);
      this.#followState.update(acted.change);
      if (acted.application !== undefined) this.#followState.take(acted.application);
      if (acted.failed === undefined) this.#retryGate.succeeded();
      else this.#retryGate.failed(acted.failed);
    } catch (error) {
      // It was no answer to the request.
      this.#followState.update({ request: memory.request });
      this.#fatal = this.#retryGate.broke(error);
    }
    return undefined;
  }

  /** Nothing is changed for a run of which nobody knows whether it is still wanted. */
  #mayDo({ kind }: Act): boolean {
    return kind === 'adopt' || this.#authorityMonitor.isProven();
  }

  /** Until then, much can happen: the rules are asked again. */
  async #awaitProof(): Promise<undefined> {
    this.#status.say('waiting for Azure DevOps to confirm that the run is still wanted');
    await this.#sleep(undefined);
  }

  readonly #sending = async (request: SentRequest): Promise<void> => {
    this.#followState.update({ request });
    await this.#checkpointer.keep();
  };

  async #select(application: Application): Promise<readonly ResourceKey[]> {
    const { goal, address } = this.#settings;
    if (goal.action !== 'sync' || goal.options.resources.length === 0) return [];
    // The manifests of a hydrated application are made from the dry commit, whatever is synced.
    const target = renderedTarget(application, this.#followState.memory) ?? goal.target;
    this.#resources ??= await selectResources(
      { ...goal, target },
      application,
      address,
      this.#ports,
    );
    return this.#resources;
  }

  async #sleep(at: number | undefined): Promise<void> {
    const { clock, signal } = this.#ports;
    const untoldUntil = this.#status.dueAt;
    const until = Math.min(
      this.#poller.due,
      this.#poller.contactDue,
      this.#refresher.retryAt,
      this.#tracker.heldUntil,
      at ?? Infinity,
      untoldUntil,
      this.#settings.deadline,
    );
    // What is yet to be told is not known to whoever takes it up after it was parked: it would begin again.
    const isBusy =
      untoldUntil !== Infinity ||
      this.#poller.isLooking ||
      this.#refresher.isAsking ||
      this.#tracker.isReading;
    if (!isBusy && !this.#wakeup.isPending) this.#is({ kind: 'idle', until });
    await this.#wakeup.wait(Math.max(0, until - clock.now()), signal);
    this.#is({ kind: 'busy' });
  }

  #is(activity: Activity): void {
    this.#ports.activity?.(this.#settings.path, activity);
  }

  /** Tells the steps that still wait for the plan; a run that was canceled has no time for it. */
  async #tellHeld({ outcome }: Ending): Promise<void> {
    if (outcome !== 'canceled') await this.#tracker.settled();
    throwIfDetached(this.#canceled);
    await inTurns(this.#tracker.release(this.#checkpointer.checkpointIfChanged));
  }

  async #finish(ending: Ending): Promise<ApplicationResult> {
    const { clock, argocd } = this.#ports;
    const ports = { ...this.#ports, authorityMonitor: this.#authorityMonitor };
    const ended = await endOwnOperation(ending, this.#settings, ports, this.#followState);
    const isDenied = (this.#fatal ?? this.#poller.fatal) instanceof AccessDenied;
    if (!isDenied) await this.#tellHeld(ended);
    const causes = await this.#tracker.withLogs(atMost(ended.causes, mostCauses - 1));
    const times = { startedAt: this.#startedAt, finishedAt: clock.now() };
    const { address } = this.#settings;
    const url = argocd.pageOf(address);
    const { application, memory } = this.#followState;
    const { steps, plan, toldSteps } = this.#tracker;
    // What was told before it was denied is told; nothing is added to that.
    const known = isDenied ? { application: undefined, memory } : { application, memory };
    const tracker = isDenied ? { plan: undefined, steps: toldSteps } : { plan, steps };
    return makeResult(address, url, { ...ended, causes }, known, tracker, times);
  }
}
