import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { readMarkdown } from '../../../scripts/demo/markdown.ts';

const summary = `**shop failed: 1 \\| 2**

| Application | Time |
| ----------- | ---- |
| [shop](https://argocd.example.com/applications/shop) | &lt;1 s |
| \`a\\|b\` | 2 s |

### Why

\`\`\`text
| no table
**no mark**
\`\`\`
`;

describe('A summary as plain text', () => {
  it('has aligned tables and no markup', () => {
    assert.deepEqual(readMarkdown(summary, 80), [
      'shop failed: 1 | 2',
      '',
      'Application  Time',
      'shop         <1 s',
      'a|b          2 s',
      '',
      'Why',
      '',
      '    | no table',
      '    **no mark**',
    ]);
  });
});
