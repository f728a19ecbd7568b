import assert from 'node:assert/strict';
import { markdownHtml } from '../../../simulators/azure-devops/markdown.ts';

const cases: [string, string, string][] = [
  ['a heading', '## A **b**', '<h2>A <strong>b</strong></h2>'],
  ['a paragraph', 'a\nb', '<p>a<br>b</p>'],
  ['a list', '- a\n* b', '<ul><li>a</li><li>b</li></ul>'],
  ['code', '```yaml\na: <b>\n```', '<pre>a: &lt;b&gt;</pre>'],
  ['unterminated code', '```\na', '<pre>a</pre>'],
  [
    'a table',
    'a|b\n-|-\n1|2',
    '<table><tr><th>a</th><th>b</th></tr><tr><td>1</td><td>2</td></tr></table>',
  ],
  [
    'a link',
    '[a](https://a.example/?x=1&y)',
    '<p><a href="https://a.example/?x=1&amp;y">a</a></p>',
  ],
  ['a link that runs a script', '[a](javascript:alert(1))', '<p>[a](javascript:alert(1))</p>'],
  ['an escaped character', 'a\\_b \\<i>', '<p>a_b \\&lt;i&gt;</p>'],
  [
    'a quote in a link',
    '[a](https://a"onclick="x)',
    '<p><a href="https://a&quot;onclick=&quot;x">a</a></p>',
  ],
];

describe('The Markdown of summaries', () => {
  for (const [name, source, html] of cases) {
    it(`shows ${name}`, () => assert.equal(markdownHtml(source), html));
  }

  it('terminates for every text', () => {
    for (const text of ['', '\n\n', '|', '-', '- ', '#', '```', '|-|', 'a\n- b\n# c\n```']) {
      assert.equal(typeof markdownHtml(text), 'string');
    }
  });
});
