import { ArgoCDError } from '../argocd/argocd-error.ts';
import type { Application } from '../sync/model/application.ts';
import { UserError } from '../user-error.ts';
import type { Wakeup } from '../async/wakeup.ts';
import { backoff } from '../async/backoff.ts';
import type { ChangeEvent, ChangeSource } from './change-source.ts';
import { Contact } from './contact.ts';
import { Outage } from './outage.ts';
import type { FollowPorts, FollowSettings } from './settings.ts';
import type { FollowState } from './follow-state.ts';

/**
 * Where one informer watches for many runs, they need not all ask an unreachable Argo CD so soon.
 */
const retry = { first: 500, most: 5_000, mostWatched: 60_000 };

/** Upper limit of the wait that a server asks for, in milliseconds. */
const longestRetryAfter = 60_000;

/** How long the server asked us to wait, in milliseconds. */
export function retryDelayFor(error: unknown): number {
  const asked = error instanceof ArgoCDError ? (error.retryAfter ?? 0) : 0;
  return Math.min(asked, longestRetryAfter);
}

/**
 * Polls the application, independently of everything else: a server that hangs must not block the
 * messages of the stream. Retries through outages, and knows when polling is pointless.
 */
export class ApplicationPoller {
  readonly #settings: FollowSettings;
  readonly #ports: FollowPorts;
  readonly #followState: FollowState;
  readonly #changes: ChangeSource;
  readonly #wakeup: Wakeup;
  readonly #startedAt: number;
  #isLooking = false;
  #lookedAt = -Infinity;
  /** The numbers of the last looks that were started, answered and demanded. */
  #begun = 0;
  #answered = 0;
  #demanded = 0;
  #notBefore = -Infinity;
  #failures = 0;
  readonly #outage: Outage;
  #bug: unknown;
  #fatal: UserError | undefined;
  /** The application does not exist yet, and is waited for: why we think so. */
  missing: string | undefined;
  /** A sentence that Argo CD cannot be reached or returns an error, with the last reason. */
  away: string | undefined;

  constructor(
    settings: FollowSettings,
    ports: FollowPorts,
    followState: FollowState,
    changes: ChangeSource,
    wakeup: Wakeup,
  ) {
    this.#settings = settings;
    this.#ports = ports;
    this.#followState = followState;
    this.#changes = changes;
    this.#wakeup = wakeup;
    const now = ports.clock.now();
    this.#startedAt = now;
    const contact = ports.contact ?? new Contact(now);
    const { startedAt = now, deadline } = settings;
    this.#outage = new Outage(ports.clock, contact, { startedAt, deadline });
  }

  /** Why polling has ended: the fatal result of a look, or that none was ever answered. */
  get fatal(): UserError | undefined {
    return this.#fatal ?? this.#outage.unreached;
  }

  /** Why Argo CD was not reached, if it never was; for a run that timed out. */
  get neverReached(): UserError | undefined {
    return this.#outage.neverReached;
  }

  /** When to give up if it has never answered; local milliseconds. */
  get contactDue(): number {
    return this.#outage.due;
  }

  /** Whether an answer is still to come. */
  get isLooking(): boolean {
    return this.#isLooking;
  }

  /** When the next look is due; never while one is running. Local milliseconds. */
  get due(): number {
    if (this.#isLooking) return Infinity;
    const isDemanded = this.#begun < this.#demanded;
    return Math.max(isDemanded ? -Infinity : this.#lookedAt + this.#interval(), this.#notBefore);
  }

  /** Begins a look if one is due. Throws an earlier bug of ours. */
  lookIfDue(): void {
    if (this.#bug !== undefined) throw this.#bug as Error;
    if (this.#ports.clock.now() >= this.due) this.#look();
  }

  /**
   * Listens for changes of the application; `changed` is called for those that the loop must see at
   * once. Returns the function that ends that.
   */
  listen(changed: () => void): () => void {
    return this.#changes.listen(this.#settings.address.name, (event) => {
      const heard = this.#hear(event);
      if (heard === 'look') {
        // There is something new to see: an outage is over.
        this.#notBefore = -Infinity;
        this.demand();
      }
      if (heard !== 'ignored') changed();
    });
  }

  #hear(event: ChangeEvent): ReturnType<FollowState['hear']> | 'broken' {
    if (event === 'broken') return event;
    if (event === 'changed') return 'look';
    const isAwaited = this.missing !== undefined && event.type === 'ADDED';
    return isAwaited ? 'look' : this.#followState.hear(event);
  }

  /** Demands a new look, as soon as possible. Returns its number. */
  demand(): number {
    this.#demanded = this.#begun + 1;
    return this.#demanded;
  }

  /** Whether the look of this number was answered, or a later one. */
  hasAnswered(look: number): boolean {
    return this.#answered >= look;
  }

  /** Ends the following with a bug of ours, which `lookIfDue` then throws. */
  breakOff(error: unknown): void {
    this.#bug = error;
    this.#wakeup.wake();
  }

  #interval(): number {
    const { aliveSince, polling } = this.#changes;
    // Changes before the stream was open were not reported: one look shows them.
    if (aliveSince !== undefined && this.#followState.toldAt >= aliveSince) return polling.alive;
    const age = this.#ports.clock.now() - this.#startedAt;
    const { dead, deadLater } = polling;
    return age < 60_000 ? dead : Math.min(deadLater, Math.max(dead, age / 20));
  }

  #look(): void {
    const lookedAt = this.#ports.clock.now();
    this.#lookedAt = lookedAt;
    this.#begun += 1;
    this.#isLooking = true;
    const look = this.#begun;
    void this.#read()
      .then(
        (application) => {
          this.#followState.take(application);
          this.#followState.update({ lookedAt });
          this.#answered = look;
          this.#isBack();
        },
        (error: unknown) => this.failed(error),
      )
      .catch((error: unknown) => {
        this.#bug = error;
      })
      .finally(() => {
        this.#isLooking = false;
        this.#wakeup.wake();
      });
  }

