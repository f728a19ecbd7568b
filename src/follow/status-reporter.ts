import type { FollowPorts, FollowSettings } from './settings.ts';

/** How long a state must last before it is reported, in milliseconds. */
const calm = 2_000;

/** Reports what a follower waits for, and remembers it for a run that times out. */
export class StatusReporter {
  readonly #settings: Pick<FollowSettings, 'address'>;
  readonly #ports: Pick<FollowPorts, 'clock' | 'tell'>;
  #message = '';
  /** Since when; local milliseconds. */
  #since = 0;
  #isTold = true;

  constructor(
    settings: Pick<FollowSettings, 'address'>,
    ports: Pick<FollowPorts, 'clock' | 'tell'>,
  ) {
    this.#settings = settings;
    this.#ports = ports;
  }

  /** The latest message, reported or not. */
  get message(): string {
    return this.#message;
  }

  /**
   * When the latest message is to be reported, if it lasts; local milliseconds. Infinity: it was.
   */
  get dueAt(): number {
    return this.#isTold ? Infinity : this.#since + calm;
  }

  /**
   * Sets what is being waited for: it is reported once it has lasted a little, since what ends at
   * once need not be. `inSteps`: the steps show it already.
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

  /** Reports it at once. */
  tell(message: string): void {
    this.#message = message;
    this.#since = this.#ports.clock.now();
    this.#isTold = true;
    this.#ports.tell({ kind: 'status', application: this.#settings.address, message });
  }
}
