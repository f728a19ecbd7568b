import { isOver, type FollowUpReport } from '../sync/model/follow-up-report.ts';
import {
  outcomes,
  type ApplicationResult,
  type Cause,
  type Outcome,
  type RunWarning,
} from '../sync/model/outcome.ts';

/** How a result includes follow-ups. */
export interface Inclusion {
  readonly isWaited: boolean;
  /** Whether the handler keeps trying to queue after the run has ended. */
  readonly isKeptTrying?: boolean;
  /** When the run ended; local milliseconds. */
  readonly finishedAt: number;
}

/**
 * The result of an application with the follow-ups of its operation. With `isWaited`, their results
 * decide the outcome too. Otherwise a follow-up that is not queued is a warning, and the results of the
 * others do not count.
 */
export function withFollowUps(
  result: ApplicationResult,
  followUps: readonly FollowUpReport[],
  { isWaited, isKeptTrying = false, finishedAt }: Inclusion,
): ApplicationResult {
  if (followUps.length === 0) return result;
  const told = { ...result, followUps, finishedAt };
  const unqueued = followUps.filter(
    ({ state }) => state === 'notQueued' || (state === 'waiting' && !isKeptTrying),
  );
  if (!isWaited) return { ...told, concerns: [...result.concerns, ...unqueued.map(warningOf)] };
  const failed = followUps.filter(hasFailed);
  const open = followUps.filter((one) => !isOver(one));
  const partial = followUps.filter(({ result: one }) => one === 'partiallySucceeded');
  const concerns = [...result.concerns, ...partial.map(warningOf)];
  const missing = [...failed, ...open];
  if (missing.length === 0) return { ...told, concerns };
  const names = missing.map(({ pipeline }) => pipeline).join(', ');
  const which = missing.length === 1 ? `its follow-up ${names}` : `its follow-ups ${names}`;
  return {
    ...told,
    concerns,
    outcome: worse(result.outcome, failed.length > 0 ? 'failed' : 'timedOut'),
    message: `${result.message}; but not ${which}`,
    causes: [...result.causes, ...missing.map(causeOf)],
  };
}

/** Explains why nothing was queued to a run that joined or followed another operation. */
export function withoutOwn(result: ApplicationResult): ApplicationResult {
  if (result.operation?.ours !== false) return result;
  const title = 'No follow-up was queued';
  const message =
    'followUps covers the operation that the step starts, but the one that it followed was started by somebody else';
  return { ...result, concerns: [...result.concerns, { title, message }] };
}

/** The result of a follow-up, as a predicate: `failed`, `was not queued`. */
export function fateOf({ state, result }: Pick<FollowUpReport, 'state' | 'result'>): string {
  switch (state) {
    case 'waiting':
      return 'was not queued in time';
    case 'notQueued':
      return 'was not queued';
    case 'queued':
      return 'was not started in time';
    case 'running':
      return 'did not end in time';
    case 'ended':
      return fates[result ?? 'failed'];
  }
}

const fates: Readonly<Record<NonNullable<FollowUpReport['result']>, string>> = {
  succeeded: 'succeeded',
  partiallySucceeded: 'only partially succeeded',
  failed: 'failed',
  canceled: 'was canceled',
};

function hasFailed({ state, result }: FollowUpReport): boolean {
  if (state !== 'ended') return state === 'notQueued';
  return result !== 'succeeded' && result !== 'partiallySucceeded';
}

/** The worse of two outcomes; a canceled run stays canceled. */
function worse(outcome: Outcome, other: Outcome): Outcome {
  if (outcome === 'canceled') return outcome;
  return outcomes.indexOf(outcome) > outcomes.indexOf(other) ? outcome : other;
}

function warningOf(report: FollowUpReport): RunWarning {
  return { title: `The follow-up ${report.pipeline} ${fateOf(report)}`, message: detailOf(report) };
}

function causeOf(report: FollowUpReport): Cause {
  return {
    title: `The follow-up ${report.pipeline} ${fateOf(report)}`,
    message: detailOf(report),
    advice: '',
    resource: undefined,
    log: [],
  };
}

function detailOf({ run, message }: FollowUpReport): string {
  return message === '' ? (run?.page ?? '') : message;
}
