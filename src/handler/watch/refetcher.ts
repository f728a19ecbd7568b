import { ArgoCDError } from '../../argocd/argocd-error.ts';
import type { Clock } from '../../async/clock.ts';
import { Semaphore } from '../../async/semaphore.ts';
import { printName, type ApplicationName } from '../../sync/model/application.ts';

/** How long an application is kept fresh after a gate asked for it, in milliseconds. */
const interestLasts = 30 * 60_000;
const atOnce = 4;

interface Interest {
  readonly name: Required<ApplicationName>;
  until: number;
  isReading: boolean;
  /** Why it could not be read; foreign text. */
  fault: string;
}

/** Reads single applications again that gates have asked for, in parallel with everything else. */
export class Refetcher {
  readonly #read: (name: Required<ApplicationName>) => Promise<void>;
  readonly #clock: Clock;
  readonly #semaphore = new Semaphore(atOnce);
  readonly #interests = new Map<string, Interest>();

  constructor(read: (name: Required<ApplicationName>) => Promise<void>, clock: Clock) {
    this.#read = read;
    this.#clock = clock;
  }

  /** The applications that gates have asked for recently. */
  wanted(): readonly Required<ApplicationName>[] {
    const now = this.#clock.now();
    for (const [key, { until }] of this.#interests) if (now >= until) this.#interests.delete(key);
    return [...this.#interests.values()].map(({ name }) => name);
  }

  /** Records that a gate asks for an application. */
  want({ name, namespace }: Required<ApplicationName>): void {
    const key = printName({ name, namespace });
    const until = this.#clock.now() + interestLasts;
    const interest = this.#interests.get(key);
    if (interest !== undefined) interest.until = until;
    else {
      const fresh = { name: { name, namespace }, until, isReading: false, fault: '' };
      this.#interests.set(key, fresh);
    }
  }

  /**
   * Starts to read a wanted application, unless that is in progress. Returns why the last read failed, or an
   * empty text: foreign text.
   */
  demand(name: ApplicationName): string {
    const interest = this.#interests.get(printName(name));
    if (interest === undefined) return '';
    void this.#readAgain(interest);
    return interest.fault;
  }

  async #readAgain(interest: Interest): Promise<void> {
    if (interest.isReading) return;
    interest.isReading = true;
    try {
      await this.#semaphore.run(() => this.#read(interest.name));
      interest.fault = '';
    } catch (error) {
      interest.fault = error instanceof ArgoCDError ? error.reason : String(error);
    }
    interest.isReading = false;
  }
}
