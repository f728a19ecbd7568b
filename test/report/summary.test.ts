import assert from 'node:assert/strict';
import { summaryTitle } from '../../src/report/summary.ts';
import { summaryOf } from '../in-one-go.ts';
import { failedMigration, result, step } from './example-results.ts';

describe('The summary', () => {
  it('explains a failure in the order in which people ask', () => {
    assert.equal(
      summaryOf([failedMigration]),
      `
**shop failed: The operation failed in PreSync**

| Application                              | Outcome  | Sync      | Health  | Revision  | Time |
| ---------------------------------------- | -------- | --------- | ------- | --------- | ---- |
| [shop](https://argocd.example.com/applications/argocd/shop) | ✖ failed | OutOfSync | Healthy | \`4f2c9d1\` | 7 s  |

### Why shop failed

The operation failed in PreSync

**PreSync hook Job/migrate failed**

\`\`\`text
Job has reached the specified backoff limit
\`\`\`

Last lines of the log of \`Job/migrate\`:

\`\`\`text
applying 0042_orders.sql
ERROR: relation "orders" already exists
\`\`\`

[Open the operation in Argo CD](https://argocd.example.com/applications/argocd/shop?operation=true)

### Phases and resources

| Phase, wave | Resource             | State    | Time | When                       | Message                                  |
| ----------- | -------------------- | -------- | ---- | -------------------------- | ---------------------------------------- |
| **PreSync** |                      | ✖ Failed | 4 s  | \`████████████████████████\` |                                          |
| wave -1     | \`Job/migrate\` (hook) | ✖ Failed | 4 s  | \`████████████████████████\` | Job has reached the specified backoff limit |
`.trimStart(),
    );
  });

  it('shows what needs attention, the evidence, and the children', () => {
    const text = summaryOf([
      result({
        concerns: [{ title: 'Pruning was left undone', message: 'ConfigMap/old' }],
        children: [
          {
            name: 'child',
            ready: false,
            syncStatus: 'OutOfSync',
            health: { status: 'Degraded', message: '' },
            why: 'Deployment/x | broken',
          },
        ],
      }),
    ]);
    assert.match(text, /### Needs attention\n\n- shop: Pruning was left undone: ConfigMap\/old\n/);
    assert.match(
      text,
      /\| child +\| no +\| OutOfSync \| Degraded \| Deployment\/x \\\| broken +\|/,
    );
    assert.match(text, /How we know of shop: the operation with our marker ended as Succeeded/);
  });

  it('links deployed revisions to their commits', () => {
    const repositories = ['git@github.com:fabrikam/shop.git'];
    assert.match(
      summaryOf([result({ repositories })]),
      /\| \[4f2c9d1\]\(https:\/\/github\.com\/fabrikam\/shop\/commit\/4f2c9d1be33f21e2a4a1b2c3d4e5f60718293a4b\) \|/,
    );
  });

  it('does not repeat a message that only names the cause', () => {
    const message = 'The operation ended as Failed: PreSync hook Job/migrate failed';
    const text = summaryOf([{ ...failedMigration, message }]);
    assert.equal(text.match(/The operation ended as Failed/g)?.length, 1);
  });

  it('puts failures before the steps of successful applications', () => {
    const text = summaryOf([result({ name: 'good' }), { ...failedMigration, name: 'bad' }]);
    const places = ['### Why bad failed', '### Phases and resources of good'].map((title) =>
      text.indexOf(title),
    );
    assert.ok(places.every((place) => place > 0));
    assert.deepEqual(
      places,
      [...places].sort((a, b) => a - b),
    );
  });

  it('lists the failed applications first, and marks each result', () => {
    const concerned = { concerns: [{ title: 'Pruning was left undone', message: '' }] };
    const text = summaryOf([
      result({ name: 'good' }),
      result({ name: 'odd', ...concerned }),
      { ...failedMigration, name: 'bad' },
      result({ name: 'late', outcome: 'superseded' }),
    ]);
    const rows = [...text.matchAll(/^\| \[(\w+)\]\S+ +\| (\S \w+) /gm)].map(([, ...row]) => row);
    assert.deepEqual(rows, [
      ['bad', '✖ failed'],
      ['late', '⚠ superseded'],
      ['good', '✔ succeeded'],
      ['odd', '⚠ succeeded'],
    ]);
  });

  it('is bounded, whatever Argo CD says', () => {
    const huge = '`|<b>[x](y)\n'.repeat(90_000);
    const causes = Array.from({ length: 30 }, () => ({
      title: huge,
      message: huge,
      advice: huge,
      resource: undefined,
      log: [huge, huge],
    }));
    const steps = Array.from({ length: 3_000 }, (_, i) => step({ name: `s${i}`, message: huge }));
    const concerns = Array.from({ length: 30 }, () => ({ title: huge, message: huge }));
    const one = result({
      outcome: 'failed',
      message: huge,
      evidence: huge,
      causes,
      steps,
      concerns,
    });
    const text = summaryOf(Array.from({ length: 150 }, () => one));
    assert.ok(text.length < 600_000, String(text.length));
    assert.match(text, /50 more applications are in the result file/);
    assert.match(text, /The rest is omitted because of its size/);
    assert.doesNotMatch(text.replace(/^(`{3,})text\n[^]*?\n\1$/gm, ''), /<b>|[^\\]\[x\]/);
  });

  it('covers a hundred applications with 2,000 resources in all', () => {
    const steps = Array.from({ length: 20 }, (_, i) =>
      step({ kind: 'Job', name: `s${i}`, hook: true }),
    );
    const text = summaryOf(Array.from({ length: 100 }, (_, i) => result({ name: `a${i}`, steps })));
    assert.equal(text.match(/`Job\/s\d+`/g)?.length, 2_000);
    assert.doesNotMatch(text, /left out|more resources/);
  });
});

describe('The title of the summary', () => {
  it('says what was done to what, and is a valid file name', () => {
    assert.equal(summaryTitle('sync', ['shop']), 'Argo CD sync of shop');
    assert.equal(summaryTitle('wait', ['team/shop']), 'Argo CD wait of team shop');
    assert.equal(summaryTitle('sync', ['a', 'b']), 'Argo CD sync of 2 applications');
    assert.equal(summaryTitle('rollback', []), 'Argo CD rollback');
  });

  it('is short enough for a path on Windows, and distinguishes long names', () => {
    const names = ['a', 'b'].map((end) => `${'n'.repeat(63)}/${'x.'.repeat(126)}${end}`);
    const titles = names.map((name) => summaryTitle('terminate', [name]));
    assert.equal(new Set(titles).size, 2);
    for (const title of titles) {
      assert.ok(title.length <= 120, title);
      assert.match(title, /^Argo CD terminate of [\w. -]*\w$/);
    }
    const [longest = ''] = ['y'.repeat(90)];
    assert.equal(summaryTitle('sync', [longest]), `Argo CD sync of ${longest}`);
  });
});
