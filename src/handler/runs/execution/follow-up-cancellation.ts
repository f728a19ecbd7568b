import type { Clock } from '../../../async/clock.ts';
import { errorMessage } from '../../../async/error-message.ts';
import { isOver } from '../../../sync/model/follow-up-report.ts';
import type { Progress } from '../../../sync/model/outcome.ts';
import { logLine } from '../../../text/foreign-text.ts';
import type { RunFollowUps } from '../../follow-ups/run-follow-ups.ts';
import type { WatchedFollowUp } from './watched-follow-up.ts';

/** What canceling follow-ups needs. */
export interface FollowUpCancellationPorts {
  readonly followUps: Pick<RunFollowUps, 'dismiss' | 'cancel'>;
  readonly tell: (progress: Progress) => void;
  readonly clock: Clock;
}

/** Milliseconds between two reads of a follow-up whose request is unclear. */
const pause = 1_000;

/**
 * Ends the follow-ups that the rules of a canceled run requested: those not sent yet are dropped, unclear
 * requests are resolved, and running pipelines are canceled. Follow-ups that others requested continue.
 * Resolves when that is done, or when the signal aborts; never rejects.
 */
export async function cancelFollowUps(
  followUps: readonly WatchedFollowUp[],
  ports: FollowUpCancellationPorts,
  signal: AbortSignal,
): Promise<void> {
  const own = followUps.filter(({ report }) => report.rule.startsWith('input/'));
  await Promise.all(own.map((one) => cancelOne(one, ports, signal)));
}

async function cancelOne(
  one: WatchedFollowUp,
  ports: FollowUpCancellationPorts,
  signal: AbortSignal,
): Promise<void> {
  const { followUps, tell, clock } = ports;
  while (!signal.aborted && !isOver(one.report)) {
    const found = await one.find();
    if (found === undefined) return;
    const { report, run, isUnclear } = found;
    if (run !== undefined) {
      try {
        await followUps.cancel(run, signal);
        one.become({ state: 'ended', run: report.run, result: 'canceled' });
      } catch (error) {
        const why = signal.aborted ? 'no answer in time' : errorMessage(error);
        const message = `Follow-up ${report.pipeline} could not be canceled: ${why}`;
        tell({ kind: 'search', level: 'warning', message: logLine(message) });
      }
      return;
    }
    if (isOver(report)) return one.become(report);
    if (isUnclear) await clock.sleep(pause, signal);
    else await followUps.dismiss(report.key);
  }
}
