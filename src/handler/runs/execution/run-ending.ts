import type { TaskHubResult } from '../../../azure/task-hub/task-hub.ts';
import type { TaskResult } from '../../../report/result.ts';
import { endReportOf, type EndReportFile } from '../../../report/end-report.ts';
import { outputNames, outputsOfFailure, type Outputs } from '../../../report/outputs.ts';
import type { ApplicationResult, Outcome } from '../../../sync/model/outcome.ts';
import { logLine } from '../../../text/foreign-text.ts';
import type { FollowSpec, RunChange } from '../../run.ts';
import type { ReportItem } from '../../store/store.ts';
import { keptResults } from './kept-results.ts';

/** How a run ends: what is stored, and the last reports to Azure DevOps. */
export interface RunEnding {
  readonly change: RunChange;
  readonly items: readonly ReportItem[];
}

const taskResults: Readonly<Record<TaskResult, TaskHubResult>> = {
  Succeeded: 'succeeded',
  SucceededWithIssues: 'succeededWithIssues',
  Failed: 'failed',
};

/** Yields between the work for all steps of all applications. */
const stepsOfText = 10_000;

/** The result of the run, from those of the applications; for `inTurns`. */
export function* endOfResults(
  results: readonly ApplicationResult[],
  { request }: FollowSpec,
  server: string,
): Generator<number, RunEnding> {
  yield stepsOfText;
  const report = endReportOf(results, { action: request.goal.action, server });
  const { outcome, result, message } = report;
  const file = yield* attachment(report.resultFile);
  yield stepsOfText;
  const summary = yield* attachment(report.summary);
  yield stepsOfText;
  const kept = keptResults(results);
  const items: readonly ReportItem[] = [
    last(report.outputs(''), message),
    summary,
    file,
    { kind: 'completed', result: outcome === 'canceled' ? 'canceled' : taskResults[result] },
  ];
  return { change: { ...ended(outcome, message), results: kept }, items };
}

/** The end of a run without results: nothing to follow, canceled, or an internal error. */
export function endWithout(outcome: Outcome, text: string): RunEnding {
  const message = logLine(text, 1_000);
  return {
    change: ended(outcome, message),
    items: [
      last(outputsOfFailure(outcome, message), message),
      { kind: 'completed', result: outcome === 'canceled' ? 'canceled' : 'failed' },
    ],
  };
}

function ended(outcome: Outcome, message: string): RunChange {
  return { state: 'reporting', outcome, message };
}

/** The result file is an attachment, since there is no disk for later steps. */
function last(outputs: Outputs, message: string): ReportItem {
  const names = outputNames.filter((name) => name !== 'resultFile');
  const variables = Object.fromEntries(names.map((name) => [name, outputs[name]]));
  return { kind: 'record', update: { currentOperation: message, variables } };
}

function* attachment({ type, name, text }: EndReportFile): Generator<number, ReportItem> {
  return { kind: 'attachment', attachment: { type, name, text: yield* text() } };
}
