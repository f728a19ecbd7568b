import { ArgoCDError } from '../argocd/argocd-error.ts';
import { UserError } from '../sync/user-error.ts';
import type { Alarm } from './alarm.ts';
import { backoff } from './backoff.ts';
import type { News } from './news.ts';
import { judgeLook } from './outage.ts';
import type { FollowPorts, FollowSettings } from './settings.ts';
import type { Subject } from './subject.ts';

/** Where somebody watches for many, they need not all ask an Argo CD that is away so soon. */
const retry = { first: 500, most: 5_000, mostWatched: 60_000 };

/** However long a server asks us to wait, we look again after a minute. */
const longestPatience = 60_000;

/** How long the server asked us to wait, in milliseconds. */
export function patienceFor(error: unknown): number {
  const asked = error instanceof ArgoCDError ? (error.retryAfter ?? 0) : 0;
  return Math.min(asked, longestPatience);
}

/**
 * Reads the application again and again, beside everything else: a server that hangs must not deafen
 * us to the stream. Rides out outages, and knows when looking on is of no use.
 */
export class Lookout {
  readonly #settings: FollowSettings;
  readonly #ports: FollowPorts;
  readonly #subject: Subject;
  readonly #news: News;
  readonly #alarm: Alarm;
  readonly #startedAt: number;
  #isLooking = false;
  #lookedAt = -Infinity;
  /** Looks are counted: the last one that was begun, that was answered, and that is wanted. */
  #begun = 0;
  #answered = 0;
  #demanded = 0;
  #notBefore = -Infinity;
  #failures = 0;
  #awaySince: number | undefined;
  #bug: unknown;
  /** Why nothing more can be learned. */
  fatal: UserError | undefined;
  /** The application does not exist yet, and is waited for: why we think so. */
  missing: string | undefined;
  /** Argo CD does not answer: the last reason. */
  away: string | undefined;

  constructor(
    settings: FollowSettings,
    ports: FollowPorts,
    subject: Subject,
    news: News,
    alarm: Alarm,
  ) {
    this.#settings = settings;
    this.#ports = ports;
    this.#subject = subject;
    this.#news = news;
    this.#alarm = alarm;
    this.#startedAt = ports.clock.now();
  }

  /** Whether an answer is still to come. */
  get isLooking(): boolean {
    return this.#isLooking;
  }

  /** When the next look is due; never while one is on. Local milliseconds. */
  get due(): number {
    if (this.#isLooking) return Infinity;
    const isDemanded = this.#begun < this.#demanded;
    return Math.max(isDemanded ? -Infinity : this.#lookedAt + this.#interval(), this.#notBefore);
  }

  /** Begins a look if one is due. Throws what went wrong that is a bug of ours. */
  lookIfDue(): void {
    if (this.#bug !== undefined) throw this.#bug as Error;
    if (this.#ports.clock.now() >= this.due) this.#look();
  }

  /** There is something new to see: an outage is over. */
  hearOfNews(): void {
    this.#notBefore = -Infinity;
    this.demand();
  }

  /** Wants a look that is begun from now on, as soon as may be. Returns its number. */
  demand(): number {
    this.#demanded = this.#begun + 1;
    return this.#demanded;
  }

  /** Whether the look of this number was answered, or a later one. */
  hasAnswered(look: number): boolean {
    return this.#answered >= look;
  }

  /** Ends the following with a bug of ours, which `lookIfDue` throws. */
  breakOff(error: unknown): void {
    this.#bug = error;
    this.#alarm.ring();
  }

  #interval(): number {
    const { aliveSince, polling } = this.#news;
    // Before the stream was open, changes went untold: one look shows them.
    if (aliveSince !== undefined && this.#subject.toldAt >= aliveSince) return polling.alive;
    const age = this.#ports.clock.now() - this.#startedAt;
    const { dead, deadLater } = polling;
    return age < 60_000 ? dead : Math.min(deadLater, Math.max(dead, age / 20));
  }

  #look(): void {
    const { argocd, clock, signal } = this.#ports;
    this.#lookedAt = clock.now();
    this.#begun += 1;
    this.#isLooking = true;
    const look = this.#begun;
    void argocd
      .get(this.#settings.address, { signal })
      .then(
        (application) => {
          this.#subject.take(application);
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
        this.#alarm.ring();
      });
  }

  /** Takes in that a call failed for a reason of the address, the token or the server. */
  failed(error: unknown): void {
    const { clock, signal, random } = this.#ports;
    if (signal.aborted) return;
    const { address } = this.#settings;
    const seen = this.#subject.application !== undefined;
    const failed = judgeLook(error, address.name, address.project, seen);
    this.#failures += 1;
    const { first, most, mostWatched } = retry;
    const isWatched = this.#ports.news !== undefined;
    const pause = backoff(this.#failures, { first, most: isWatched ? mostWatched : most }, random);
    this.#notBefore = clock.now() + Math.max(pause, patienceFor(error));
    switch (failed.kind) {
      case 'fatal':
        this.fatal = failed.error;
        return;
      case 'missing':
        this.#isMissing(failed.reason, seen);
        return;
      case 'away':
        this.away = failed.reason;
        // As soon as the pause is over, however long followers may look away otherwise.
        this.demand();
        if (this.#awaySince !== undefined) return;
        this.#awaySince = clock.now();
        this.#notice('warning', `Argo CD cannot be reached; trying on. ${failed.reason}`);
    }
  }

  #isMissing(reason: string, seen: boolean): void {
    if (seen) {
      this.fatal = new UserError(
        'The application was deleted while we waited',
        'What was asked of it is gone with it.',
      );
    } else if (this.#settings.goal.ifMissing === 'fail') {
      this.fatal = new UserError(
        reason,
        'Check the name and the project. If it is still to be made, choose ifMissing: wait.',
      );
    } else {
      this.missing = reason;
      // It is an answer: Argo CD is there, and need not be spared.
      this.#failures = 0;
    }
  }

  #isBack(): void {
    this.#failures = 0;
    this.missing = undefined;
    this.away = undefined;
    this.#notBefore = -Infinity;
    if (this.#awaySince === undefined) return;
    const seconds = Math.round((this.#ports.clock.now() - this.#awaySince) / 1000);
    this.#awaySince = undefined;
    this.#notice('info', `Argo CD answers again, after ${seconds} s`);
  }

  #notice(level: 'info' | 'warning', message: string): void {
    this.#ports.tell({ kind: 'notice', application: this.#settings.address, level, message });
  }
}
