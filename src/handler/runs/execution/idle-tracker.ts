import type { Clock } from '../../../async/clock.ts';
import type { Activity } from '../../../follow/settings.ts';

/**
 * Tracks when a run only waits: it is idle while none of its followers is busy and at least one is
 * not over; otherwise, it is busy.
 */
export class IdleTracker {
  readonly #clock: Clock;
  readonly #until = new Map<string, number | undefined>();
  readonly #deaf = new Set<string>();
  #since: number | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Records the activity of an application's follower. */
  note(path: string, activity: Activity): void {
    this.#deaf.delete(path);
    switch (activity.kind) {
      case 'busy':
        this.#until.set(path, undefined);
        break;
      case 'idle':
        this.#until.set(path, activity.until);
        if (activity.isDeaf) this.#deaf.add(path);
        break;
      case 'over':
        this.#until.delete(path);
    }
    const isIdle = this.#until.size > 0 && ![...this.#until.values()].includes(undefined);
    if (!isIdle) this.#since = undefined;
    else this.#since ??= this.#clock.now();
  }

  /** Since when the run has been idle; undefined while it is not. */
  get since(): number | undefined {
    return this.#since;
  }

  /** When the first of the waits ends without an event. */
  get until(): number {
    return Math.min(...[...this.#until.values()].map((until) => until ?? -Infinity));
  }

  /** The names of the applications whose changes end the wait. */
  get names(): readonly string[] {
    const heard = [...this.#until.keys()].filter((path) => !this.#deaf.has(path));
    const lasts = heard.map((path) => path.split(/ > |\//).at(-1) ?? path);
    return [...new Set(lasts)];
  }
}
