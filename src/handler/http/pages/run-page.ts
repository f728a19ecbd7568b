import { html } from 'hono/html';
import { operationPage } from '../../../report/operation-page.ts';
import { askedRevisions, tellsMore } from '../../../report/result.ts';
import { printKey, printName } from '../../../sync/model/application.ts';
import type { ApplicationResult, Cause, OperationStep } from '../../../sync/model/outcome.ts';
import { printRevisions } from '../../../sync/model/revision.ts';
import { printDuration, printSpan } from '../../../text/duration-text.ts';
import { plainLine, plainLines, webAddress } from '../../../text/foreign-text.ts';
import type { Run } from '../../run.ts';
import type { StoredCheckpoint } from '../../store/store.ts';
import { facts, link, printTime, prose, renderPage, tag, type Markup } from './layout.ts';
import { phaseChart } from './phase-chart.ts';
import { outcomeTag, printPipelineRun, runTag } from './run-words.ts';
import { titleOf } from './status-page.ts';

const mostApplications = 50;
const mostCauses = 20;
const messageBounds = { lines: 50, width: 500 };
const logBounds = { lines: 200, width: 500 };
const seconds = 5;

/** One run: what was requested, its progress, and why it failed. `now`: local milliseconds. */
export function runPage(
  run: Run,
  checkpoints: readonly StoredCheckpoint[],
  now: number,
  isPaused = false,
): Markup {
  const isOpen = run.endedAt === undefined;
  const parts = partsOf(run, checkpoints);
  const left = parts.length - mostApplications;
  return renderPage({
    title: titleOf(run),
    aside: html`${runTag(run)} ${run.isCanceled ? tag('canceled by its run', 'warn') : ''}
      <span class="fill"></span><a href="/">All runs</a>`,
    body: html`<div class="panel">${factsOf(run, now)}</div>
      ${parts.slice(0, mostApplications).map((part) => applicationSection(part, isOpen, now))}
      ${left > 0 ? html`<p class="dim">${left} more applications are not shown.</p>` : ''}`,
    footer: html`Run <code>${run.id}</code>, ${printTime(now)}`,
    refresh: isOpen
      ? { seconds, isPaused, path: `/runs/${encodeURIComponent(run.id)}` }
      : undefined,
  });
}

/** What is known of one application: its result or, until then, its steps so far. */
interface Part {
  readonly name: string;
  readonly steps: readonly OperationStep[];
  readonly result: ApplicationResult | undefined;
}

function partsOf(run: Run, checkpoints: readonly StoredCheckpoint[]): readonly Part[] {
  if (run.results.length > 0) return run.results.map(partOf);
  return checkpoints.map(({ path, checkpoint, result }) =>
    result ? partOf(result) : { name: path, steps: checkpoint?.steps ?? [], result },
  );
}

function partOf(result: ApplicationResult): Part {
  return { name: printName(result), steps: result.steps, result };
}

function factsOf(run: Run, now: number): Markup {
  const { spec, report } = run;
  const span = printDuration((run.endedAt ?? now) - run.acceptedAt);
  const rows: readonly (readonly [string, Markup | string])[] = [
    ['Message', run.message === '' ? '' : prose(run.message, 1_000)],
    ['Run in Azure DevOps', link(printPipelineRun(run), webAddress(spec.page))],
    ['Azure project', plainLine(spec.azureProject, 100)],
    ['Argo CD', plainLine(spec.argocd, 100)],
    ['Client', spec.client],
    ['Accepted', printTime(run.acceptedAt)],
    ['Ended', run.endedAt === undefined ? '' : printTime(run.endedAt)],
    ['Time', run.endedAt === undefined ? `${span}, until ${printTime(run.deadline)}` : span],
    ['Attempt', run.attempt > 1 ? String(run.attempt) : ''],
    ['Hub, plan', `${spec.address.hub}, ${spec.address.planId}`],
    ['Task', spec.address.taskInstanceId],
    ['Log lines reported', report.log === undefined ? '' : String(report.log.written)],
  ];
  return facts(rows);
}

function applicationSection({ name, steps, result }: Part, isOpen: boolean, now: number): Markup {
  const outcome = result === undefined ? tag('in progress', 'busy') : outcomeTag(result.outcome);
  return html`<h2>${plainLine(name, 300)} ${outcome}</h2>
    ${result === undefined ? '' : resultPanel(result)}
    ${result === undefined ? '' : causesOf(result)}
    ${phaseChart(steps, isOpen && result === undefined ? now : undefined)}`;
}

function resultPanel(result: ApplicationResult): Markup {
  const { operation, health, syncStatus } = result;
  const { revisions } = result;
  const asked = askedRevisions(result);
  const state = [syncStatus, health?.status].filter(Boolean).join(', ');
  const ended = operation && printSpan(operation.startedAt, operation.finishedAt);
  const rows: readonly (readonly [string, Markup | string])[] = [
    ['Result', prose(result.message, 1_000)],
    ['Evidence', tellsMore(result) ? plainLine(result.evidence) : ''],
    ['Revision', revisions.length > 0 ? html`<code>${printRevisions(revisions)}</code>` : ''],
    ['Not deployed', asked.length > 0 ? html`<code>${printRevisions(asked)}</code>` : ''],
    ['State', state],
    ['Operation', operation ? [operation.phase, ended].filter(Boolean).join(', ') : ''],
    ['In Argo CD', link('open the operation', webAddress(operationPage(result.url)))],
    ...result.concerns.map(
      ({ title, message }) =>
        ['Needs attention', plainLine([title, message].filter(Boolean).join(': '))] as const,
    ),
  ];
  return html`<div class="panel">${facts(rows)}</div>`;
}

function causesOf({ outcome, causes }: ApplicationResult): Markup {
  if (outcome === 'succeeded' || causes.length === 0) return html``;
  const left = causes.length - mostCauses;
  return html`${causes.slice(0, mostCauses).map(causePanel)}
  ${left > 0 ? html`<p class="dim">${left} more causes are not shown.</p>` : ''}`;
}

function causePanel({ title, message, advice, resource, log }: Cause): Markup {
  const of = resource ? ` of ${plainLine(printKey(resource), 200)}` : '';
  return html`<div class="panel cause">
    <strong>${prose(title)}</strong>
    ${message.trim() === '' ? '' : block(plainLines(message, messageBounds))}
    ${advice === '' ? '' : html`<p>What to do: ${prose(advice)}</p>`}
    ${
      log.length === 0
        ? ''
        : html`<p class="dim">Last lines of the log${of}:</p>
            ${block(plainLines(log, logBounds))}`
    }
  </div>`;
}

function block(lines: readonly string[]): Markup {
  return html`<pre>${lines.join('\n')}</pre>`;
}
