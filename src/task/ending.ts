import { errorMessage } from '../async/error-message.ts';
import { ArgoCDError } from '../argocd/argocd-error.ts';
import type { Outcome } from '../sync/model/outcome.ts';
import { UserError } from '../user-error.ts';
import { printFault, type Fault } from '../inputs/fault.ts';
import { logLine, logLines } from '../text/foreign-text.ts';
import type { TaskResult } from '../report/result.ts';
import { complete, logIssue, setOutput } from './logging-command.ts';
import { outputNames, outputsOfFailure, type Outputs } from '../report/outputs.ts';

/** The end of a step: outputs and a sentence, whatever happened. */
export interface TaskEnding {
  readonly result: TaskResult;
  readonly message: string;
  readonly outputs: Outputs;
}

/** A failure without results of applications: the log lines, and the end. */
export interface FailedEnding extends TaskEnding {
  readonly lines: readonly string[];
}

const stackBounds = { lines: 50, width: 500 };

/** The last log lines of a step: outputs, then the result. */
export function endingLines({ result, message, outputs }: TaskEnding): readonly string[] {
  return [...outputNames.map((name) => setOutput(name, outputs[name])), complete(result, message)];
}

/** All faults of all inputs in one message. */
export function endOfFaults(faults: readonly Fault[]): FailedEnding {
  const printed = faults.map(printFault);
  const [first = ''] = printed;
  const told =
    printed.length === 1
      ? first
      : `${printed.length} inputs need attention:\n- ${printed.join('\n- ')}`;
  const more = printed.length > 1 ? ` (and ${printed.length - 1} more)` : '';
  return failed('failed', `${first}${more}`, [logIssue('error', told)]);
}

/** The end after an error: one that a person can fix, or a bug of ours with its stack. */
export function endOfError(error: unknown): FailedEnding {
  if (error instanceof UserError) {
    const message = [sentence(error.message), error.advice].filter(Boolean).join(' ');
    return failed('failed', message, [logIssue('error', logLine(message, 1_000))]);
  }
  if (error instanceof ArgoCDError) {
    const { message: told, advice } = error;
    const message = advice ? `${sentence(told)} ${advice}` : told;
    return failed('failed', message, [logIssue('error', logLine(message, 1_000))]);
  }
  const reason = errorMessage(error);
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  const message = `Internal error: ${reason}. An operation that it requested continues in Argo CD. Please report this with the debug lines above.`;
  return failed('failed', message, [
    ...logLines(stack, stackBounds).map((line) => `##[debug]${line}`),
    logIssue('error', logLine(message, 1_000)),
  ]);
}

/** The end of a canceled run that got no answer in the time that the agent allows. */
export function endOfCancellation(): FailedEnding {
  const message = 'The run was canceled. An operation that it requested may continue in Argo CD.';
  return failed('canceled', message, [logIssue('warning', message)]);
}

function failed(outcome: Outcome, message: string, lines: readonly string[]): FailedEnding {
  const outputs = outputsOfFailure(outcome, message);
  return { result: 'Failed', message: logLine(message), outputs, lines };
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
