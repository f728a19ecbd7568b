import { html } from 'hono/html';
import type { ActionBody } from '../../../actions/action-body.ts';
import { printOnceOf } from '../../../actions/once-text.ts';
import { isOpen } from '../../../actions/stored-action.ts';
import { eventKeyOf } from '../../../follow-ups/action-key.ts';
import { actionKindOf } from '../../../follow-ups/action-kinds/action-kinds.ts';
import { printName } from '../../../sync/model/application.ts';
import { printDuration } from '../../../text/duration-text.ts';
import { plainLine, webAddress } from '../../../text/foreign-text.ts';
import type { Standing } from '../../follow-ups/follow-up-ports.ts';
import type { IdleEvent } from '../../follow-ups/idle-events.ts';
import { actStates, operatorActs, type OperatorAct } from '../../follow-ups/operator-acts.ts';
import {
  actionStates,
  type ActionQuery,
  type ActionState,
  type StoredAction,
} from '../../store/event-store.ts';
import { idleEventsSection, standingSection } from './idle-events.ts';
import { link, printTime, prose, renderPage, tag, type Markup, type Tone } from './layout.ts';

/** A follow-up with its stored body, which may be unreadable. */
export interface FollowUpRow {
  readonly action: StoredAction;
  readonly body: ActionBody | undefined;
}

/** What the page shows. Times are local milliseconds. */
export interface FollowUpsContent {
  /** Newest first. */
  readonly rows: readonly FollowUpRow[];
  /** Where the next page of older ones starts; absent on the last page. */
  readonly older: number | undefined;
  readonly query: Omit<ActionQuery, 'limit'>;
  /** Newest first; absent where only follow-ups are listed. */
  readonly idle: readonly IdleEvent[] | undefined;
  /** What is known of the applications of the filter; absent without one. */
  readonly standing: readonly Standing[] | undefined;
  /** No application is followed, whatever its name. */
  readonly followsNothing: boolean;
  readonly now: number;
  /** Whether to show buttons. */
  readonly mayChange: boolean;
  readonly isPaused: boolean;
  /** The token of a form for an act on an event. */
  readonly tokenOf: (act: OperatorAct, event: string) => string;
}

const seconds = 10;

const tones: Readonly<Record<ActionState, Tone>> = {
  waiting: 'idle',
  sent: 'busy',
  done: 'good',
  refused: 'bad',
  expired: 'bad',
  dismissed: 'warn',
};
const actWords: Readonly<Record<OperatorAct, string>> = {
  redeliver: 'Redeliver',
  dismiss: 'Dismiss',
};

/** Events and their follow-ups: cause, tries, state, run and claim. */
export function followUpsPage(content: FollowUpsContent): Markup {
  const { rows, older, query, now, mayChange, isPaused, idle } = content;
  const path = addressOf(query);
  const next = older === undefined ? undefined : addressOf({ ...query, before: older });
  return renderPage({
    title: 'Follow-ups',
    aside: html`<span class="fill"></span><a href="/">All runs</a>`,
    body: html`${filters(query)} ${standingSection(content)}
    ${rows.length === 0 ? html`<p class="dim">None.</p>` : table(content)}
    ${next === undefined ? '' : html`<p><a href="${next}">Older follow-ups</a></p>`}
    ${idle === undefined ? '' : idleEventsSection(idle)}`,
    footer: html`${printTime(now)}.
    ${
      mayChange
        ? ''
        : html`To redeliver or dismiss follow-ups here, set <code>adminToken</code> in the
            configuration.`
    }`,
    refresh: { seconds, isPaused, path },
  });
}

function addressOf({ state, application, before }: FollowUpsContent['query']): string {
  const values = Object.entries({ state, application, before: before?.toString() });
  const given = values.flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${encodeURIComponent(value)}`],
  );
  return given.length === 0 ? '/follow-ups' : `/follow-ups?${given.join('&')}`;
}

function filters({ state, application }: FollowUpsContent['query']): Markup {
  const tab = (each: ActionState | undefined) => {
    const current = each === state ? html` aria-current="page"` : '';
    const address = addressOf({
      ...(each !== undefined && { state: each }),
      ...(application !== undefined && { application }),
    });
    return html`<a href="${address}" ${current}>${each ?? 'all'}</a>`;
  };
  return html`<nav class="tabs">${tab(undefined)} ${actionStates.map(tab)}</nav>
    <form method="get" action="/follow-ups">
      ${state === undefined ? '' : html`<input type="hidden" name="state" value="${state}" />`}
      <label>Application <input name="application" value="${application ?? ''}" /></label>
      <button>Filter</button>
    </form>`;
}

function table(content: FollowUpsContent): Markup {
  return html`<div class="panel scroll">
    <table>
      <thead>
        <tr>
          <th>Application, event</th>
          <th>Rule, target</th>
          <th>State</th>
          <th>Message</th>
          <th>Run</th>
          <th></th>
        </tr>
      </thead>
      <tbody>
        ${content.rows.map((row) => rowMarkup(row, content))}
      </tbody>
    </table>
  </div>`;
}

function rowMarkup({ action, body }: FollowUpRow, content: FollowUpsContent): Markup {
  const { state, tries, dueAt, createdAt, message } = action;
  const application = body === undefined ? action.uid : printName(body.event.application);
  const ahead = Math.max(0, dueAt - content.now);
  return html`<tr>
    <td class="part">
      ${link(plainLine(application, 300), webAddress(body?.applicationUrl ?? ''))}
      ${small(body?.event.kind ?? '')} ${body?.late === true ? tag('late', 'warn') : ''}
      <div class="dim small">${printTime(createdAt)}</div>
    </td>
    <td class="part">
      ${plainLine(action.rule, 100)}
      ${body === undefined ? '' : small(plainLine(actionKindOf(body.action).printTarget(body.action), 200))}
      ${body === undefined ? '' : small(printOnceOf(body.action.kind, action.request))}
    </td>
    <td class="time">
      ${tag(state, tones[state])}
      ${small(tries === 0 ? '' : `${tries} ${tries === 1 ? 'try' : 'tries'}`)}
      ${isOpen(state) ? small(`next in ${printDuration(ahead)}`) : ''}
    </td>
    <td class="part wide">${prose(message, 300)}</td>
    <td class="word">${runMarkup(action)}</td>
    <td>${content.mayChange ? buttons(action, content) : ''}</td>
  </tr>`;
}

/** The run that was queued, and the one that claimed the event. */
function runMarkup({ outcome, claim }: StoredAction): Markup {
  const queued =
    outcome === undefined ? '' : link(plainLine(outcome.name, 100), webAddress(outcome.page));
  if (claim === undefined) return html`${queued}`;
  const by = link(plainLine(claim.name, 100) || 'a run', webAddress(claim.page));
  return html`${queued}
    <div class="dim small">claimed by ${by}</div>`;
}

/** A line of its own below what it belongs to. */
function small(text: string): Markup | '' {
  return text === '' ? '' : html`<div class="dim small">${text}</div>`;
}

function buttons({ key, state }: StoredAction, { tokenOf }: FollowUpsContent): Markup {
  const event = eventKeyOf(key);
  const allowed = operatorActs.filter((act) => actStates[act].includes(state));
  return html`${allowed.map(
    (act) =>
      html`<form method="post" action="/follow-ups/${event}/${act}">
        <input type="hidden" name="token" value="${tokenOf(act, event)}" />
        <button>${actWords[act]}</button>
      </form>`,
  )}`;
}
