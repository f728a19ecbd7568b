import { html } from 'hono/html';
import { printName } from '../../../sync/model/application.ts';
import { plainLine, webAddress } from '../../../text/foreign-text.ts';
import type { Standing } from '../../follow-ups/follow-up-ports.ts';
import type { IdleEvent } from '../../follow-ups/idle-events.ts';
import type { FollowUpsContent } from './follow-ups-page.ts';
import { link, printTime, prose, tag, type Markup } from './layout.ts';

/** The events that started nothing, and why. */
export function idleEventsSection(events: readonly IdleEvent[]): Markup {
  return html`<h2>Events without a follow-up</h2>
    <p class="dim small">
      Events that started nothing, or not all that their rules ask for, since this handler started:
      the newest of each application. Only applications that a rule, a grant or a run names are
      followed.
    </p>
    ${events.length === 0 ? html`<p class="dim">None.</p>` : table(events)}`;
}

/** Whether anything is followed, and the applications of a name are: for those who miss them. */
export function standingSection({
  followsNothing,
  standing,
  query: { application = '' },
}: Pick<FollowUpsContent, 'followsNothing' | 'standing' | 'query'>): Markup {
  if (followsNothing) {
    return line(
      'No application is followed: the configuration has no `followUps`, no `grants`, and no rule with the action `queue`.',
    );
  }
  if (standing === undefined) return html``;
  if (standing.length > 0) return html`${standing.map((one) => line(printStanding(one)))}`;
  return line(
    `No Argo CD has shown an application named \`${application}\` since this handler started. Enter the name without its namespace.`,
  );
}

function line(text: string): Markup {
  return html`<p>${prose(text, 1_500)}</p>`;
}

function printStanding({ application, argocd, project, isFollowed }: Standing): string {
  const name = `\`${plainLine(application, 320)}\` of ${argocd}`;
  return isFollowed
    ? `${name} is followed.`
    : `${name} is not followed: no rule of \`followUps\` is for it, and no grant for its AppProject \`${plainLine(project, 100)}\`. An operation of a run that brings rules is followed even so.`;
}

function table(events: readonly IdleEvent[]): Markup {
  return html`<div class="panel scroll">
    <table>
      <thead>
        <tr>
          <th>Application, event</th>
          <th>Seen</th>
          <th>Started by</th>
          <th>Why nothing was started</th>
        </tr>
      </thead>
      <tbody>
        ${events.map(row)}
      </tbody>
    </table>
  </div>`;
}

function row(event: IdleEvent): Markup {
  const { events, late, seenAt, startedBy, runPage, reasons, argocd, applicationUrl } = event;
  return html`<tr>
    <td class="part">
      ${link(printName(event), webAddress(applicationUrl))} ${late ? tag('late', 'warn') : ''}
      ${events.map((one) => html`<div class="dim small">${one}</div>`)}
      <div class="dim small">${plainLine(argocd, 100)}</div>
    </td>
    <td class="time">${printTime(seenAt)}</td>
    <td class="word">${link(startedBy, runPage)}</td>
    <td class="text">${reasons.map((reason) => html`<div>${prose(reason)}</div>`)}</td>
  </tr>`;
}
