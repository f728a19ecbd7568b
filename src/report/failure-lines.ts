import { printKey } from '../sync/model/application.ts';
import type { ApplicationResult, Cause } from '../sync/model/outcome.ts';
import { logLine, logLines } from '../text/foreign-text.ts';

const mostCauses = 50;
const messageBounds = { lines: 20, width: 500 };
const logBounds = { lines: 1_000, width: 500 };

/** One reason for a failure: the sentence that becomes an issue, and the lines below it. */
export interface CauseLines {
  readonly issue: string;
  readonly details: readonly string[];
}

/** Why an application failed, bounded. Empty if it succeeded, or was canceled before anything failed. */
export function causeLines(result: ApplicationResult): readonly CauseLines[] {
  const { outcome, causes } = result;
  if (outcome === 'succeeded' || (outcome === 'canceled' && causes.length === 0)) return [];
  if (causes.length === 0) return [{ issue: logLine(result.message, 800), details: [] }];
  const lines = causes.slice(0, mostCauses).map(linesOf);
  if (causes.length > mostCauses) {
    const left = causes.length - mostCauses;
    lines.push({ issue: `${left} more causes: see the application's page`, details: [] });
  }
  return lines;
}

/** Whether a cause in the log already contains the result's message. */
export function isMessageTold(result: ApplicationResult): boolean {
  const message = logLine(result.message, 800);
  return causeLines(result).some(({ issue }) => issue.includes(message));
}

function linesOf({ title, message, advice, resource, log }: Cause): CauseLines {
  const [first = '', ...rest] = logLines(message.trimStart(), messageBounds);
  const reason = first !== '' && first !== title ? `: ${first}` : '';
  const logTitle = `Last lines of the log${resource ? ` of ${printKey(resource)}` : ''}:`;
  return {
    issue: logLine(`${title}${reason}`, 800),
    details: [
      ...rest.map((line) => `    ${line}`),
      ...(advice === '' ? [] : [`    What to do: ${logLine(advice)}`]),
      ...(log.length === 0 ? [] : [`    ${logLine(logTitle)}`]),
      ...logLines(log, logBounds).map((line) => `    | ${line}`),
    ],
  };
}
