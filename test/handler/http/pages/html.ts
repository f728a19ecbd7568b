import assert from 'node:assert/strict';
import type { Markup } from '../../../../src/handler/http/pages/layout.ts';

const empty = new Set(['meta', 'br', 'hr', 'img', 'link', 'input', '!doctype']);

/** The page as text, after checking that its elements are properly nested. */
export async function wholePage(markup: Markup): Promise<string> {
  const page = String(await markup);
  assertBalanced(page);
  return page;
}

export function assertBalanced(page: string): void {
  const open: string[] = [];
  const content = page.replace(/<style>[^]*?<\/style>/, '');
  for (const [, slash, name = '', closed] of content.matchAll(
    /<(\/?)([a-z!][a-z0-9]*)[^<>]*?(\/?)>/gi,
  )) {
    const element = name.toLowerCase();
    if (empty.has(element) || closed === '/') continue;
    if (slash === '/') assert.equal(open.pop(), element);
    else open.push(element);
  }
  assert.deepEqual(open, []);
}

/** What a reader sees: the text between the tags, on one line. */
export function textOf(page: string): string {
  return page
    .replace(/<style>[^]*?<\/style>/, ' ')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ');
}
