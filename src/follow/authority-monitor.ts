import type { Authority } from './authority.ts';

/** What an `AuthorityMonitor` tells when an answer to its question comes. */
export interface AuthorityEvents {
  readonly answered: () => void;
  /** Nothing can be proven any more: the process ends, or it is a bug of ours. */
  readonly broken: (error: unknown) => void;
}

/**
 * Whether a run may still change something. States: proven; asking, since the proof is too old,
 * until the answer comes; over, for good: the answer was that Azure DevOps has ended the run.
 */
export class AuthorityMonitor {
  readonly #authority: Authority | undefined;
  readonly #events: AuthorityEvents;
  #isAsking = false;
  /** Why the run is over for whoever asked for it. */
  over: string | undefined;

  /** Where there is no authority, nothing needs to be proven. */
  constructor(authority: Authority | undefined, events: AuthorityEvents) {
    this.#authority = authority;
    this.#events = events;
  }

  /** Whether something may be changed right now. Otherwise the answer is on its way. */
  isProven(): boolean {
    if (this.#authority === undefined) return true;
    if (this.over === undefined && this.#authority.isProven) return true;
    if (!this.#isAsking) void this.#ask(this.#authority);
    return false;
  }

  async #ask(authority: Authority): Promise<void> {
    this.#isAsking = true;
    try {
      this.over ??= await authority.renew();
      this.#events.answered();
    } catch (error) {
      this.#events.broken(error);
    } finally {
      this.#isAsking = false;
    }
  }
}
