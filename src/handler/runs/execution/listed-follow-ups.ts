import type { Clock } from '../../../async/clock.ts';
import type { FollowedEnd, FollowObserver } from '../../../follow/follow-observer.ts';
import { withFollowUps, withoutOwn } from '../../../follow-ups/included-follow-ups.ts';
import { markerOf } from '../../../sync/model/operation.ts';
import type { FollowUpReport } from '../../../sync/model/follow-up-report.ts';
import type { RunFollowUps, RunOperation } from '../../follow-ups/run-follow-ups.ts';
import type { ApplicationResult, Progress } from '../../../sync/model/outcome.ts';

/** What listing a run's follow-ups needs. */
export interface ListedFollowUpsOptions {
  /** The run's own marker. */
  readonly marker: string;
  /** Name of its Argo CD instance. */
  readonly argocd: string;
  readonly followUps: Pick<RunFollowUps, 'started' | 'known'>;
  /** The run has requested some, so the list waits briefly for them. */
  readonly isAsked: boolean;
  readonly tell: (progress: Progress) => void;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** How long to wait for follow-ups, which are derived in parallel: tries, and milliseconds between them. */
const moment = { tries: 8, pause: 250 } as const;

/**
 * Lists the follow-ups of a run's own operation with its result, including those of rules that the run never
 * named. Some may be added after its end: they are on the status page.
 */
export class ListedFollowUps implements FollowObserver {
  readonly #options: ListedFollowUpsOptions;

  constructor(options: ListedFollowUpsOptions) {
    this.#options = options;
  }

  seen(): void {
    // The events are derived independently.
  }

  async ended({ result, application, operation }: FollowedEnd): Promise<ApplicationResult> {
    const { marker, argocd, isAsked } = this.#options;
    const isOwn = operation !== undefined && markerOf(operation.operation) === marker;
    if (application === undefined || !isOwn) return isAsked ? withoutOwn(result) : result;
    const followUps = await this.#read({ argocd, application, operation, marker });
    const { finishedAt, name, namespace } = result;
    const asked = { name, ...(namespace === undefined ? {} : { namespace }) };
    for (const followUp of followUps) {
      this.#options.tell({ kind: 'followUp', application: asked, followUp });
    }
    return withFollowUps(result, followUps, { isWaited: false, isKeptTrying: true, finishedAt });
  }

  async #read(about: RunOperation): Promise<readonly FollowUpReport[]> {
    const { followUps, isAsked, clock, signal } = this.#options;
    const { argocd, application, marker } = about;
    const which = { argocd, uid: application.uid };
    const read = () => (isAsked ? followUps.started(about) : followUps.known(which, marker));
    for (let left = isAsked ? moment.tries : 1; ; left -= 1) {
      // A list that cannot be read must not delay the end of a run.
      const found = await read().catch(() => []);
      const isKnown = found.every(({ state }) => state !== 'waiting');
      if (isKnown || left <= 1 || signal.aborted) return found;
      await clock.sleep(moment.pause, signal);
    }
  }
}
