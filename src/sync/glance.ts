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
export interface Glance extends Pick<Application, Kept> {
  readonly createdAt: number | undefined;
  readonly health: GlancedHealth;
  /** An operation is asked for and has not ended. */
  readonly isPending: boolean;
  /** The running or the last operation. */
  readonly last: GlancedOperation | undefined;
  /** The revisions of the newest history entry; none where there is no history. */
  readonly deployed: readonly string[];
}

export interface GlancedHealth {
  readonly status: HealthStatus;
  /** Since when; absent where Argo CD does not tell. */
  readonly since: number | undefined;
}

export interface GlancedOperation extends Pick<
  OperationState,
  'phase' | 'message' | 'startedAt' | 'finishedAt' | 'revisions'
> {
  /** It deploys everything there is: no dry run, and no selection of resources. */
  readonly isFull: boolean;
}

/**
 * What Argo CD's list tells of an application: too little to judge by, enough to see that something
 * changed. Its filter knows neither uid nor resource version (argo-cd.md §1.5).
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
  readonly health: GlancedHealth;
  /** As `hydrationOf` says it; absent without a hydrator, or where this filter does not know it. */
  readonly hydration?: string | undefined;
}

/** Text that is equal as long as the hydrator shows no change. */
export function hydrationOf(
  hydrator: Pick<Hydrator, 'current' | 'last' | 'compared'> | undefined,
): string {
  if (hydrator === undefined) return '';
  const { current, last, compared } = hydrator;
  return `${current?.phase} ${current?.startedAt} ${last?.dry} ${last?.hydrated} ${compared}`;
}

/** Text that is equal as long as a list shows no change; the same of a glance and of a listing. */
export function traitsOf(seen: Glance | Listing): string {
  const { createdAt, deleting, isPending, last, sync, health } = seen;
  const operation = last && `${last.phase} ${last.startedAt} ${last.finishedAt}`;
  return `${createdAt} ${deleting} ${isPending} ${operation} ${sync.status} ${health.status} ${health.since}`;
}

/** Whether an operation is asked for, or goes on. */
export function isBusy({ isPending, last }: Glance): boolean {
  return isPending || (last !== undefined && !isEnded(last.phase));
}

/**
 * Since when all has been calm by Argo CD's own times: its last operation ended, and health has held
 * since. Undefined where they do not tell.
 */
export function calmSince(glance: Glance): number | undefined {
  const { last, health } = glance;
  if (isBusy(glance) || health.since === undefined) return undefined;
  return Math.max(last?.finishedAt ?? health.since, health.since);
}
