import type { TaskHub } from '../../../azure/task-hub/task-hub.ts';
import { Detachment } from '../../../follow/detachment.ts';
import { timeoutOf } from '../../run.ts';
import type { ClaimSpec, FollowSpec, Run, RunOutcome } from '../../run.ts';
import { Admission, type AdmissionContext, type AdmissionPorts } from './admission.ts';
import { RunAuthority } from '../verification/authority.ts';
import { buildEnds } from './build-watch.ts';
import type { ReportBudget } from '../outbox/report-budget.ts';
import { OutboxDispatcher, type Delivery } from '../outbox/outbox-dispatcher.ts';
import { Claiming, type ClaimingPorts } from './claiming.ts';
import { Following, type FollowingPorts } from './following.ts';
import { IdleTracker } from './idle-tracker.ts';
import { RunUnitOfWork } from '../record/run-unit-of-work.ts';
import { tombstoneOf } from './tombstone.ts';
import { RunTelemetry } from '../../telemetry/run-telemetry.ts';
import type { RetryBackoff } from '../retry-backoff.ts';
import type { RunPorts, RunToken } from '../run-ports.ts';
import type { Tries } from '../verification/tries.ts';
import type { Store } from '../../store/store.ts';

/**
 * A run is parked when it has been idle for the first and will be for the second time, in
 * milliseconds: a wait for a push looks every half minute, and must not stay in memory for that.
 * The times are shorter while other runs wait for its slot, and shortest while finished runs do.
 */
const waits = {
  quiet: { since: 5_000, ahead: 20_000 },
  crowded: { since: 0, ahead: 2_000 },
  pressed: { since: 0, ahead: 500 },
};
/** How urgently the slot of a run is needed. */
export type SlotDemand = keyof typeof waits;

/**
 * How long before its deadline a run looks once more, to say what it was waiting for. Milliseconds.
 */
const lastLook = 5_000;
/** How often a try that waits for the end of the earlier one looks again, in milliseconds. */
const tryAgain = 5_000;

/** What a parked run waits for. */
export interface ParkCondition {
  /** A change of one of these applications ends it. */
  readonly names: readonly string[];
  /** It ends when the organization responds again. */
  readonly isAway: boolean;
  /** When it ends without an event; local milliseconds. */
  readonly until: number;
}

/**
 * What the work of a run needs from outside: the ports of its parts, and what decrypts its token.
 */
export interface ActiveRunPorts
  extends
    AdmissionPorts,
    ClaimingPorts,
    FollowingPorts,
    Pick<RunPorts, 'cipher' | 'logger' | 'metrics' | 'ownToken'> {
  readonly store: Pick<Store, 'checkpoints' | 'commit' | 'items' | 'token'>;
}

/** State that outlives a run's time in memory. */
export interface RunContext extends AdmissionContext {
  readonly tries: Pick<Tries, 'settle' | 'isWaiting' | 'after'>;
  readonly budget: ReportBudget;
  /** For the proofs of an active run, besides its reports. */
  readonly proofBackoff: RetryBackoff;
}

/** What ends the parking, and since when the run has been idle; local milliseconds. */
interface Wait extends ParkCondition {
  readonly since: number;
}

/**
 * One accepted run on its way to the end, whichever process takes it there. Its stored states:
 * - accepted → following, when it is verified (`Admission`); → ended, when it is rejected
 * - following → reporting, when its result and the items that report it are stored in one step
 * - reporting → ended, when all is reported, or can no longer be
 *
 * From each state, it ends if its token cannot be read. In each, it may be parked, or the process
 * may end: `work` rejects with a `Detachment`, and the next `ActiveRun` continues from what is
 * stored.
 */
export class ActiveRun {
  readonly #ports: ActiveRunPorts;
  readonly #unitOfWork: RunUnitOfWork;
  readonly #telemetry: RunTelemetry;
  readonly #context: RunContext;
  readonly #canceling = new AbortController();
  readonly #parking = new AbortController();
  readonly #idleTracker: IdleTracker;
  readonly #isRestarted: boolean;
  #dispatcher: OutboxDispatcher | undefined;
  #authority: RunAuthority | undefined;
  /** When the build of a check is read next. Now, while it is being read. */
  #buildDueAt = Infinity;

