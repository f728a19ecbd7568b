import { isoTime } from '../text/iso-time.ts';
import type { ApplicationResult, Outcome } from '../sync/model/outcome.ts';
import { logLine } from '../text/foreign-text.ts';
import { followUpsOutput } from './follow-up-words.ts';
import { worstOf } from './result.ts';

/** The output variables, in the order of task.json. Later steps read them, so the names are fixed. */
export const outputNames = [
  'outcome',
  'phase',
  'message',
  'revision',
  'revisions',
  'drySourceRevision',
  'syncStatus',
  'healthStatus',
  'operationStartedAt',
  'operationFinishedAt',
  'applicationUrl',
  'followUps',
  'resultFile',
] as const;

/** The output variables of a task. All are set; those without a value are empty. */
export type Outputs = Readonly<Record<(typeof outputNames)[number], string>>;

const longestMessage = 4_096;
const longestRevision = 1_024;
const mostRevisions = 20;

/** The outputs of the application with the worst outcome. */
export function outputsOf(results: readonly ApplicationResult[], resultFile: string): Outputs {
  const worst = worstOf(results);
  if (worst === undefined) {
    return outputsOfFailure('failed', 'There was no application to work on.', resultFile);
  }
  const { outcome, operation, revisions, syncStatus, health, url } = worst;
  const shown = revisions.slice(0, mostRevisions).map((each) => bounded(each, longestRevision));
  return {
    outcome,
    phase: operation?.phase ?? '',
    message: bounded(worst.message, longestMessage),
    revision: shown[0] ?? '',
    revisions: JSON.stringify(shown),
    drySourceRevision: bounded(worst.drySourceRevision ?? '', longestRevision),
    syncStatus: syncStatus ?? '',
    healthStatus: health?.status ?? '',
    operationStartedAt: isoTime(operation?.startedAt) ?? '',
    operationFinishedAt: isoTime(operation?.finishedAt) ?? '',
    applicationUrl: bounded(url, 2_000),
    followUps: followUpsOutput(results),
    resultFile,
  };
}

/** The outputs of a step without a result: invalid input, no connection, a bug. */
export function outputsOfFailure(outcome: Outcome, message: string, resultFile = ''): Outputs {
  return {
    outcome,
    phase: '',
    message: bounded(message, longestMessage),
    revision: '',
    revisions: '[]',
    drySourceRevision: '',
    syncStatus: '',
    healthStatus: '',
    operationStartedAt: '',
    operationFinishedAt: '',
    applicationUrl: '',
    followUps: '[]',
    resultFile,
  };
}

/** Scripts echo these values into logs, so logging commands are defused here too. */
function bounded(text: string, width: number): string {
  return logLine(text, width);
}
