import { printName, type ApplicationName } from '../../sync/model/application.ts';
import { calmSince, hydrationOf, traitsOf } from '../../sync/model/application-summary.ts';
import type { ApplicationSummary, Listing } from '../../sync/model/application-summary.ts';
import { isOlder } from '../../sync/model/resource-version.ts';

/** What is known of one application. Times are local milliseconds. */
export interface CachedApplication extends Required<ApplicationName> {
  /** Absent until Argo CD has reported the whole application: a list shows too little. */
  readonly summary: ApplicationSummary | undefined;
  /** Absent if only a list without projects has shown it. */
  readonly project: string | undefined;
  /** The traits that were last reported. */
  readonly traits: string;
  readonly revision: string | undefined;
  readonly hydration: string | undefined;
  /** Since when the traits have been the same. */
  readonly steadySince: number;
  /** The traits were different before, so Argo CD's times prove nothing. */
  readonly wasOtherwise: boolean;
  /** When this was last known to be true, according to Argo CD's cache. */
  readonly confirmedAt: number;
  /** A list showed that the summary is out of date. */
  readonly isStale: boolean;
}

/** Comparing an application with its entry in a list costs about this many simple comparisons. */
const stepsOfListing = 10;

/** The applications of one Argo CD as last reported by its stream and its lists. */
export class SummaryCache {
  readonly #byName = new Map<string, CachedApplication>();
  /** Incremented by `clear`, so that a list from before it is ignored. */
  #clearings = 0;

  get size(): number {
    return this.#byName.size;
  }

  find(name: Required<ApplicationName>): CachedApplication | undefined {
    return this.#byName.get(printName(name));
  }

  /** Takes a report of an application, unless something newer is known. */
  take(summary: ApplicationSummary, at: number): void {
    const known = this.find(summary);
    const before = known?.summary;
    const isSameOne = before === undefined || before.uid === summary.uid;
    if (before !== undefined && isSameOne && isOlder(summary, before)) return;
    const { name, namespace, project } = summary;
    const traits = traitsOf(summary);
    const isSteady = known === undefined || (isSameOne && known.traits === traits);
    const wasOtherwise = known?.wasOtherwise === true || !isSteady;
    const seenSince = isSteady ? (known?.steadySince ?? at) : at;
    const steadySince = wasOtherwise
      ? seenSince
      : Math.min(seenSince, calmSince(summary) ?? seenSince);
    this.#byName.set(printName(summary), {
      ...{ name, namespace, project, summary, traits, steadySince, wasOtherwise },
      revision: summary.sync.revisions[0],
      hydration: hydrationOf(summary.hydrator),
      confirmedAt: at,
      isStale: false,
    });
  }

  /** Forgets a deleted application. One that was recreated under the same name stays. */
  remove(gone: ApplicationSummary): void {
    const known = this.find(gone)?.summary;
    if (known === undefined || known.uid === gone.uid) this.#byName.delete(printName(gone));
  }

  /**
   * Compares with a list that was requested and received at these times, and returns the applications that
   * differ: changed, new or gone. What was reported after the request is newer. Yields the number of steps
   * since the last yield, since there may be ten thousand applications.
   */
  *compare(
    listings: readonly Listing[],
    askedAt: number,
    cameAt: number,
  ): Generator<number, readonly CachedApplication[]> {
    const clearings = this.#clearings;
    const listed = new Set<string>();
    const changed: CachedApplication[] = [];
    for (const listing of listings) {
      const name = printName(listing);
      listed.add(name);
      yield stepsOfListing;
      if (this.#clearings !== clearings) return [];
      const known = this.#byName.get(name);
      if (known !== undefined && known.confirmedAt >= askedAt) continue;
      const now = compared(known, listing, askedAt, cameAt);
      this.#byName.set(name, now.known);
      if (now.isChanged) changed.push(now.known);
    }
    for (const [name, known] of this.#byName) {
      yield stepsOfListing;
      if (this.#clearings !== clearings) return [];
      if (listed.has(name) || known.confirmedAt >= askedAt) continue;
      this.#byName.delete(name);
      changed.push(known);
    }
    return changed;
  }

  /** Forgets everything. */
  clear(): void {
    this.#clearings += 1;
    this.#byName.clear();
  }
}

function compared(
  known: CachedApplication | undefined,
  listing: Listing,
  askedAt: number,
  cameAt: number,
): { readonly known: CachedApplication; readonly isChanged: boolean } {
  const { name, namespace, sync } = listing;
  const traits = traitsOf(listing);
  // Without a revision, this version of Argo CD does not report it, or there are several.
  const revision = sync.revision ?? known?.revision;
  // Gates for hydrated applications depend on this, and nothing else shows a failed hydration.
  const hydration = listing.hydration ?? known?.hydration;
  const isSteady = known?.traits === traits;
  const isChanged =
    known === undefined ||
    !isSteady ||
    known.revision !== revision ||
    known.hydration !== hydration;
  const isStale = isChanged || known.isStale;
  return {
    isChanged,
    known: {
      ...{ name, namespace, traits, revision, hydration, isStale, confirmedAt: askedAt },
      summary: known?.summary,
      project: listing.project ?? known?.project,
      steadySince: known !== undefined && isSteady ? known.steadySince : cameAt,
      wasOtherwise: known !== undefined && (known.wasOtherwise || !isSteady),
    },
  };
}
