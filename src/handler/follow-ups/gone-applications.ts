import { printName, type ApplicationName } from '../../sync/model/application.ts';
import type { Listing } from '../../sync/model/application-summary.ts';
import type { ApplicationMemory, EventStore } from '../store/event-store.ts';
import type { ApplicationReference } from './application-reader.ts';
import type { EventRecorder } from './event-recorder.ts';
import type { WatchedArgoCD } from './follow-up-ports.ts';
import type { SeenApplications } from './seen-applications.ts';

/** What finding deleted applications needs. */
export interface GoneApplicationsPorts {
  readonly argocd: string;
  readonly store: Pick<EventStore, 'eventMemory' | 'eventMemories'>;
  readonly recorder: Pick<EventRecorder, 'recordAbsence' | 'forget'>;
  readonly seen: Pick<SeenApplications, 'find'>;
  /** Requests a read of one application. */
  readonly want: (wanted: ApplicationReference) => void;
}

const page = 200;

/**
 * Finds applications that were deleted while nobody watched, and records that. To be certain, it asks Argo CD
 * for each of them, since a list leaves out what the token may not see. If another application has the name,
 * the application still exists for people. The answer of another server proves nothing.
 */
export class GoneApplications {
  readonly #ports: GoneApplicationsPorts;

  constructor(ports: GoneApplicationsPorts) {
    this.#ports = ports;
  }

  /** Requests reads of known applications that the list lacks. Rejects only with errors of the store. */
  async seek(listings: readonly Listing[]): Promise<void> {
    const { argocd, recorder, seen, want } = this.#ports;
    const there = new Set(listings.map(printName));
    for await (const { uid, about } of this.#memories()) {
      if (about?.argocd !== argocd) continue;
      if (!there.has(printName(about))) want(about);
      else if ((seen.find(about)?.uid ?? uid) !== uid) await recorder.forget(uid);
    }
  }

  /**
   * Argo CD has no application of this name. Returns the `uid`s that had it. Rejects only with errors of the
   * store.
   */
  async tell(name: Required<ApplicationName>, server: WatchedArgoCD): Promise<readonly string[]> {
    const { argocd, recorder } = this.#ports;
    const uids: string[] = [];
    for (const memory of await this.#memoriesOf(name)) {
      uids.push(memory.uid);
      // Another server never had the application, so its answer means nothing.
      if (memory.about?.url !== server.url) await recorder.forget(memory.uid);
      else await recorder.recordAbsence(memory, { argocd, server, since: 0, isFirst: true });
    }
    return uids;
  }

  async #memoriesOf(name: Required<ApplicationName>): Promise<readonly ApplicationMemory[]> {
    const { argocd, store, seen } = this.#ports;
    const known = seen.find(name);
    if (known !== undefined) return [(await store.eventMemory(known.uid)) ?? []].flat();
    const printed = printName(name);
    const found: ApplicationMemory[] = [];
    for await (const memory of this.#memories()) {
      const { about } = memory;
      if (about?.argocd === argocd && printName(about) === printed) found.push(memory);
    }
    return found;
  }

  async *#memories(): AsyncGenerator<ApplicationMemory> {
    let after: string | undefined;
    for (;;) {
      const memories = await this.#ports.store.eventMemories(page, after);
      yield* memories;
      after = memories.at(-1)?.uid;
      if (memories.length < page) return;
    }
  }
}
