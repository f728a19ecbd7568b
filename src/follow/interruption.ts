import type { Ending } from '../sync/model/verdict.ts';
import { refusal } from '../sync/model/verdict.ts';
import type { View } from '../sync/model/view.ts';
import { explainUnfinished } from '../sync/rules/unfinished.ts';
import type { UserError } from '../user-error.ts';
import { followedState } from '../sync/rules/followed-operation.ts';

/** The ending after a fatal response: nothing more can be read or changed. */
export function brokenOff({ message, advice }: UserError): Ending {
  return refusal('failed', message, advice);
}

/**
 * The ending of a run that is no longer wanted; `over`: why Azure DevOps has ended it, if it has.
 */
export function canceled(over: string | undefined): Ending {
  const message =
    over === undefined
      ? 'The run was canceled'
      : `The run has ended in Azure DevOps (${over}): nothing more was requested from Argo CD`;
  return { outcome: 'canceled', message, evidence: '', causes: [] };
}

/** The state of a following at its deadline. */
export interface Unfinished {
  /** Absent where the application was never seen. */
  readonly view: View | undefined;
  /** Why Argo CD was not reached, if it never was. */
  readonly neverReached: UserError | undefined;
  /** What it waited for; empty where it was not waiting. */
  readonly waitedFor: string;
  /**
   * How long it had from the start of the run, in milliseconds; absent where its turn did not come.
   */
  readonly time: number;
}

/** The ending at the deadline, with what is missing. */
export function timedOut({ view, neverReached, waitedFor, time }: Unfinished): Ending {
  if (neverReached !== undefined) {
    return refusal('timedOut', neverReached.message, neverReached.advice);
  }
  const seconds = Math.round(time / 1000);
  const message =
    seconds <= 0
      ? 'Not started: timed out in the queue'
      : `Not finished within ${seconds} s${waitedFor === '' ? '' : `; last status: ${waitedFor}`}`;
  const causes =
    view === undefined
      ? []
      : explainUnfinished(view, followedState(view.application, view.memory), message);
  return { outcome: 'timedOut', message, evidence: '', causes };
}
