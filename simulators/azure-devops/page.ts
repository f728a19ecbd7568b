import { escapeHtml } from './html.ts';
import { logHtml } from './log-html.ts';
import { markdownHtml } from './markdown.ts';
import { pageStyle } from './page-style.ts';
import type { AttachmentView, RowView, RunView } from './run-view.ts';
import { durationText, statusOf } from './run-view.ts';

const summaryType = 'distributedtask.core.summary';

/** The sign inside the circle of each state; all states share the circle. */
const signs: Readonly<Record<string, string>> = {
  succeeded: '<path d="M4.6 8.3l2.3 2.3 4.6-5"/>',
  succeededWithIssues: '<path d="M8 4.2v4.6M8 11v.8"/>',
  failed: '<path d="M5.4 5.4l5.2 5.2M10.6 5.4l-5.2 5.2"/>',
  canceled: '<path d="M4.8 11.2l6.4-6.4"/>',
  skipped: '<path d="M5 5l3 3-3 3M8.5 5l3 3-3 3"/>',
};

const words: Readonly<Record<string, string>> = {
  succeeded: 'Succeeded',
  succeededWithIssues: 'Succeeded with issues',
  failed: 'Failed',
  canceled: 'Canceled',
  skipped: 'Skipped',
  abandoned: 'Abandoned',
  inProgress: 'Running',
  pending: 'Waiting',
};

/** A run as one self-contained HTML page: timeline, logs, issues, summary, attachments. */
export function runPage(view: RunView): string {
  const status = statusOf(view);
  const summaries = view.attachments.filter(isSummary);
  const others = view.attachments.filter((one) => !isSummary(one));
  const duration = durationText((view.finishedAt ?? view.at) - view.startedAt);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(view.title)}</title>
<style>${pageStyle}</style>
</head>
<body>
<header>${icon(status)}<div><h1>${escapeHtml(view.title)}</h1><p>${words[status] ?? ''} in ${duration}, started ${clock(view.startedAt)}</p></div><p class="brand">Simulated Azure DevOps<br>hub ${escapeHtml(view.hub)}</p></header>
<main>
<div>
<section><h2>Timeline</h2><ol class="timeline">${view.rows.map((row) => rowHtml(row, view)).join('\n')}</ol></section>
</div>
<div>
${view.rows
  .filter((row) => row.lines.length > 0)
  .map(logSection)
  .join('\n')}
${issuesSection(view.rows)}
${summaries.map(summarySection).join('\n')}
${variablesSection(view.rows)}
${attachmentsSection(others)}
</div>
</main>
</body>
</html>
`;
}

function isSummary({ type }: AttachmentView): boolean {
  return type.toLowerCase() === summaryType;
}

function icon(status: string): string {
  const name = escapeHtml(status);
  const filled = status in signs;
  const circle = filled
    ? '<circle cx="8" cy="8" r="7.5" fill="currentColor"/>'
    : `<circle cx="8" cy="8" r="6.5" fill="none" stroke="currentColor" stroke-width="2"${status === 'inProgress' ? ' stroke-dasharray="28 14"' : ''}/>`;
  const sign = `<g fill="none" stroke="#fff" stroke-width="1.7" stroke-linecap="round" stroke-linejoin="round">${signs[status] ?? ''}</g>`;
  return `<svg class="icon ${name}" viewBox="0 0 16 16" role="img"><title>${words[status] ?? name}</title>${circle}${sign}</svg>`;
}

function rowHtml(row: RowView, view: RunView): string {
  const status = statusOf(row);
  const { startedAt, finishedAt = view.at, percentComplete: percent } = row;
  const running = row.state === 'inProgress' && percent !== undefined ? `${percent} % · ` : '';
  const time = startedAt === undefined ? '' : running + durationText(finishedAt - startedAt);
  const operation =
    row.currentOperation === undefined
      ? ''
      : `<div class="operation">${escapeHtml(row.currentOperation)}</div>`;
  return `<li style="padding-left:${14 + row.depth * 18}px"><div class="row${row.depth === 0 ? ' top' : ''}">${icon(status)}<span class="name">${escapeHtml(row.name)}</span><span class="time">${escapeHtml(time)}</span></div>${operation}${barHtml(row, view)}</li>`;
}

/** When the record ran, relative to the run. */
function barHtml(row: RowView, view: RunView): string {
  const whole = Math.max(1, (view.finishedAt ?? view.at) - view.startedAt);
  if (row.startedAt === undefined) return '';
  const start = share(row.startedAt - view.startedAt, whole);
  const end = share((row.finishedAt ?? view.at) - view.startedAt, whole);
  return `<div class="bar ${escapeHtml(statusOf(row))}"><i style="margin-left:${start}%;width:${Math.max(0, end - start)}%"></i></div>`;
}

function share(part: number, whole: number): number {
  return Math.round(Math.min(1, Math.max(0, part / whole)) * 1000) / 10;
}

function logSection(row: RowView): string {
  return `<section><h2>${escapeHtml(row.name)}</h2><div class="log">${logHtml(row.lines)}</div></section>`;
}

function issuesSection(rows: readonly RowView[]): string {
  const issues = rows.flatMap((row) => row.issues);
  if (issues.length === 0) return '';
  const items = issues.map(
    ({ type, message }) =>
      `<li>${icon(type === 'error' ? 'failed' : 'succeededWithIssues')}<span>${escapeHtml(message)}</span></li>`,
  );
  return `<section><h2>Issues (${issues.length})</h2><ul class="issues">${items.join('')}</ul></section>`;
}

function summarySection({ name, text }: AttachmentView): string {
  return `<section><h2>${escapeHtml(name)}</h2><div class="summary">${markdownHtml(text)}</div></section>`;
}

function variablesSection(rows: readonly RowView[]): string {
  const variables = rows.flatMap((row) => Object.entries(row.variables));
  if (variables.length === 0) return '';
  const lines = variables.map(
    ([name, value]) => `<tr><th>${escapeHtml(name)}</th><td>${escapeHtml(value)}</td></tr>`,
  );
  return `<section><h2>Output variables</h2><table class="wide">${lines.join('')}</table></section>`;
}

function attachmentsSection(attachments: readonly AttachmentView[]): string {
  if (attachments.length === 0) return '';
  const items = attachments.map(
    ({ type, name, text }) =>
      `<details class="attachment"><summary>${escapeHtml(name)} <span class="type">${escapeHtml(type)}</span></summary><pre>${escapeHtml(text)}</pre></details>`,
  );
  return `<section><h2>Attachments (${attachments.length})</h2>${items.join('')}</section>`;
}

function clock(milliseconds: number): string {
  return new Date(milliseconds).toISOString().slice(0, 19).replace('T', ' ') + ' UTC';
}
