import type { RowView, RunView } from './run-view.ts';
import { durationText, statusOf } from './run-view.ts';

const marks: Readonly<Record<string, string>> = {
  succeeded: '✓',
  succeededWithIssues: '!',
  failed: '✗',
  canceled: '⊘',
  skipped: '»',
  inProgress: '▸',
  pending: '·',
};

/** A run as text: timeline, logs, issues and attachments. */
export function runText(view: RunView): string {
  const logs = view.rows.filter((row) => row.lines.length > 0);
  const issues = view.rows.flatMap((row) => row.issues);
  const sections = [
    [`${view.title}  ${statusOf(view)}  (${view.hub})`, ...view.rows.map((row) => line(row, view))],
    ...logs.map((row) => [`--- ${row.name}`, ...row.lines]),
    ...(issues.length > 0
      ? [['--- Issues', ...issues.map((issue) => `${issue.type}: ${issue.message}`)]]
      : []),
    ...(view.attachments.length > 0
      ? [['--- Attachments', ...view.attachments.map((one) => `${one.type}  ${one.name}`)]]
      : []),
  ];
  return sections.map((lines) => lines.map((text) => `${text}\n`).join('')).join('\n');
}

function line(row: RowView, view: RunView): string {
  const { startedAt, finishedAt = view.at } = row;
  const percent = row.state === 'inProgress' ? row.percentComplete : undefined;
  const details = [
    ...(startedAt === undefined ? [] : [durationText(finishedAt - startedAt)]),
    ...(percent === undefined ? [] : [`${percent} %`]),
    ...(row.currentOperation === undefined ? [] : [row.currentOperation]),
  ];
  const mark = marks[statusOf(row)] ?? '?';
  return `${'  '.repeat(row.depth + 1)}${mark} ${row.name}  ${details.join('  ')}`.trimEnd();
}
