import { printName, type ApplicationName } from '../../sync/model/application.ts';
import type { Listing } from '../../sync/model/application-summary.ts';
import type { ApplicationMemory, EventStore } from '../store/event-store.ts';
import type { Wanted } from './application-reader.ts';
import type { EventRecorder } from './event-recorder.ts';
import type { WatchedArgoCD } from './follow-up-ports.ts';
import type { SeenApplications } from './seen-applications.ts';

/** What is asked about applications that are gone, and who is told. */
export interface GoneApplicationsPorts {
  readonly argocd: string;
  readonly store: Pick<EventStore, 'eventMemory' | 'eventMemories'>;
  readonly recorder: Pick<EventRecorder, 'recordAbsence' | 'forget'>;
  readonly seen: Pick<SeenApplications, 'find'>;
  /** Reads one by itself. */
  readonly want: (wanted: Wanted) => void;
}

const page = 200;

/**
 * Finds the applications that went while nobody was looking, and tells that they are gone: but only
 * where Argo CD says so of each by itself, as a list leaves out what a token may not see; not of one
 * whose name another has by now, as to people it is there; and not on another server.
 */
export class GoneApplications {
  readonly #ports: GoneApplicationsPorts;

  constructor(ports: GoneApplicationsPorts) {
    this.#ports = ports;
  }

  /** Has those read that are known and not in the list. Rejects with the store's errors alone. */
  async seek(listings: readonly Listing[]): Promise<void> {
    const { argocd, recorder, seen, want } = this.#ports;
    const there = new Set(listings.map(printName));
    for await (const { uid, about } of this.#memories()) {
      if (about?.argocd !== argocd) continue;
      if (!there.has(printName(about))) want(about);
      else if ((seen.find(about)?.uid ?? uid) !== uid) await recorder.forget(uid);
    }
  }

  /** Argo CD says that there is none of this name. Rejects with the store's errors alone. */
  async tell(name: Required<ApplicationName>, server: WatchedArgoCD): Promise<readonly string[]> {
    const { argocd, recorder } = this.#ports;
    const uids: string[] = [];
    for (const memory of await this.#memoriesOf(name)) {
      uids.push(memory.uid);
      // Another server has never had it: that tells nothing.
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
