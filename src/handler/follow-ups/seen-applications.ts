import { printName, type Application, type ApplicationName } from '../../sync/model/application.ts';
import type { ApplicationSummary, Listing } from '../../sync/model/application-summary.ts';
import { lookOf } from '../../sync/events/look.ts';
import type { ApplicationReference } from './application-reader.ts';

/** An application, as it was last seen. */
export interface SeenApplication extends Pick<
  Application,
  'name' | 'namespace' | 'uid' | 'project' | 'resourceVersion'
> {
  /** From `lookOf`; empty if the application must be looked at again. */
  readonly look: string;
  readonly isFollowed: boolean;
  /** When it was seen, in local milliseconds. */
  readonly at: number;
}

const stepsOfListing = 10;
const mostNamed = 20;

/** The applications of one Argo CD, with what shows whether something has happened to them. */
export class SeenApplications {
  readonly #byName = new Map<string, SeenApplication>();

  /** How many are followed. */
  get followed(): number {
    let count = 0;
    for (const { isFollowed } of this.#byName.values()) if (isFollowed) count += 1;
    return count;
  }

  find({ name, namespace }: Required<ApplicationName>): SeenApplication | undefined {
    return this.#byName.get(printName({ name, namespace }));
  }

  /** Those with this name, in any namespace; no more than people read. */
  named(name: string): readonly SeenApplication[] {
    const found: SeenApplication[] = [];
    for (const seen of this.#byName.values()) {
      if (seen.name === name) found.push(seen);
      if (found.length >= mostNamed) break;
    }
    return found;
  }

  keep(
    { name, namespace, uid, project, resourceVersion }: ApplicationSummary | Application,
    told: Pick<SeenApplication, 'look' | 'isFollowed' | 'at'>,
  ): void {
    const seen = { name, namespace, uid, project, resourceVersion, ...told };
    this.#byName.set(printName({ name, namespace }), seen);
  }

  /** Processing the last message failed: the next one counts as new. */
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

  all(): Iterable<SeenApplication> {
    return this.#byName.values();
  }

  /**
   * The applications that a list shows differently from how they were seen: changed, new or gone. What was
   * seen after `askedAt`, when the list was requested, is newer. Yields the number of steps since the last
   * yield.
   */
  *unlike(
    listings: readonly Listing[],
    askedAt: number,
  ): Generator<number, readonly ApplicationReference[]> {
    const there = new Set<string>();
    const found: ApplicationReference[] = [];
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
