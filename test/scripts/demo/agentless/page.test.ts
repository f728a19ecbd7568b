import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { outputsOf, showPage } from '../../../../scripts/demo/agentless/page.ts';
import { Screen } from '../../../../scripts/demo/screen.ts';
import type { RowView, RunView } from '../../../../simulators/azure-devops/run-view.ts';

const task: RowView = {
  id: 'task',
  depth: 1,
  type: 'Task',
  name: 'Sync',
  state: 'completed',
  result: 'failed',
  startedAt: 1_000,
  finishedAt: 3_500,
  currentOperation: undefined,
  percentComplete: undefined,
  issues: [{ type: 'error', message: 'shop: it broke\nin two lines' }],
  variables: { outcome: 'failed' },
  lines: ['a line of the log'],
};
const job: RowView = { ...task, id: 'job', depth: 0, type: 'Job', issues: [], variables: {} };
const view: RunView = {
  title: 'shop-deploy #1',
  hub: 'build',
  state: 'completed',
  result: 'failed',
  startedAt: 1_000,
  finishedAt: 3_500,
  at: 4_000,
  rows: [job, task],
  attachments: [{ type: 'DistributedTask.Core.Summary', name: 'shop', text: '**shop failed**' }],
};

function shown(of: RunView): string {
  let text = '';
  showPage(of, new Screen({ write: (part) => (text += part), width: 60, colors: false }));
  return text;
}

describe('The page of a run in the demo', () => {
  it('has timeline, issues, summary and outputs, but not the log again', () => {
    assert.equal(
      shown(view),
      `
The page of the run: shop-deploy #1, failed
  Sync    Job   failed  2.5 s
    Sync  Task  failed  2.5 s

Issues
  error: shop: it broke
  in two lines

Summary
  shop failed

Outputs
  outcome  failed
`,
    );
  });

  it('omits empty parts', () => {
    const rows = [
      { ...task, state: 'inProgress', result: undefined, finishedAt: undefined },
    ] as const;
    const open = { ...view, state: 'inProgress', result: undefined, attachments: [] } as const;
    assert.equal(
      shown({ ...open, rows: rows.map((row) => ({ ...row, issues: [], variables: {} })) }),
      `
The page of the run: shop-deploy #1, inProgress
    Sync  Task  inProgress
`,
    );
  });

  it('collects the outputs of all tasks', () => {
    const other = { ...task, variables: { phase: 'Failed' } };
    assert.deepEqual(outputsOf({ ...view, rows: [task, other] }), {
      outcome: 'failed',
      phase: 'Failed',
    });
  });
});
