import { html } from 'hono/html';
import { printSubject } from '../../../report/opening.ts';
import { printDuration } from '../../../text/duration-text.ts';
import { plainLine, webAddress } from '../../../text/foreign-text.ts';
import type { RunHead, RunState } from '../../run.ts';
import type { RunQuery, StoreFigures } from '../../store/store.ts';
import type { InstanceStatus, ServiceStatus } from '../../status.ts';
import { link, printTime, prose, renderPage, tag, type Markup } from './layout.ts';
import { printPipelineRun, runTag } from './run-words.ts';

/** Which runs the page lists. */
export const shows = ['all', 'accepted', 'following', 'reporting', 'ended', 'unreported'] as const;
export type RunFilter = (typeof shows)[number];

const showWords: Readonly<Record<RunFilter, string>> = {
  all: 'All',
  accepted: 'Accepted',
  following: 'Following',
  reporting: 'Reporting',
  ended: 'Ended',
  unreported: 'Not reported',
};

/** What the page shows. Times are local milliseconds. */
export interface StatusContent {
  readonly status: ServiceStatus;
  readonly figures: StoreFigures;
  /** Newest first. */
  readonly runs: readonly RunHead[];
  readonly show: RunFilter;
  /** Where this page of older runs starts; absent on the first page. */
  readonly before?: number | undefined;
  /** Where the next page of older runs starts; absent on the last page. */
  readonly older: number | undefined;
  readonly now: number;
  readonly version: string;
  /** The page does not refresh itself. */
  readonly isPaused?: boolean;
}

/** People wait while they watch this page. */
const seconds = 10;

/** The query of a list. `before`: when the oldest run of the previous page was accepted. */
export function queryOf(show: RunFilter, before: number | undefined, limit: number): RunQuery {
  const page = { limit, ...(before !== undefined && { before }) };
  if (show === 'all') return page;
  return show === 'unreported' ? { ...page, outcome: show } : { ...page, state: show };
}

/** What the handler is doing: its runs, each Argo CD, the store. */
export function statusPage(content: StatusContent): Markup {
  const { status, figures, now, version, isPaused = false } = content;
  const isReady = status.unready.length === 0;
  return renderPage({
    title: 'Argo CD for Azure Pipelines: handler',
    aside: html`${tag(isReady ? 'ready' : 'not ready', isReady ? 'good' : 'bad')}
      <span class="fill"></span>
      <span class="dim small">
        version ${version}, up for ${printDuration(now - status.startedAt)}, ${printTime(now)}
      </span>`,
    body: html`${notice('It does not accept new work:', status.unready, true)}
      ${notice('Needs attention:', status.notes, false)} ${cards(figures, now)}
      <h2>Argo CD</h2>
      ${instancesTable(status.instances, now)}
      <p><a href="/follow-ups">Follow-ups</a>: what events have queued.</p>
      <h2>Runs</h2>
      ${runsSection(content)}`,
    footer: html`Stored in <code>${status.store.path}</code> (${printSize(figures.bytes)}):
      ${status.store.fault === undefined ? 'working' : plainLine(status.store.fault)}.
      <a href="/metrics">Metrics</a>, <a href="/v1/openapi.json">API description</a>.`,
    refresh: { seconds, isPaused, path: pathOf(content) },
  });
}

function pathOf({ show, before }: StatusContent): string {
  if (before !== undefined) return `/?show=${show}&before=${before}`;
  return show === 'all' ? '/' : `/?show=${show}`;
}

function notice(title: string, lines: readonly string[], isBad: boolean): Markup {
  if (lines.length === 0) return html``;
  return html`<div class="panel notice ${isBad ? 'bad' : ''}">
    ${title}
    <ul>
      ${lines.map((line) => html`<li>${prose(line)}</li>`)}
    </ul>
  </div>`;
}

function cards({ runs, oldestRunAt, items, oldestItemAt }: StoreFigures, now: number): Markup {
  const count = (state: RunState) =>
    runs.reduce((sum, each) => (each.state === state ? sum + each.count : sum), 0);
  const age = (since: number | undefined) =>
    since === undefined ? '' : `the oldest for ${printDuration(now - since)}`;
  const open = count('accepted') + count('following') + count('reporting');
  return html`<section class="cards">
    ${card('Open runs', open, age(oldestRunAt))}
    ${card('Accepted', count('accepted'), 'stored, not verified yet')}
    ${card('Following', count('following'), 'in progress in Argo CD')}
    ${card('Reporting', count('reporting'), 'reporting to Azure DevOps')}
    ${card('Reports waiting', items, age(oldestItemAt))}
    ${card('Ended', count('ended'), 'still kept')}
  </section>`;
}

