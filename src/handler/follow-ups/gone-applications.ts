import { printName, type ApplicationName } from '../../sync/model/application.ts';
import type { Listing } from '../../sync/model/application-summary.ts';
import type { ApplicationMemory, EventStore, MemorySubject } from '../store/event-store.ts';
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
  /** Whether there is an instance of that name. */
  readonly isConfigured: (argocd: string) => boolean;
  /** Requests a read of one application. */
  readonly want: (wanted: ApplicationReference) => void;
}

const page = 200;

/** A memory that says of what it is. */
type NamedMemory = ApplicationMemory & { readonly about: MemorySubject };

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
  async seek(listings: readonly Listing[], server: WatchedArgoCD): Promise<void> {
    const { recorder, seen, want } = this.#ports;
    const there = new Set(listings.map(printName));
    for await (const memory of this.#ownMemories(server)) {
      const { uid, about } = memory;
      if (!there.has(printName(about))) want(about);
      else if ((seen.find(about)?.uid ?? uid) !== uid) await recorder.forget(memory);
    }
  }

  /**
   * Argo CD has no application of this name. Returns the `uid`s that had it. Rejects only with errors of the
   * store.
   */
  async tell(name: Required<ApplicationName>, server: WatchedArgoCD): Promise<readonly string[]> {
    const { argocd, recorder } = this.#ports;
    const uids: string[] = [];
    for (const memory of await this.#memoriesOf(name, server)) {
      uids.push(memory.uid);
      // Another server never had the application, so its answer means nothing.
      if (memory.about?.url !== server.url) await recorder.forget(memory);
      else await recorder.recordAbsence(memory, { argocd, server, since: 0, isFirst: true });
    }
    return uids;
  }

  async #memoriesOf(
    name: Required<ApplicationName>,
    server: WatchedArgoCD,
  ): Promise<readonly ApplicationMemory[]> {
    const { argocd, store, seen } = this.#ports;
    const known = seen.find(name);
    if (known !== undefined) {
      return [(await store.eventMemory({ argocd, uid: known.uid })) ?? []].flat();
    }
    const printed = printName(name);
    const found: ApplicationMemory[] = [];
    for await (const memory of this.#ownMemories(server)) {
      if (printName(memory.about) === printed) found.push(memory);
    }
    return found;
  }

  /** Those of the instance, and what an earlier name of the same server has left. */
  async *#ownMemories({ url }: WatchedArgoCD): AsyncGenerator<NamedMemory> {
    const { argocd, store, isConfigured } = this.#ports;
    let after: ApplicationMemory | undefined;
    for (;;) {
      const memories = await store.eventMemories(page, after);
      for (const memory of memories) {
        const { about } = memory;
        if (about === undefined) continue;
        const isOwn = memory.argocd === argocd;
        const isLeft = about.url === url && !isConfigured(memory.argocd);
        if (isOwn || isLeft) yield { ...memory, about };
      }
      after = memories.at(-1);
      if (memories.length < page) return;
    }
  }
}
