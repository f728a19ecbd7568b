import { ByOrganization } from './by-organization.ts';

/**
 * How far the clocks of organizations are from ours. Runs are searched by the time at which Azure DevOps
 * queued them: with a clock of ours that is ahead, a run would seem older than its own request.
 */
export class ServerClocks {
  readonly #now: () => number;
  readonly #offsets = new ByOrganization<number>();

  /** `now`: milliseconds since the epoch, by our clock. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Azure's time minus ours, by its last answer, in milliseconds; 0 before the first one. */
  offsetOf(organization: string): number {
    return this.#offsets.get(organization) ?? 0;
  }

  /** Records the time of an answer that has just arrived, by the server's clock. */
  note(organization: string, date: number | undefined): void {
    if (date !== undefined) this.#offsets.set(organization, date - this.#now());
  }
}