  /**
   * An application that is not in the given AppProject may have moved to another one, which only a
   * request without a project shows. If it has another `uid`, it was recreated.
   */
  async #read(): Promise<Application> {
    const { argocd, signal } = this.#ports;
    const { address } = this.#settings;
    const { project } = address;
    try {
      return await argocd.get(address, { signal });
    } catch (error) {
      const isGone = error instanceof ArgoCDError && error.failure === 'not-found';
      if (!isGone || !this.#isSeen || project === '') throw error;
      return await argocd.get({ ...address, project: '' }, { signal }).catch((second: unknown) => {
        throw isRefusal(second) ? error : second;
      });
    }
  }

  /** Records that a call failed because of the address, the token or the server. */
  failed(error: unknown): void {
    const { clock, signal, random } = this.#ports;
    if (signal.aborted) return;
    const { name, project } = this.#settings.address;
    if (this.#followState.isDeleted && isRefusal(error)) return this.#isMissing('');
    const judged = this.#outage.failed(error, { name, project, isSeen: this.#isSeen });
    this.#failures += 1;
    const { first, most, mostWatched } = retry;
    // An error that may end the run is retried without the long pause.
    const isSpared = this.#ports.changes !== undefined && judged.kind === 'away';
    const pause = backoff(this.#failures, { first, most: isSpared ? mostWatched : most }, random);
    this.#notBefore = clock.now() + Math.max(pause, retryDelayFor(error));
    switch (judged.kind) {
      case 'fatal':
        this.#fatal = judged.error;
        return;
      case 'missing':
        this.#isMissing(judged.reason);
        return;
      case 'away':
      case 'unknown':
        this.away =
          judged.kind === 'away'
            ? `Argo CD cannot be reached: ${judged.reason}`
            : `Argo CD returns an error: ${judged.reason}`;
        // As soon as the pause is over, regardless of the polling interval.
        this.demand();
        if (judged.notice !== undefined) this.#notice('warning', judged.notice);
    }
  }

  /** Whether the application was seen, by us or by the process before. */
  get #isSeen(): boolean {
    return this.#followState.memory.uid !== undefined;
  }

  #isMissing(reason: string): void {
    if (this.#isSeen) {
      this.#fatal = new UserError(
        'The application was deleted during the wait',
        'The requested change was lost with it. An application that was moved to an AppProject that the token cannot read looks the same.',
      );
    } else if (this.#settings.goal.ifMissing === 'fail') {
      this.#fatal = new UserError(
        reason,
        'Check the name and the project. If it has yet to be created, set ifMissing: wait.',
      );
    } else {
      this.missing = reason;
      this.away = undefined;
      // It is a response: Argo CD is reachable, and needs no backoff.
      this.#failures = 0;
    }
  }

  #isBack(): void {
    this.#failures = 0;
    this.missing = undefined;
    this.away = undefined;
    this.#notBefore = -Infinity;
    const seconds = this.#outage.answered();
    if (seconds !== undefined) this.#notice('info', `Argo CD responds again after ${seconds} s`);
  }

  #notice(level: 'info' | 'warning', message: string): void {
    this.#ports.tell({ kind: 'notice', application: this.#settings.address, level, message });
  }
}

/** Argo CD's ways to say that there is no application that the token may read. */
function isRefusal(error: unknown): boolean {
  return (
    error instanceof ArgoCDError && (error.failure === 'not-found' || error.failure === 'hidden')
  );
}
