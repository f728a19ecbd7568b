import assert from 'node:assert/strict';
import { runPage } from '../../../simulators/azure-devops/page.ts';
import { runText } from '../../../simulators/azure-devops/run-text.ts';
import { Caller } from '../../../simulators/azure-devops/caller.ts';
import type { RunView } from '../../../simulators/azure-devops/run-view.ts';
import { durationText } from '../../../simulators/azure-devops/run-view.ts';
import { AzureDevOpsSimulator } from '../../../simulators/azure-devops/simulator.ts';

const start = Date.UTC(2026, 10, 21, 8);
const childId = '11111111-1111-4111-8111-111111111111';

describe("The run's page of the Azure DevOps simulator", () => {
  let azure: AzureDevOpsSimulator;

  beforeEach(async () => {
    azure = await AzureDevOpsSimulator.start({ timeScale: Infinity, startTime: start });
  });
  afterEach(() => azure.stop());

  /** A run that has reported everything, with `text` wherever a caller may put text. */
  async function reported(text: string): Promise<RunView> {
    const job = azure.addJob({ stageName: 'Deploy', jobName: 'sync', taskName: 'Argo CD sync' });
    const caller = new Caller({ planUrl: azure.collectionUrl, ...job });
    await caller.createLog();
    await caller.appendLog(
      1,
      [
        '2026-11-21T08:00:01.1234567Z ##[group]PreSync',
        `2026-11-21T08:00:02.1234567Z migrate ${text}`,
        '2026-11-21T08:00:03.1234567Z ##[endgroup]',
        '2026-11-21T08:00:04.1234567Z ##[error]it broke',
        '',
      ].join('\n'),
    );
    azure.advance(65_000);
    await caller.update(
      {
        id: job.taskInstanceId,
        log: { id: 1 },
        percentComplete: 40,
        currentOperation: `Wave 2 ${text}`,
        issues: [{ type: 'error', message: `failed ${text}` }],
        errorCount: 1,
        variables: {
          [`revision${text}`]: { value: `abc ${text}` },
          secret: { value: 'hush', isSecret: true },
        },
      },
      {
        id: childId,
        parentId: job.taskInstanceId,
        type: 'Task',
        name: `PreSync ${text}`,
        state: 'completed',
        result: 'succeeded',
        startTime: new Date(start).toISOString(),
        finishTime: new Date(start + 5000).toISOString(),
      },
    );
    await caller.attach(
      'DistributedTask.Core.Summary',
      encodeURIComponent(`Argo CD ${text}`),
      `# Sync ${text}\n\n| a | b |\n|---|---|\n| 1 \\| 2 | **${text}** |\n\n- item \`x\`\n`,
    );
    await caller.attach('argocd.result', 'result.json', JSON.stringify({ text }));
    assert.deepEqual(azure.faults, []);
    return azure.view({ job, executions: [] });
  }

  it('shows the tree, the log, issues, variables and attachments', async () => {
    const view = await reported('x');
    assert.deepEqual(
      view.rows.map(({ depth, name }) => [depth, name]),
      [
        [0, 'Deploy'],
        [1, 'sync'],
        [2, 'sync'],
        [3, 'Argo CD sync'],
        [4, 'PreSync x'],
      ],
    );
    const task = view.rows[3];
    assert.equal(task?.lines.length, 4);
    assert.deepEqual(task.variables, { revisionx: 'abc x', secret: '***' });
    assert.equal(view.attachments.length, 2);
    const page = runPage(view);
    assert.match(page, /Running in 1m 5s, started 2026-11-21 08:00:00 UTC/);
    assert.match(page, /40 % · 1m 5s/);
    assert.match(page, /<summary>PreSync<\/summary>\n<div class="l"><time>08:00:02<\/time>/);
    assert.match(page, /<span class="error">it broke<\/span>/);
    assert.match(page, /<h1>Sync x<\/h1>/);
    assert.match(page, /<td>1 \| 2<\/td><td><strong>x<\/strong><\/td>/);
    assert.match(page, /<li>item <code>x<\/code><\/li>/);
    assert.match(page, /Issues \(1\)[^]*Output variables[^]*Attachments \(1\)/);
    assert(!page.includes('hush'));
  });

  it('escapes all text from callers', async () => {
    const page = runPage(await reported(`<img src=x onerror="a('b')">`));
    assert(!page.includes('<img'));
    assert(!page.includes('onerror="'));
    assert.equal(page.split('&lt;img src=x').length - 1, 10);
  });

  it('loads nothing from elsewhere', async () => {
    assert.doesNotMatch(runPage(await reported('x')), /<script|<link|src=|@import|url\(/);
  });

  it('shows the same as text', async () => {
    assert.equal(
      runText(await reported('x')),
      [
        'shop-deploy #20261121.1  inProgress  (build)',
        '  ▸ Deploy  1m 5s',
        '    ▸ sync  1m 5s',
        '      ▸ sync  1m 5s',
        '        ▸ Argo CD sync  1m 5s  40 %  Wave 2 x',
        '          ✓ PreSync x  5s',
        '',
        '--- Argo CD sync',
        '2026-11-21T08:00:01.1234567Z ##[group]PreSync',
        '2026-11-21T08:00:02.1234567Z migrate x',
        '2026-11-21T08:00:03.1234567Z ##[endgroup]',
        '2026-11-21T08:00:04.1234567Z ##[error]it broke',
        '',
        '--- Issues',
        'error: failed x',
        '',
        '--- Attachments',
        'DistributedTask.Core.Summary  Argo CD x',
        'argocd.result  result.json',
        '',
      ].join('\n'),
    );
  });

  const durations: [number, string][] = [
    [0, '<1s'],
    [59_999, '59s'],
    [60_000, '1m 0s'],
    [3_661_000, '1h 1m'],
  ];
  for (const [milliseconds, text] of durations) {
    it(`writes ${milliseconds} ms as ${text}`, () => {
      assert.equal(durationText(milliseconds), text);
    });
  }
});
