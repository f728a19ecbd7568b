import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { textOf } from '../../../scripts/demo/line.ts';
import { outputLines, summaryLines, timelineLines } from '../../../scripts/demo/report.ts';
import type { TaskRun } from '../../simulators/agent/agent.ts';

type TimelineRecord = TaskRun['records'][number];

function record(name: string, parentId: string | undefined): TimelineRecord {
  return {
    id: name,
    parentId,
    name,
    type: 'ArgoCD.Phase',
    order: 1,
    state: 'Completed',
    result: 'Succeeded',
    progress: 100,
    operation: undefined,
    startedAt: 1_000,
    finishedAt: 2_500,
  };
}

describe('What a run leaves', () => {
  it('shows the timeline as a tree, whatever the order of its records', () => {
    const records = [record('shop', undefined), record('cart', undefined), record('Sync', 'shop')];
    assert.deepEqual(timelineLines({ records }, 80).map(textOf), [
      'shop    ArgoCD.Phase  Succeeded  1.5 s',
      '  Sync  ArgoCD.Phase  Succeeded  1.5 s',
      'cart    ArgoCD.Phase  Succeeded  1.5 s',
    ]);
  });

  it('shows a record that did not end by its state', () => {
    const open = { ...record('shop', undefined), result: undefined, finishedAt: undefined };
    const records = [{ ...open, state: 'InProgress' as const }];
    assert.deepEqual(timelineLines({ records }, 80).map(textOf), [
      'shop  ArgoCD.Phase  InProgress',
    ]);
  });

  it('shows the summary, and says when there is none', () => {
    const type = 'Distributedtask.Core.Summary';
    const attachments = [{ type, name: 'Argo CD', content: '**done**\n' }];
    assert.deepEqual(summaryLines({ attachments }, 80).map(textOf), ['done']);
    assert.deepEqual(summaryLines({ attachments: [] }, 80).map(textOf), [
      'The step uploaded no summary.',
    ]);
  });

  it('shows the outputs', () => {
    const outputs = { outcome: 'failed', phase: '' };
    assert.deepEqual(outputLines({ outputs }, 80).map(textOf), ['outcome  failed', 'phase']);
  });
});
