import { createHash } from 'node:crypto';
import { html, raw } from 'hono/html';
import type { HtmlEscapedString } from 'hono/utils/html';
import { stylesheet } from './stylesheet.ts';

/** Markup in which everything that came from outside is escaped. */
export type Markup = HtmlEscapedString | Promise<HtmlEscapedString>;

/** How something goes, as a colour tells it. */
export type Tone = 'good' | 'bad' | 'warn' | 'busy' | 'idle';

export interface Page {
  readonly title: string;
  /** Beside the title. */
  readonly aside: Markup;
  readonly body: Markup;
  readonly footer: Markup;
  /** Seconds after which the browser loads the page anew; absent: never. */
  readonly refresh: number | undefined;
}

/** No scripts, no foreign content, no frames, and exactly the one stylesheet. */
export const contentSecurityPolicy = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(stylesheet).digest('base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Exactly the text whose digest the policy holds, so nothing may be laid out anew around it. */
const styleElement = raw(`<style>${stylesheet}</style>`);

/** A whole page. */
export function renderPage({ title, aside, body, footer, refresh }: Page): Markup {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        ${refresh === undefined ? '' : html`<meta http-equiv="refresh" content="${refresh}" />`}
        <title>${title}</title>
        ${styleElement}
      </head>
      <body>
        <header>
          <h1>${title}</h1>
          ${aside}
        </header>
        <main>${body}</main>
        <footer>${footer}</footer>
      </body>
    </html>`;
}

/** A word in a coloured pill. */
export function tag(word: string, tone: Tone): Markup {
  return html`<span class="tag ${tone}">${word}</span>`;
}

/** A link to a place outside, or the mere words where there is none. */
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
