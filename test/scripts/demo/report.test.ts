import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { textOf } from '../../../scripts/demo/line.ts';
import {
  outputLines,
  summaryLines,
  timelineLines,
  type TimelineRow,
} from '../../../scripts/demo/report.ts';

function row(name: string, depth: number, rest: Partial<TimelineRow> = {}): TimelineRow {
  return { name, depth, type: 'ArgoCD.Phase', status: 'Succeeded', duration: 1_500, ...rest };
}

describe('The result of a run', () => {
  it('shows the timeline as a tree with its times', () => {
    const rows = [row('shop', 0, { duration: 125_000 }), row('Sync', 1), row('cart', 0)];
    assert.deepEqual(timelineLines(rows, 80).map(textOf), [
      'shop    ArgoCD.Phase  Succeeded  2 min 05 s',
      '  Sync  ArgoCD.Phase  Succeeded  1.5 s',
      'cart    ArgoCD.Phase  Succeeded  1.5 s',
    ]);
  });

  it('shows no time for a record that did not end', () => {
    const rows = [row('shop', 0, { status: 'InProgress', duration: undefined })];
    assert.deepEqual(timelineLines(rows, 80).map(textOf), ['shop  ArgoCD.Phase  InProgress']);
  });

  for (const type of ['Distributedtask.Core.Summary', 'DistributedTask.Core.Summary']) {
    it(`shows the summary of an attachment ${type}`, () => {
      const attachments = [
        { type: 'argocd.result', content: '{}' },
        { type, content: '**done**\n' },
      ];
      assert.deepEqual(summaryLines(attachments, 80).map(textOf), ['done']);
    });
  }

  it('says when there is no summary', () => {
    assert.deepEqual(summaryLines([], 80).map(textOf), ['The step uploaded no summary.']);
  });

  it('shows the outputs', () => {
    const outputs = { outcome: 'failed', phase: '' };
    assert.deepEqual(outputLines(outputs, 80).map(textOf), ['outcome  failed', 'phase']);
  });
});
