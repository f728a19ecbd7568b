/** How long a server that never answered is tried before that is no outage but a wrong address, ms. */
const firstContactWithin = 120_000;

/**
 * Whether an Argo CD has ever answered since somebody began to ask it: what fails before is most
 * likely a wrong address, and what fails after is an outage. Once made, it stays so.
 */
export class Contact {
  readonly #since: number;
  readonly #onMade: () => void;
  #isMade: boolean;

  /**
   * `since`: when it was first asked, local milliseconds. `isMade`: it has answered before that.
   * `onMade` is told of the first answer.
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

  /** Until when a run that began then waits for the first answer; local milliseconds. */
  dueFor(startedAt: number): number {
    return Math.max(startedAt, this.#since) + firstContactWithin;
  }
}
