import assert from 'node:assert/strict';
import {
  facts,
  missingPage,
  prose,
  renderPage,
} from '../../../../src/handler/http/pages/layout.ts';
import { html } from 'hono/html';
import { textOf, wholePage } from './html.ts';

describe('A page', () => {
  it('about something missing looks like the others and links back', async () => {
    const page = await wholePage(missingPage('Not found', 'This page does not exist.'));
    assert.match(textOf(page), /Not found All runs This page does not exist\./);
    assert.match(page, /<style>/);
  });

  it('that does not change is never reloaded', async () => {
    const parts = { title: 'x', aside: html``, body: html``, footer: html`` };
    const page = await wholePage(renderPage({ ...parts, refresh: undefined }));
    assert.doesNotMatch(page, /refresh/i);
  });
});

describe('Prose', () => {
  const table = [
    ['plain', 'plain'],
    ['set `a` and `b`', 'set <code>a</code> and <code>b</code>'],
    ['`<b>`', '<code>&lt;b&gt;</code>'],
    ['one ` alone', 'one ` alone'],
    ['`a` and `', '<code>a</code> and `'],
  ] as const;
  for (const [text, expected] of table) {
    it(`is rendered as ${expected} for ${text}`, async () => {
      assert.equal(String(await prose(text)), expected);
    });
  }
});

describe('Facts on a page', () => {
  it('are names with their values, escaped, without empty ones', async () => {
    const text = await wholePage(
      facts([
        ['Client', '<b>'],
        ['Ended', ''],
        ['State', html`<i>on</i>`],
      ]),
    );
    assert.deepEqual(text.match(/<dt>[^<]*<\/dt>/g), ['<dt>Client</dt>', '<dt>State</dt>']);
    assert.match(text, /<dd>&lt;b&gt;<\/dd>/);
    assert.match(text, /<dd><i>on<\/i><\/dd>/);
  });
});
