import type { FollowPorts, FollowSettings } from './settings.ts';

/** Milliseconds for which a state must last before a person is told. */
const calm = 2_000;

/** Tells people what a follower waits for, and remembers it for a run whose time is up. */
export class StatusReporter {
  readonly #settings: Pick<FollowSettings, 'address'>;
  readonly #ports: Pick<FollowPorts, 'clock' | 'tell'>;
  #message = '';
  /** Since when it is so; local milliseconds. */
  #since = 0;
  #isTold = true;

  constructor(
    settings: Pick<FollowSettings, 'address'>,
    ports: Pick<FollowPorts, 'clock' | 'tell'>,
  ) {
    this.#settings = settings;
    this.#ports = ports;
  }

  /** What was said last, told or not. */
  get message(): string {
    return this.#message;
  }

  /** When what was said is to be told, if it lasts; local milliseconds. Infinity: it is told. */
  get dueAt(): number {
    return this.#isTold ? Infinity : this.#since + calm;
  }

  /**
   * Says what is being waited for: it is told once it has lasted a little, since what is over at once
   * need not be told. `inSteps`: the steps have told it already.
   */
  say(message: string, inSteps = false): void {
    const now = this.#ports.clock.now();
    if (message !== this.#message) {
      this.#message = message;
      this.#since = now;
      this.#isTold = inSteps;
    }
    if (now >= this.dueAt) this.tell(message);
  }

  /** Tells it at once. */
  tell(message: string): void {
    this.#message = message;
    this.#since = this.#ports.clock.now();
    this.#isTold = true;
    this.#ports.tell({ kind: 'status', application: this.#settings.address, message });
  }
}
