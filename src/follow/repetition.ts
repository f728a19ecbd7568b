import { backoff } from './backoff.ts';
import { patienceFor } from './lookout.ts';
import type { Lookout } from './lookout.ts';
import type { FollowPorts } from './settings.ts';

const pauses = { first: 500, most: 10_000 };

/**
 * When a change that failed may be made again: after a pause, and never blindly, since what came of
 * the last try may show only in a look that was begun after the rules wanted it again.
 */
export class Repetition {
  readonly #ports: Pick<FollowPorts, 'clock' | 'random'>;
  readonly #lookout: Lookout;
  #failures = 0;
  #notBefore = -Infinity;
  /** The look that must be answered before. */
  #needed: number | undefined;

  constructor(ports: Pick<FollowPorts, 'clock' | 'random'>, lookout: Lookout) {
    this.#ports = ports;
    this.#lookout = lookout;
  }

  /** Whether a change may be made now; asks for the look that it still needs. */
  mayAct(): boolean {
    if (this.#failures === 0) return true;
    this.#needed ??= this.#lookout.demand();
    return this.pauseEnd === undefined && this.#lookout.hasAnswered(this.#needed);
  }

  /** When the pause is over, in local milliseconds; undefined when it is. */
  get pauseEnd(): number | undefined {
    return this.#ports.clock.now() < this.#notBefore ? this.#notBefore : undefined;
  }

  /** The rules want something else, or it is being made: what was looked for is of no use any more. */
  forget(): void {
    this.#needed = undefined;
  }

  succeeded(): void {
    this.#failures = 0;
  }

  failed(error: unknown): void {
    const { clock, random } = this.#ports;
    this.#failures += 1;
    const pause = backoff(this.#failures, pauses, random);
    this.#notBefore = clock.now() + Math.max(pause, patienceFor(error));
    // What is known may be older than the answer.
    this.#lookout.demand();
  }
}
