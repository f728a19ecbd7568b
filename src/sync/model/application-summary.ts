import type { Application, ApplicationName, HealthStatus } from './application.ts';
import type { Hydrator } from './hydrator.ts';
import type { OperationState } from './operation.ts';
import { isEnded } from './operation.ts';

type Kept =
  | 'name'
  | 'namespace'
  | 'uid'
  | 'resourceVersion'
  | 'project'
  | 'annotations'
  | 'deleting'
  | 'skipReconcile'
  | 'sources'
  | 'hydrator'
  | 'autoSync'
  | 'sync'
  | 'conditions'
  | 'reconciledAt'
  | 'tags';

/**
 * What is kept of every application of an Argo CD: enough for a gate, and small, since there may be
 * ten thousand. Times are milliseconds of Argo CD's clock.
 */
export interface ApplicationSummary extends Pick<Application, Kept> {
  readonly createdAt: number | undefined;
  readonly health: SummaryHealth;
  /** An operation is requested and has not ended. */
  readonly isPending: boolean;
  /** The running or the last operation. */
  readonly last: SummaryOperation | undefined;
  /** Its operation names the run that it is for (`runs/intake/announcement.ts`); absent: it does not. */
  readonly announces?: boolean;
  /** The revisions of the newest history entry; none where there is no history. */
  readonly deployed: readonly string[];
  /** When the commits that a gate asked about were made; milliseconds. */
  readonly dates?: Readonly<Record<string, number>>;
}

/** The application's own health. */
export interface SummaryHealth {
  readonly status: HealthStatus;
  /** Since when; absent where Argo CD does not say. */
  readonly since: number | undefined;
}

/** The last operation, without its results. Times are Argo CD's, in milliseconds. */
export interface SummaryOperation extends Pick<
  OperationState,
  'phase' | 'message' | 'startedAt' | 'finishedAt' | 'revisions'
> {
  /** It deploys everything: no dry run, no selected resources, no manifests of its own. */
  readonly isFull: boolean;
  /** The marker of the run of ours that asked for it; absent for everyone else's. */
  readonly marker?: string;
}

/**
 * What Argo CD's list shows of an application: too little to judge by, but enough to see that
 * something changed. Its filter knows neither uid nor resource version (argo-cd.md §1.5).
 */
export interface Listing extends Required<ApplicationName> {
  /** Absent where this version's filter does not know it. */
  readonly project: string | undefined;
  readonly createdAt: number | undefined;
  readonly deleting: boolean;
  readonly isPending: boolean;
  readonly last:
    | {
        readonly phase: string;
        readonly startedAt: number | undefined;
        readonly finishedAt: number | undefined;
      }
    | undefined;
  readonly sync: {
    readonly status: string;
    /** Absent where this version's filter does not know it, and for several sources. */
    readonly revision: string | undefined;
  };
  readonly health: SummaryHealth;
  /** As `hydrationOf` says it; absent without a hydrator, or where this filter does not know it. */
  readonly hydration?: string | undefined;
}

/** Text that stays equal while the hydrator shows no change. */
export function hydrationOf(
  hydrator: Pick<Hydrator, 'current' | 'last' | 'compared'> | undefined,
): string {
  if (hydrator === undefined) return '';
  const { current, last, compared } = hydrator;
  return `${current?.phase} ${current?.startedAt} ${last?.dry} ${last?.hydrated} ${compared}`;
}

/**
 * Text that stays equal while a list shows no change; a summary and a listing give the same text.
 */
export function traitsOf(seen: ApplicationSummary | Listing): string {
  const { createdAt, deleting, isPending, last, sync, health } = seen;
  const operation = last && `${last.phase} ${last.startedAt} ${last.finishedAt}`;
  return `${createdAt} ${deleting} ${isPending} ${operation} ${sync.status} ${health.status} ${health.since}`;
}

/** Whether an operation is requested or running. */
export function isBusy({ isPending, last }: ApplicationSummary): boolean {
  return isPending || (last !== undefined && !isEnded(last.phase));
}

/**
 * Since when nothing has changed, by Argo CD's own times: the last operation has ended, and health
 * has held since. Undefined where those times are missing.
 */
export function calmSince(summary: ApplicationSummary): number | undefined {
  const { last, health } = summary;
  if (isBusy(summary) || health.since === undefined) return undefined;
  return Math.max(last?.finishedAt ?? health.since, health.since);
}
