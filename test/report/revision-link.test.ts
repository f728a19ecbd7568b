import assert from 'node:assert/strict';
import { linkRevision, revisionCell } from '../../src/report/revision-link.ts';
import { result } from './example-results.ts';

const [one, other] = ['a'.repeat(40), 'b'.repeat(40)];
const github = 'https://github.com/fabrikam/shop.git';
const page = `https://github.com/fabrikam/shop/commit/${one}`;

describe('The cell of a revision', () => {
  for (const [what, changes, expected] of [
    ['nothing deployed', { revisions: [] }, ''],
    ['a commit', { revisions: [one], repositories: [github] }, `[aaaaaaa](${page})`],
    ['an unknown repository', { revisions: [one] }, '`aaaaaaa`'],
    [
      'an unknown host',
      { revisions: [one], repositories: ['https://git.example.com/a/b'] },
      '`aaaaaaa`',
    ],
    [
      'a URL that is not on the web',
      { revisions: [one], repositories: ['javascript:alert(1)'] },
      '`aaaaaaa`',
    ],
    [
      'several sources, including a chart and an artifact',
      { revisions: ['1.2.3', one, `sha256:${'c'.repeat(64)}`], repositories: ['', github, ''] },
      `\`1.2.3\`, [aaaaaaa](${page}), \`sha256:cccccccccccc\``,
    ],
    [
      'a bounded number of sources',
      { revisions: ['1', '2', '3', '4', '5', '6', '7'] },
      '`1`, `2`, `3`, `4`, `5` and 2 more',
    ],
    [
      'a hydrated application, with a link to its dry commit',
      {
        ...{ revisions: [other], repositories: ['https://git.example.com/a/b'] },
        ...{ drySourceRevision: one, drySourceRepository: github },
      },
      `[aaaaaaa](${page}) → \`bbbbbbb\``,
    ],
    [
      'a revision that would end a table',
      { revisions: ['x`|y\n| z'], repositories: [github] },
      '``x`\\|y ⏎ \\| z``',
    ],
  ] as const) {
    it(`shows ${what}`, () => assert.equal(revisionCell(result(changes)), expected));
  }

  it('never shows the credentials of a repository', () => {
    const { page: found, markdown } = linkRevision(
      one,
      'https://someone:secret@github.com/fabrikam/shop',
    );
    assert.equal(found, page);
    assert.doesNotMatch(markdown, /someone|secret/);
  });
});
