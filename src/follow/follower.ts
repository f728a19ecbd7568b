import { childrenOf } from '../sync/model/application.ts';
import type { Application, ApplicationName } from '../sync/model/application.ts';
import { followedState } from '../sync/rules/followed-operation.ts';
import type { OperationState } from '../sync/model/operation.ts';
import { decide } from '../sync/rules/decide.ts';
import { atMost, mostCauses } from '../sync/rules/explanation.ts';
import type { ApplicationResult } from '../sync/model/outcome.ts';
import type { Ending, Verdict } from '../sync/model/verdict.ts';
import type { View } from '../sync/model/view.ts';
import type { UserError } from '../user-error.ts';
import { AccessDenied } from './access-denied.ts';
import { ActionExecutor } from './action-executor.ts';
import type { ChangeSource } from './change-source.ts';
import { inTurns } from '../async/in-turns.ts';
import { Wakeup } from '../async/wakeup.ts';
import { throwIfDetached } from './detachment.ts';
import { Checkpointer } from './checkpointer.ts';
import { ApplicationPoller } from './application-poller.ts';
import { RefreshRequester } from './refresh-requester.ts';
import { makeResult } from './result.ts';
import type { Activity, FollowPorts, FollowSettings } from './settings.ts';
import { StatusReporter } from './status-reporter.ts';
import { OperationTracker } from './operation-tracker.ts';
import { FollowState } from './follow-state.ts';
import { CancelScope } from '../async/cancel-scope.ts';
import { brokenOff, canceled, timedOut } from './interruption.ts';

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
  /** Ends with the run or the following; the end may be reported after the deadline. */
  readonly #life: CancelScope;
  readonly #wakeup: Wakeup;
  readonly #followState: FollowState;
  readonly #poller: ApplicationPoller;
  readonly #refresher: RefreshRequester;
  readonly #tracker: OperationTracker;
  readonly #status: StatusReporter;
  readonly #executor: ActionExecutor;

  constructor(given: FollowSettings, ports: FollowPorts, changes: ChangeSource) {
    const { clock, checkpoints } = ports;
    const { checkpoint: kept, plan } = checkpoints?.recall(given.path) ?? {};
    const followState = new FollowState(given.goal, given.marker, clock, kept?.memory, (seen) =>
      ports.observer?.seen(seen, nameOf(given.address)),
    );
    const settings = { ...given, address: followState.locate(given.address) };
    const life = new CancelScope(clock, { parent: ports.signal });
    const inTime = new CancelScope(clock, { parent: life.signal, at: settings.deadline });
    const wakeup = new Wakeup(clock);
    this.#settings = settings;
    this.#ports = { ...ports, signal: inTime.signal };
    this.#life = life;
    this.#wakeup = wakeup;
    this.#followState = followState;
    this.#poller = new ApplicationPoller(settings, this.#ports, followState, changes, wakeup);
    this.#refresher = new RefreshRequester(
      settings,
      this.#ports,
      followState,
      this.#poller,
      wakeup,
    );
    // A failure is reported with its log even after the deadline.
    const toTheEnd = { ...ports, signal: life.signal };
    const told = { steps: kept?.steps ?? [], held: kept?.held, plan };
    this.#tracker = new OperationTracker(
      settings,
      toTheEnd,
      told,
      () => wakeup.wake(),
      () => checkpointer.checkpointIfChanged(),
    );
    const checkpointer = new Checkpointer(checkpoints, settings.path, followState, this.#tracker);
    this.#status = new StatusReporter(settings, ports);
    this.#executor = new ActionExecutor(settings, this.#ports, {
      ...{ followState, wakeup, poller: this.#poller },
      ...{ checkpointer, status: this.#status },
    });
  }

  /** Resolves with the result, whatever happens on the way; rejects only for a bug of ours. */
  async run(): Promise<ApplicationResult> {
    this.#is({ kind: 'busy' });
    const stop = this.#poller.listen(() => {
      // Reported at once: a follower that is detached while idle must not lose the message.
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

  /** What is known of the application: its newest look. */
  get application(): Application | undefined {
    return this.#followState.application;
  }

  /** The operation that it followed, as it was last seen. */
  get operation(): OperationState | undefined {
    const { application, memory } = this.#followState;
    return application && followedState(application, memory);
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

  /** One round: look if a look is due, ask the rules, do what they say, sleep. */
  async #turn(): Promise<Ending | undefined> {
    this.#poller.lookIfDue();
    // This round judges what is known now; what arrives in the meantime has its own round.
    const { view } = this.#followState;
    if (view === undefined) return this.#awaitApplication();
    const verdict = await this.#judge(view);
    if (verdict.kind !== 'act') this.#executor.forget();
    switch (verdict.kind) {
      case 'done':
        return verdict.ending;
      case 'act': {
        // What arrived during the report may be what the act was waiting for, and is judged first.
        if (this.#followState.memory !== view.memory) return undefined;
        const hold = await this.#executor.execute(verdict.act, verdict.doing, view);
        if (hold !== undefined) await this.#sleep(hold.until);
        return undefined;
      }
      case 'wait':
        this.#status.say(verdict.doing, verdict.inSteps);
        if (verdict.ask !== undefined) this.#refresher.ask(verdict.ask);
        await this.#sleep(verdict.at);
        return undefined;
    }
  }

  async #awaitApplication(): Promise<undefined> {
    const { missing } = this.#poller;
    if (missing !== undefined) this.#status.say(`${missing} yet: waiting for it`);
    await this.#sleep(undefined);
  }

  async #judge(view: View, isLast = false): Promise<Verdict> {
    const { application, memory } = view;
    await inTurns(this.#tracker.track(application, memory));
    this.#refresher.askFirst();
    return decide({ ...view, now: this.#ports.clock.now(), isLast });
  }

  get #fatal(): UserError | undefined {
    return this.#executor.fatal ?? this.#poller.fatal;
  }

  /** What ends the following from outside: a fatal answer, a cancellation, the deadline. */
  async #interruption(): Promise<Ending | undefined> {
    const fatal = this.#fatal;
    if (fatal !== undefined) return brokenOff(fatal);
    throwIfDetached(this.#life.signal);
    const { over } = this.#executor;
    if (this.#life.signal.aborted || over !== undefined) return canceled(over);
    if (this.#ports.clock.now() < this.#settings.deadline) return undefined;
    // What was completed in the last moment counts.
    const { view } = this.#followState;
    const verdict = view && (await this.#judge(view, true));
    return verdict?.kind === 'done' ? verdict.ending : this.#timedOut();
  }

  #timedOut(): Ending {
    const { view, memory } = this.#followState;
    const { missing, away, neverReached } = this.#poller;
    const waitedFor = missing ?? away ?? this.#status.message;
    const time = this.#settings.deadline - memory.startedAt;
    return timedOut({ view, neverReached, waitedFor, time });
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
    // A status that was not reported yet is lost when the run is parked: its delay would start
    // over.
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

  /** Reports the steps that still wait for the plan; a canceled run has no time for it. */
  async #tellHeld({ outcome }: Ending): Promise<void> {
    if (outcome !== 'canceled') await this.#tracker.settled();
    throwIfDetached(this.#life.signal);
    await inTurns(this.#tracker.release());
  }

  async #finish(ending: Ending): Promise<ApplicationResult> {
    const ended = await this.#executor.endOwnOperation(ending);
    const isDenied = this.#fatal instanceof AccessDenied;
    if (!isDenied) await this.#tellHeld(ended);
    const causes = await this.#tracker.withLogs(atMost(ended.causes, mostCauses - 1));
    const { clock, argocd } = this.#ports;
    const { address } = this.#settings;
    const { application, memory } = this.#followState;
    const { steps, plan, toldSteps } = this.#tracker;
    return makeResult({
      ...{ name: address, url: argocd.pageOf(address), finishedAt: clock.now() },
      ...{ ending: { ...ended, causes }, memory },
      // What was reported before access was denied stays; nothing is added.
      ...(isDenied
        ? { application: undefined, plan: undefined, steps: toldSteps }
        : { application, plan, steps }),
    });
  }
}

function nameOf({ name, namespace }: ApplicationName): ApplicationName {
  return { name, ...(namespace === undefined ? {} : { namespace }) };
}
