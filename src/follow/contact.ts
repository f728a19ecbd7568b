/**
 * How long to retry a server that has never answered before its address counts as wrong, in
 * milliseconds.
 */
const firstContactWithin = 120_000;

/**
 * Whether an Argo CD has ever answered: a failure before that is most likely a wrong address, and
 * one after it is an outage. Once made, contact stays made.
 */
export class Contact {
  readonly #since: number;
  readonly #onMade: () => void;
  #isMade: boolean;

  /**
   * `since`: when it was first asked, local milliseconds. `isMade`: it has answered before.
   * `onMade` is called at the first answer.
   */
  constructor(since: number, isMade = false, onMade: () => void = () => undefined) {
    this.#since = since;
    this.#isMade = isMade;
    this.#onMade = onMade;
  }

  get isMade(): boolean {
    return this.#isMade;
  }

  /** Argo CD answered. */
  make(): void {
    if (this.#isMade) return;
    this.#isMade = true;
    this.#onMade();
  }

  /** Until when a run that began at `startedAt` waits for the first answer; local milliseconds. */
  dueFor(startedAt: number): number {
    return Math.max(startedAt, this.#since) + firstContactWithin;
  }
}