  /** `isRestarted`: another process worked it before. */
  constructor(run: Run, isRestarted: boolean, ports: ActiveRunPorts, context: RunContext) {
    this.#ports = ports;
    this.#context = context;
    this.#isRestarted = isRestarted && run.state === 'following';
    this.#idleTracker = new IdleTracker(ports.clock);
    this.#telemetry = new RunTelemetry(run, ports);
    this.#unitOfWork = new RunUnitOfWork(run, {
      ...ports,
      onFault: (fault) => this.#telemetry.storeFailed(fault),
      onEnqueued: (items) => this.#dispatcher?.wake(items.some(({ kind }) => kind === 'completed')),
    });
    if (run.isCanceled) this.#canceling.abort();
  }

  get run(): Run {
    return this.#unitOfWork.run;
  }

  /** Ends the run as canceled; one that has ended stays as it is. Resolves when that is stored. */
  async cancel(): Promise<void> {
    const { state, isCanceled } = this.run;
    if (state === 'reporting' || state === 'ended') return;
    if (!isCanceled) {
      this.#unitOfWork.change({ isCanceled: true });
      this.#telemetry.canceled();
    }
    await this.#unitOfWork.stored();
    this.#canceling.abort();
  }

  /** What it waits for, if it can be parked: all that matters is stored. */
  parkCondition(demand: SlotDemand): ParkCondition | undefined {
    if (this.#parking.signal.aborted) return undefined;
    // Its slot is needed, so its reports are sent immediately.
    if (demand !== 'quiet' && this.#idleTracker.since !== undefined) this.#dispatcher?.hurry();
    const wait = this.run.state === 'following' ? this.#restOfFollowing() : this.#restUntold();
    if (wait === undefined) return undefined;
    const { since, ahead } = waits[demand];
    const now = this.#ports.clock.now();
    return now - wait.since >= since && wait.until - now >= ahead ? wait : undefined;
  }

  #restOfFollowing(): Wait | undefined {
    const { since, until, names } = this.#idleTracker;
    if (this.run.isCanceled || since === undefined) return undefined;
    const untold = this.#restUntold();
    if (untold === undefined && this.#dispatcher?.isIdle !== true) return undefined;
    if (this.#authority?.isAsking === true) return undefined;
    const proofDueAt = this.#authority?.waitsUntil;
    const { acceptedAt, spec } = this.run;
    return {
      ...{ names, since, isAway: untold !== undefined || proofDueAt !== undefined },
      until: Math.min(
        ...[until, untold?.until ?? Infinity, proofDueAt ?? Infinity, this.#buildDueAt],
        acceptedAt + timeoutOf(spec) - lastLook,
      ),
    };
  }

  /** Reports cannot be sent now, or the earlier try has not been fully reported. */
  #restUntold(): Wait | undefined {
    const { retryBackoff, tries } = this.#context;
    const nothing = { names: [], since: -Infinity };
    const until = retryBackoff.waitsUntil;
    if (until !== undefined) return { ...nothing, isAway: true, until };
    if (!tries.isWaiting(this.run.id)) return undefined;
    return { ...nothing, isAway: false, until: this.#ports.clock.now() + tryAgain };
  }

  /**
   * Ends the work for now: `work` rejects with a `Detachment`, and the run can be started again.
   */
  park(): void {
    this.#parking.abort(new Detachment());
  }

  /** Works the run to its end. Rejects only with a `Detachment`: when it is parked, or the process ends. */
  async work(): Promise<void> {
    try {
      await this.#work(AbortSignal.any([this.#ports.signal, this.#parking.signal]));
    } finally {
      await this.#unitOfWork.stored();
    }
  }

  async #work(signal: AbortSignal): Promise<void> {
    const token = await this.#openToken();
    if (token === undefined) return this.#end('unreported', 'its token can no longer be decrypted');
    if (this.run.state === 'accepted') {
      const admission = new Admission(
        this.#unitOfWork,
        this.#ports,
        this.#telemetry,
        this.#context,
      );
      const rejection = await admission.admit(token, signal);
      if (rejection !== undefined) return this.#end(rejection.outcome, rejection.message);
    }
    const { id, spec } = this.run;
    const { azure, store } = this.#ports;
    const hub = azure.hub(spec.address, token);
    this.#dispatcher = new OutboxDispatcher(this.#unitOfWork, hub, {
      ...this.#ports,
      ...this.#context,
      items: (limit, after) => this.#unitOfWork.insist(() => store.items(id, limit, after)),
      onReturn: (listener) => azure.onReturn(spec.address.collection, listener),
      nextTry: () => this.#unitOfWork.insist(() => this.#context.tries.after(this.run)),
      onFailure: (error, what) => this.#telemetry.reportFailed(error, what),
      onLeftOut: (what) => this.#telemetry.leftOut(what),
    });
    const delivering = this.#dispatcher.deliver(signal);
    if (this.run.state === 'following') {
      const following = spec.kind === 'claim' ? this.#claim(spec) : this.#follow(hub, token, spec);
      // A run without a listener in Azure DevOps is over, like a canceled one.
      void delivering.then(
        () => this.#canceling.abort(),
        () => undefined,
      );
      await following;
    }
    await this.#conclude(await delivering);
  }

  async #openToken(): Promise<RunToken | undefined> {
    const { store, cipher, ownToken } = this.#ports;
    if (this.run.spec.announced !== undefined) return ownToken;
    const stored = await this.#unitOfWork.insist(() => store.token(this.run.id));
    if (stored === undefined) return undefined;
    try {
      return cipher.open(stored.sealed, this.run.id);
    } catch (error) {
      this.#telemetry.fault(error);
      return undefined;
    }
  }

  async #claim(spec: ClaimSpec): Promise<void> {
    await new Claiming(spec, this.#unitOfWork, this.#ports).claim();
    this.#telemetry.followed(this.run);
  }

  async #follow(hub: TaskHub, token: RunToken, spec: FollowSpec): Promise<void> {
    const ended = new AbortController();
    const signal = AbortSignal.any([ended.signal, this.#ports.signal, this.#parking.signal]);
    const authority = new RunAuthority(this.#unitOfWork, {
      ...{ ...this.#ports, token, signal, retryBackoff: this.#context.proofBackoff },
      onFailure: (error) => this.#telemetry.proofFailed(error),
    });
    this.#authority = authority;
    // What an earlier version stored does not include the project's name.
    const over = spec.proven === undefined ? await authority.renew() : undefined;
    if (over !== undefined) this.#canceling.abort();
    if (spec.buildId !== undefined) {
      const { clock } = this.#ports;
      this.#buildDueAt = clock.now();
      const onPause = (until: number) => (this.#buildDueAt = until);
      buildEnds(spec.buildId, hub, { clock, signal, onPause })
        .then((isOver) => (isOver ? this.cancel() : undefined))
        .catch((error: unknown) => this.#telemetry.fault(error));
    }
    const following = new Following(spec, this.#unitOfWork, this.#ports, this.#telemetry, {
      authority,
      canceled: this.#canceling.signal,
      parked: this.#parking.signal,
      activity: (path, activity) => this.#idleTracker.note(path, activity),
    });
    await following.follow(this.#isRestarted).finally(() => ended.abort());
    this.#telemetry.followed(this.run);
  }

  async #conclude(delivery: Delivery): Promise<void> {
    const { outcome = 'failed', message } = this.run;
    switch (delivery) {
      case 'told':
        return this.#end(outcome, message);
      case 'replaced':
        return this.#end(outcome, `${message} A newer attempt of the task is running.`);
      case 'gone':
        return this.#end(
          'unreported',
          `${message} Azure DevOps has ended the plan: the result was not reported.`,
        );
      case 'refused':
        return this.#end(
          'unreported',
          `${message} Azure DevOps no longer accepts the run's token: the result was not reported.`,
        );
      case 'late':
        return this.#end(
          'unreported',
          `${message} The result could not be reported to Azure DevOps before the run's token expired.`,
        );
    }
  }

  /** With this step, the store deletes the token and everything else but the run's own record. */
  async #end(outcome: RunOutcome, message: string): Promise<void> {
    const endedAt = this.#ports.clock.now();
    const { state, spec } = this.run;
    // Nothing was started: only a line of the request is kept.
    const remains = state === 'accepted' ? { spec: tombstoneOf(spec) } : {};
    this.#unitOfWork.change({ state: 'ended', outcome, message, endedAt, ...remains });
    await this.#unitOfWork.stored();
    this.#telemetry.ended(this.run);
  }
}
