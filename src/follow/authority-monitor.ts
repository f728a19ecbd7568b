import type { Authority } from './authority.ts';

/** Callbacks for the response to a proof that an `AuthorityMonitor` requested. */
export interface AuthorityEvents {
  readonly answered: () => void;
  /** Nothing can be proven any more: the process is ending, or there is a bug of ours. */
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
  /** Why the run is over for its requester. */
  over: string | undefined;

  /** Without an authority, nothing needs to be proven. */
  constructor(authority: Authority | undefined, events: AuthorityEvents) {
    this.#authority = authority;
    this.#events = events;
  }

  /** Whether something may be changed right now. If not, a new proof has been requested. */
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
