import { abortable } from '../../../async/abortable.ts';
import { CancelScope } from '../../../async/cancel-scope.ts';
import type { Clock } from '../../../async/clock.ts';
import { throwIfDetached } from '../../../follow/detachment.ts';
import type { FollowedEnd, FollowObserver } from '../../../follow/follow-observer.ts';
import type { Activity } from '../../../follow/settings.ts';
import { withFollowUps, withoutOwn } from '../../../follow-ups/included-follow-ups.ts';
import type { Application, ApplicationName } from '../../../sync/model/application.ts';
import { isOver, type FollowUpReport } from '../../../sync/model/follow-up-report.ts';
import { markerOf } from '../../../sync/model/operation.ts';
import type { ApplicationResult, Progress } from '../../../sync/model/outcome.ts';
import type { RunFollowUps } from '../../follow-ups/run-follow-ups.ts';
import type { StoredWait } from '../../store/store.ts';
import { cancelFollowUps } from './follow-up-cancellation.ts';
import { WatchedFollowUp } from './watched-follow-up.ts';

/** What waiting for the follow-ups of a run needs. */
export interface AwaitedFollowUpsOptions {
  /** The run's marker. */
  readonly marker: string;
  /** Name of its Argo CD instance. */
  readonly argocd: string;
  readonly followUps: Pick<RunFollowUps, 'started' | 'find' | 'watch' | 'cancel' | 'dismiss'>;
  /** Whether the run has follow-up rules of its own. */
  readonly isAsked: boolean;
  /** Whether canceling the run also cancels what its own rules have queued. */
  readonly endsOnCancel: boolean;
  /** Stores what the run waits for, in one step with what is reported in the same turn. */
  readonly checkpoints: {
    readonly wait: (path: string) => StoredWait | undefined;
    readonly keepWait: (path: string, wait: StoredWait) => void;
  };
  /** Retries an operation of the store until it succeeds. */
  readonly insist: <T>(act: () => Promise<T>) => Promise<T>;
  readonly tell: (progress: Progress) => void;
  readonly activity: (path: string, activity: Activity) => void;
  readonly clock: Clock;
  /** Aborts with a `Detachment`: when the process ends, or the run is parked. */
  readonly life: AbortSignal;
  readonly canceled: AbortSignal;
}

/** How long the first read of all follow-ups may delay parking the run, in milliseconds. */
const longestLook = 15_000;
/**
 * Milliseconds until a parked run reads again: a tenth of the time it has waited, so that ten thousand
 * runs with slow follow-ups do not use up the identity's rate limit.
 */
const pauses = { shortest: 30_000, longest: 300_000 } as const;
/** How long a canceled run may take to cancel its follow-ups, in milliseconds. */
const graceOfCancel = 60_000;

/**
 * Makes a run wait for all follow-ups of its operation, including those it did not request, and includes
 * their results in its own. States of an application: `followed` → `waiting`, when the list of follow-ups
 * is stored; they are all in the store before that (`RunFollowUps.started`) → `over`, when all have ended,
 * at the deadline, or when the run is canceled. If the process dies before `waiting` is stored, the next
 * one follows the application to its end again.
 */
export class AwaitedFollowUps implements FollowObserver {
  readonly #options: AwaitedFollowUpsOptions;

  constructor(options: AwaitedFollowUpsOptions) {
    this.#options = options;
  }

  seen(): void {
    // The event watch reads the application itself.
  }

  resumed({ path, deadline }: Pick<FollowedEnd, 'path' | 'deadline'>) {
    const wait = this.#options.checkpoints.wait(path);
    return wait && this.#wait(path, wait, deadline);
  }

  async ended(end: FollowedEnd): Promise<ApplicationResult> {
    const { marker, isAsked, life, clock, checkpoints, activity } = this.#options;
    const { result, application, operation, path } = end;
    // If the run succeeded without seeing its operation, only the history shows what was deployed.
    const isUnseen = operation === undefined && result.outcome === 'succeeded';
    const isOwn = operation !== undefined && markerOf(operation.operation) === marker;
    if (application === undefined || !(isOwn || isUnseen)) {
      return isAsked ? withoutOwn(result) : result;
    }
    // The run must not be parked before the list of follow-ups is stored.
    activity(path, { kind: 'busy' });
    const followUps = await this.#started({ application, operation });
    throwIfDetached(life);
    if (followUps.length === 0) {
      activity(path, { kind: 'over' });
      return result;
    }
    const wait = { result, followUps, since: clock.now() };
    for (const followUp of followUps) this.#tell(result, followUp);
    this.#sayWait(result, followUps);
    checkpoints.keepWait(path, wait);
    return this.#wait(path, wait, end.deadline);
  }

