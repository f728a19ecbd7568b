import type { RunView } from '../../../simulators/azure-devops/run-view.ts';
import { statusOf } from '../../../simulators/azure-devops/run-view.ts';
import { line, type Line } from '../line.ts';
import { outputLines, summaryLines, timelineLines } from '../report.ts';
import type { Screen } from '../screen.ts';

/** The page of a run, without its log, which was already shown. */
export function showPage(view: RunView, screen: Screen): void {
  const { rows, attachments } = view;
  const width = screen.roomInside;
  const issues = rows.flatMap((row) => row.issues);
  const outputs = outputsOf(view);
  screen.section(`The page of the run: ${view.title}, ${statusOf(view)}`, timeline(view, width));
  if (issues.length > 0) screen.section('Issues', issues.flatMap(issueLines));
  if (attachments.length > 0) {
    const files = attachments.map(({ type, text }) => ({ type, content: text }));
    screen.section('Summary', summaryLines(files, width));
  }
  if (Object.keys(outputs).length > 0) screen.section('Outputs', outputLines(outputs, width));
}

/** The output variables of all tasks of a run. */
export function outputsOf({ rows }: RunView): Readonly<Record<string, string>> {
  return Object.fromEntries(rows.flatMap(({ variables }) => Object.entries(variables)));
}

function timeline({ rows }: RunView, width: number): readonly Line[] {
  const shown = rows.map((row) => {
    const { depth, name, type, startedAt, finishedAt } = row;
    const isOver = startedAt !== undefined && finishedAt !== undefined;
    const duration = isOver ? finishedAt - startedAt : undefined;
    return { depth, name, type, status: statusOf(row), duration };
  });
  return timelineLines(shown, width);
}

function issueLines({ type, message }: RunView['rows'][number]['issues'][number]): readonly Line[] {
  return `${type}: ${message}`.split('\n').map((text) => line(text, 'bad'));
}
