import { ArgoCDError } from '../../argocd/argocd-error.ts';
import type { SummaryEvent } from '../../argocd/port.ts';
import type { Clock } from '../../async/clock.ts';
import { longestDirectWait } from '../../inputs/direct-definitions.ts';
import type { Application, ApplicationName } from '../../sync/model/application.ts';
import { printName } from '../../sync/model/application.ts';
import type { ApplicationSummary, Listing } from '../../sync/model/application-summary.ts';
import type { ApplicationObserver } from './application-informer.ts';

/** Accepts the runs that an application announces (`runs/intake/announced-runs.ts`). */
export interface AnnouncementPorts {
  /** Whether anybody here may accept announced runs of this Argo CD. */
  readonly isWanted: () => boolean;
  /** Whether runs can be accepted yet: those of the previous process must be known. */
  readonly isReady: () => boolean;
  readonly look: (application: Application) => Promise<void>;
  /** Requests a read of an application soon. */
  readonly later: (name: Required<ApplicationName>) => void;
  /** A message made the read unnecessary. */
  readonly drop: (name: Required<ApplicationName>) => void;
  readonly clock: Clock;
  /** Called with bugs. */
  readonly onFault: (error: unknown) => void;
}

/**
 * Passes on those applications of one Argo CD whose operation names a run. Only the stream shows operations,
 * so applications that only a list has shown are read.
 */
export class AnnouncementWatch implements ApplicationObserver {
  readonly #ports: AnnouncementPorts;
  /** The last operation seen of each application. */
  readonly #seen = new Map<string, string>();

  constructor(ports: AnnouncementPorts) {
    this.#ports = ports;
  }

  async heard({ type, summary, read }: SummaryEvent): Promise<void> {
    const { isWanted, isReady, look, later, drop, onFault } = this.#ports;
    const key = printName(summary);
    drop(summary);
    if (type === 'DELETED') {
      this.#seen.delete(key);
      return;
    }
    this.#seen.set(key, signOf(summary));
    if (summary.announces !== true || !isWanted()) return;
    if (!isReady()) return later(summary);
    try {
      await look(await read());
    } catch (error) {
      // An operation that cannot be read names no run that could be followed.
      if (!(error instanceof ArgoCDError)) onFault(error);
    }
  }

  listed(listings: readonly Listing[]): Promise<void> {
    const { isWanted, later, clock } = this.#ports;
    if (!isWanted()) return Promise.resolve();
    const from = clock.now() - longestDirectWait;
    for (const listing of listings) {
      const [key, sign] = [printName(listing), signOf(listing)];
      if (this.#seen.get(key) === sign) continue;
      this.#seen.set(key, sign);
      const { isPending, last } = listing;
      if (isPending || (last?.finishedAt ?? last?.startedAt ?? 0) > from) later(listing);
    }
    return Promise.resolve();
  }
}

/** Passes everything to several observers, one after the other. */
export function observedBy(observers: readonly ApplicationObserver[]): ApplicationObserver {
  return {
    heard: async (event) => {
      for (const observer of observers) await observer.heard(event);
    },
    listed: async (listings, askedAt) => {
      for (const observer of observers) await observer.listed(listings, askedAt);
    },
  };
}

function signOf({ isPending, last }: ApplicationSummary | Listing): string {
  return `${isPending} ${last?.startedAt}`;
}
