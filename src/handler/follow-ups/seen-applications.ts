import { printName, type Application, type ApplicationName } from '../../sync/model/application.ts';
import type { ApplicationSummary, Listing } from '../../sync/model/application-summary.ts';
import { lookOf } from '../../sync/events/look.ts';
import type { Wanted } from './application-reader.ts';

/** An application as it was last told of. */
export interface Seen extends Pick<
  Application,
  'name' | 'namespace' | 'uid' | 'project' | 'resourceVersion'
> {
  /** As `lookOf` says it; empty where it has to be looked at again. */
  readonly look: string;
  readonly isCared: boolean;
  /** When it was told; local milliseconds. */
  readonly at: number;
}

const stepsOfListing = 10;

/** The applications of one Argo CD, as far as it matters whether something has happened to them. */
export class SeenApplications {
  readonly #byName = new Map<string, Seen>();

  /** How many somebody cares for. */
  get cared(): number {
    let count = 0;
    for (const { isCared } of this.#byName.values()) if (isCared) count += 1;
    return count;
  }

  find({ name, namespace }: Required<ApplicationName>): Seen | undefined {
    return this.#byName.get(printName({ name, namespace }));
  }

  keep(
    { name, namespace, uid, project, resourceVersion }: ApplicationSummary | Application,
    told: Pick<Seen, 'look' | 'isCared' | 'at'>,
  ): void {
    const seen = { name, namespace, uid, project, resourceVersion, ...told };
    this.#byName.set(printName({ name, namespace }), seen);
  }

  /** What was told of it did not come to anything: the next word of it counts as new. */
  doubt({ name, namespace }: Required<ApplicationName>): void {
    const printed = printName({ name, namespace });
    const seen = this.#byName.get(printed);
    if (seen !== undefined) this.#byName.set(printed, { ...seen, look: '' });
  }

  forget({ name, namespace }: Required<ApplicationName>): void {
    this.#byName.delete(printName({ name, namespace }));
  }

  clear(): void {
    this.#byName.clear();
  }

  all(): Iterable<Seen> {
    return this.#byName.values();
  }

  /**
   * The applications that a list shows otherwise than they were told: changed, new or gone. What was told
   * since it was asked for is newer. It yields how many steps it has made since it yielded last.
   */
  *unlike(listings: readonly Listing[], askedAt: number): Generator<number, readonly Wanted[]> {
    const there = new Set<string>();
    const found: Wanted[] = [];
    for (const listing of listings) {
      const { name, namespace } = listing;
      there.add(printName(listing));
      yield stepsOfListing;
      const seen = this.find(listing);
      if (seen !== undefined && (seen.at >= askedAt || seen.look === lookOf(listing))) continue;
      found.push({ name, namespace, project: listing.project ?? seen?.project ?? '' });
    }
    for (const [printed, { name, namespace, project, at }] of this.#byName) {
      yield stepsOfListing;
      if (!there.has(printed) && at < askedAt) found.push({ name, namespace, project });
    }
    return found;
  }
}
