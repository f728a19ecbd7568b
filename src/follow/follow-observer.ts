import type { Application, ApplicationName } from '../sync/model/application.ts';
import type { OperationState } from '../sync/model/operation.ts';
import type { ApplicationResult } from '../sync/model/outcome.ts';

/** An application that was asked for, when its following has ended. */
export interface FollowedEnd {
  readonly result: ApplicationResult;
  /** As it was last seen; absent where it never was. */
  readonly application: Application | undefined;
  /** The operation that was followed, as it was last seen: another may have taken its place. */
  readonly operation: OperationState | undefined;
  /** Its key in the checkpoint store. */
  readonly path: string;
  /** When the run must have ended, local milliseconds. */
  readonly deadline: number;
}

/** Who looks on while applications are followed, and may have more to wait for. */
export interface FollowObserver {
  /** A look at an application was taken, be it a child; `name`: as it was asked for. */
  seen(application: Application, name: ApplicationName): void;
  /** The result to tell, once there is nothing more to wait for. Rejects for a bug of ours alone. */
  ended(end: FollowedEnd): Promise<ApplicationResult>;
  /**
   * The same for an application whose following had ended in an earlier process; undefined where it
   * had not, as far as that process has stored.
   */
  resumed?(end: Pick<FollowedEnd, 'path' | 'deadline'>): Promise<ApplicationResult> | undefined;
}
