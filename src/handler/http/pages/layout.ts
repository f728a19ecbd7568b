import { createHash } from 'node:crypto';
import { html, raw } from 'hono/html';
import type { HtmlEscapedString } from 'hono/utils/html';
import { plainLine } from '../../../text/foreign-text.ts';
import { stylesheet } from './stylesheet.ts';

/** Markup with everything from outside escaped. */
export type Markup = HtmlEscapedString | Promise<HtmlEscapedString>;

/** The state of something, as a color. */
export type Tone = 'good' | 'bad' | 'warn' | 'busy' | 'idle';

/** A page of the admin listener. `title` is plain text: the layout escapes it. */
export interface Page {
  readonly title: string;
  /** Next to the title. */
  readonly aside: Markup;
  readonly body: Markup;
  readonly footer: Markup;
  /** How the page is refreshed; absent if nothing changes anymore. */
  readonly refresh: AutoRefresh | undefined;
}

/** The browser reloads the page after so many seconds, unless the reader has paused it. */
export interface AutoRefresh {
  readonly seconds: number;
  readonly isPaused: boolean;
  /** The page's path with its query, without the pause. */
  readonly path: string;
}

/** The query that pauses a page's refresh. */
export const pausedQuery = 'refresh=off';

/** No scripts, foreign content or frames, and exactly one stylesheet. */
export const contentSecurityPolicy = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(stylesheet).digest('base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** The same for a page with forms, which may post only to this listener. */
export const formContentSecurityPolicy = contentSecurityPolicy.replace(
  "form-action 'none'",
  "form-action 'self'",
);

/** Exactly the text whose digest is in the policy, so it must not be reformatted. */
const styleElement = raw(`<style>${stylesheet}</style>`);

/** Renders a page with head, style and footer. Values are escaped. */
export function renderPage({ title, aside, body, footer, refresh }: Page): Markup {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        ${
          refresh === undefined || refresh.isPaused
            ? ''
            : html`<meta http-equiv="refresh" content="${refresh.seconds}" />`
        }
        <title>${title}</title>
        ${styleElement}
      </head>
      <body>
        <header>
          <h1>${title}</h1>
          ${aside} ${refresh === undefined ? '' : refreshLink(refresh)}
        </header>
        <main>${body}</main>
        <footer>${footer}</footer>
      </body>
    </html>`;
}

function refreshLink({ path, isPaused, seconds }: AutoRefresh): Markup {
  const paused = `${path}${path.includes('?') ? '&' : '?'}${pausedQuery}`;
  return isPaused
    ? html`<a class="small" href="${path}">Resume refresh</a>`
    : html`<a class="small" href="${paused}" title="Every ${seconds} s">Pause refresh</a>`;
}

/** A page that says that something does not exist. */
export function missingPage(title: string, words: string): Markup {
  return renderPage({
    title,
    aside: html`<span class="fill"></span><a href="/">All runs</a>`,
    body: html`<div class="panel">${words}</div>`,
    footer: html``,
    refresh: undefined,
  });
}

/** A line of text in which backticks mark code; bounded, without invisible characters. */
export function prose(text: string, width?: number): Markup {
  const parts = plainLine(text, width).split('`');
  // The last of an odd number of backticks is literal.
  const isOpen = parts.length % 2 === 0;
  return html`${parts.map((part, place) => {
    if (place % 2 === 0) return part;
    return isOpen && place === parts.length - 1 ? `\`${part}` : html`<code>${part}</code>`;
  })}`;
}

/** Names with values; empty values are omitted. */
export function facts(rows: readonly (readonly [string, Markup | string])[]): Markup {
  return html`<dl>
    ${rows
      .filter(([, value]) => value !== '')
      .map(
        ([name, value]) =>
          html`<dt>${name}</dt>
            <dd>${value}</dd>`,
      )}
  </dl>`;
}

/** A word in a colored pill. */
export function tag(word: string, tone: Tone): Markup {
  return html`<span class="tag ${tone}">${word}</span>`;
}

/** A link to an external page, or only the words if there is no address. */
export function link(words: string, address: string | undefined): Markup {
  return address === undefined || address === ''
    ? html`${words}`
    : html`<a href="${address}" rel="noreferrer">${words}</a>`;
}

/** `2026-11-21 10:00:05 UTC`. Takes milliseconds. */
export function printTime(time: number): string {
  return new Date(time)
    .toISOString()
    .replace('T', ' ')
    .replace(/\.\d+Z$/, ' UTC');
}
