import { ByOrganization } from './by-organization.ts';

/**
 * When an organization may be called again. Azure DevOps throttles callers near their limit: it delays
 * its answers, and says even in successful ones how long to wait (azure-devops.md §13.9). Callers that
 * do not wait are rejected, along with all others that use the same identity.
 */
export class Pace {
  readonly #now: () => number;
  readonly #until = new ByOrganization<number>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Milliseconds to wait; 0 if the organization may be called. */
  waitFor(organization: string): number {
    const wait = (this.#until.get(organization) ?? 0) - this.#now();
    if (wait <= 0) this.#until.delete(organization);
    return Math.max(0, wait);
  }

  /** Records that the server requested a wait; milliseconds. */
  note(organization: string, retryAfter: number | undefined): void {
    if (retryAfter === undefined || retryAfter === 0) return;
    const until = Math.max(this.#now() + retryAfter, this.#until.get(organization) ?? 0);
    this.#until.set(organization, until);
  }
}