function card(title: string, figure: number, words: string): Markup {
  return html`<div class="card">
    <div class="dim small">${title}</div>
    <div class="figure">${figure.toLocaleString('en')}</div>
    <div class="dim small">${words}</div>
  </div>`;
}

function instancesTable(instances: readonly InstanceStatus[], now: number): Markup {
  if (instances.length === 0) return html`<p class="dim">None configured.</p>`;
  return html`<div class="panel scroll">
    <table>
      <thead>
        <tr>
          <th>Name</th>
          <th>Stream</th>
          <th class="number">Reconnects</th>
          <th>Listed</th>
          <th class="number">Applications</th>
          <th class="number">Followed</th>
          <th>Last failure</th>
        </tr>
      </thead>
      <tbody>
        ${instances.map((instance) => instanceRow(instance, now))}
      </tbody>
    </table>
  </div>`;
}

function instanceRow(instance: InstanceStatus, now: number): Markup {
  const { name, page, streamSince, reconnects, listedAt, applications, followers } = instance;
  const ago = (time: number) => `${printDuration(now - time)} ago`;
  const stream =
    streamSince === undefined
      ? tag('not connected', 'bad')
      : tag(`for ${printDuration(now - streamSince)}`, 'good');
  return html`<tr>
    <td>${link(name, webAddress(page))}</td>
    <td>${stream}</td>
    <td class="number">${reconnects}</td>
    <td class="time">${listedAt === undefined ? 'not yet' : ago(listedAt)}</td>
    <td class="number">${applications}</td>
    <td class="number">${followers}</td>
    <td class="text">${prose(instance.failure, 300)}</td>
  </tr>`;
}

function runsSection({ runs, show, older, now }: StatusContent): Markup {
  const tabs = shows.map((each) => {
    const current = each === show ? html` aria-current="page"` : '';
    return html`<a href="/?show=${each}" ${current}>${showWords[each]}</a>`;
  });
  const next =
    older === undefined
      ? ''
      : html`<p><a href="/?show=${show}&amp;before=${older}">Older runs</a></p>`;
  return html`<nav class="tabs">${tabs}</nav>
    ${runs.length === 0 ? html`<p class="dim">None.</p>` : runsTable(runs, now)} ${next}`;
}

function runsTable(runs: readonly RunHead[], now: number): Markup {
  return html`<div class="panel scroll">
    <table>
      <thead>
        <tr>
          <th>Run</th>
          <th>State</th>
          <th>Argo CD</th>
          <th>Azure project</th>
          <th>Accepted</th>
          <th>Time</th>
          <th>Message</th>
          <th>Pipeline run</th>
        </tr>
      </thead>
      <tbody>
        ${runs.map((run) => runRow(run, now))}
      </tbody>
    </table>
  </div>`;
}

function runRow(run: RunHead, now: number): Markup {
  const { spec } = run;
  return html`<tr>
    <td class="name">
      <a href="/runs/${encodeURIComponent(run.id)}">${titleOf(run)}</a>
      ${run.isCanceled && run.outcome === undefined ? tag('canceling', 'warn') : ''}
    </td>
    <td>${runTag(run)}</td>
    <td class="word">${plainLine(spec.argocd, 100)}</td>
    <td class="word">${plainLine(spec.azureProject, 100)}</td>
    <td class="time">${printTime(run.acceptedAt)}</td>
    <td class="time">${printDuration((run.endedAt ?? now) - run.acceptedAt)}</td>
    <td class="text">${prose(run.message, 300)}</td>
    <td class="run">${link(printPipelineRun(run), webAddress(spec.page))}</td>
  </tr>`;
}

/** `sync shop`, `check 3 applications (a, b, c)`, `claim event 123456789012345`. */
export function titleOf({ spec }: RunHead): string {
  if (spec.kind === 'claim') return `claim event ${spec.eventKey}`;
  const { goal, subject } = spec.request;
  const verb = spec.kind === 'check' ? 'check' : goal.action;
  return plainLine(`${verb} ${printSubject(subject)}`, 200);
}

function printSize(bytes: number): string {
  if (bytes < 1_024 * 1_024) return `${Math.ceil(bytes / 1_024)} KiB`;
  return `${Math.ceil(bytes / 1_024 / 1_024)} MiB`;
}