  #started(seen: {
    readonly application: Application;
    readonly operation: FollowedEnd['operation'];
  }): Promise<readonly FollowUpReport[]> {
    const { followUps, argocd, marker, insist, life } = this.#options;
    return abortable(
      insist(() => followUps.started({ ...seen, argocd, marker })),
      life,
    );
  }

  async #wait(path: string, stored: StoredWait, deadline: number): Promise<ApplicationResult> {
    const { life, canceled, clock, activity, checkpoints } = this.#options;
    activity(path, { kind: 'busy' });
    const { result, since } = stored;
    const all = stored.followUps.map(
      (known) =>
        new WatchedFollowUp(known, this.#options, (report) => {
          this.#tell(result, report);
          const followUps = all.map((one) => one.report);
          if (isOver(report)) this.#sayWait(result, followUps);
          checkpoints.keepWait(path, { result, since, followUps });
        }),
    );
    const open = all.filter(({ report }) => !isOver(report));
    const scope = new CancelScope(clock, {
      parent: AbortSignal.any([life, canceled]),
      at: deadline,
    });
    try {
      await this.#watch(path, open, since, scope.signal);
    } finally {
      scope.end();
    }
    throwIfDetached(life);
    if (canceled.aborted) await this.#cancel(all);
    throwIfDetached(life);
    activity(path, { kind: 'over' });
    for (const one of all) one.close();
    const reports = all.map(({ report }) => report);
    const finishedAt = clock.now();
    if (!canceled.aborted) return withFollowUps(result, reports, { isWaited: true, finishedAt });
    const inclusion = { isWaited: false, isKeptTrying: true, finishedAt };
    return withFollowUps(canceledIn(result), reports, inclusion);
  }

  /** Resolves when all have ended, or when the signal aborts. */
  async #watch(
    path: string,
    open: readonly WatchedFollowUp[],
    since: number,
    signal: AbortSignal,
  ): Promise<void> {
    const { clock, activity, life } = this.#options;
    let isDone = false;
    const done = Promise.all(open.map((one) => one.watch(signal))).then(() => (isDone = true));
    const looked = Promise.all(open.map((one) => one.looked));
    await Promise.race([done, looked, clock.sleep(longestLook, signal)]);
    while (!isDone && !signal.aborted) {
      const waited = clock.now() - since;
      const pause = Math.min(pauses.longest, Math.max(pauses.shortest, waited / 10));
      activity(path, { kind: 'idle', until: clock.now() + pause, isDeaf: true });
      await Promise.race([done, clock.sleep(pause, signal)]);
    }
    activity(path, { kind: 'busy' });
    // The store no longer responds once the process ends.
    await abortable(done, life);
  }

  async #cancel(all: readonly WatchedFollowUp[]): Promise<void> {
    const { clock, life, endsOnCancel } = this.#options;
    if (!endsOnCancel) return;
    const scope = new CancelScope(clock, { parent: life, at: clock.now() + graceOfCancel });
    try {
      await abortable(cancelFollowUps(all, this.#options, scope.signal), life);
    } finally {
      scope.end();
    }
  }

  #sayWait(application: ApplicationName, followUps: readonly FollowUpReport[]): void {
    const open = followUps.filter((one) => !isOver(one));
    if (open.length === 0) return;
    const names = open.map(({ pipeline }) => pipeline).join(', ');
    const which = open.length === 1 ? 'the follow-up' : `${open.length} follow-ups:`;
    this.#options.tell({
      kind: 'status',
      application: nameOf(application),
      message: `Waiting for ${which} ${names}`,
    });
  }

  #tell(application: ApplicationName, followUp: FollowUpReport): void {
    this.#options.tell({ kind: 'followUp', application: nameOf(application), followUp });
  }
}

function nameOf({ name, namespace }: ApplicationName): ApplicationName {
  return { name, ...(namespace === undefined ? {} : { namespace }) };
}

/** A result that had already failed does not change. */
function canceledIn(result: ApplicationResult): ApplicationResult {
  if (result.outcome !== 'succeeded' && result.outcome !== 'superseded') return result;
  const message = `${result.message}; the run was canceled while it waited for its follow-ups`;
  return { ...result, outcome: 'canceled', message };
}
