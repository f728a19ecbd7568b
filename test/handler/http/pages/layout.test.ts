import assert from 'node:assert/strict';
import {
  facts,
  missingPage,
  prose,
  renderPage,
} from '../../../../src/handler/http/pages/layout.ts';
import { html } from 'hono/html';
import { textOf, wholePage } from './html.ts';

describe('a page', () => {
  it('about what is not there looks like the others and leads back', async () => {
    const page = await wholePage(missingPage('Not found', 'This page does not exist.'));
    assert.match(textOf(page), /Not found All runs This page does not exist\./);
    assert.match(page, /<style>/);
  });

  it('that does not change is never loaded again', async () => {
    const parts = { title: 'x', aside: html``, body: html``, footer: html`` };
    const page = await wholePage(renderPage({ ...parts, refresh: undefined }));
    assert.doesNotMatch(page, /refresh/i);
  });
});

describe('prose', () => {
  const table = [
    ['plain', 'plain'],
    ['set `a` and `b`', 'set <code>a</code> and <code>b</code>'],
    ['`<b>`', '<code>&lt;b&gt;</code>'],
    ['one ` alone', 'one ` alone'],
    ['`a` and `', '<code>a</code> and `'],
  ] as const;
  for (const [text, expected] of table) {
    it(`makes ${expected} of ${text}`, async () => {
      assert.equal(String(await prose(text)), expected);
    });
  }
});

describe('facts on a page', () => {
  it('are names with what belongs to them, escaped, without those that are empty', async () => {
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
