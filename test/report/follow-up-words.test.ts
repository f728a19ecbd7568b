import assert from 'node:assert/strict';
import { ProgressReport } from '../../src/report/progress-report.ts';
import {
  followUpLine,
  followUpsOutput,
  followUpSection,
  followUpState,
} from '../../src/report/follow-up-words.ts';
import type { FollowUpReport } from '../../src/sync/model/follow-up-report.ts';
import type { DetailRecord } from '../../src/report/timeline.ts';
import { result } from './example-results.ts';

const page = 'https://dev.azure.com/fabrikam/shop/_build/results?buildId=7';
const waiting: FollowUpReport = {
  ...{ key: 'k', rule: 'input/onSuccess/smoke', event: 'succeeded', pipeline: 'shop/smoke' },
  ...{ state: 'waiting', run: undefined, result: undefined, message: '' },
};
const queued: FollowUpReport = {
  ...waiting,
  state: 'queued',
  run: { id: 7, name: 'argocd-7', page },
};
const failed: FollowUpReport = { ...queued, state: 'ended', result: 'failed' };

describe('A follow-up', () => {
  it('is one line of the log for each change, with number and page', () => {
    assert.equal(followUpLine(queued), `Follow-up shop/smoke: queued, argocd-7, ${page}`);
    assert.equal(followUpLine(failed), `Follow-up shop/smoke: failed, argocd-7, ${page}`);
    const refused = { ...waiting, state: 'notQueued', message: 'no right' } as const;
    assert.equal(followUpLine(refused), 'Follow-up shop/smoke: not queued, no right');
  });

  it('has a word for each state', () => {
    assert.equal(followUpState({ ...failed, result: 'partiallySucceeded' }), 'partially succeeded');
    assert.equal(followUpState({ ...failed, result: undefined }), 'failed');
  });

  it('is a row of the summary', () => {
    const section = followUpSection(result({ followUps: [failed] }), '');
    assert.match(section, /^### Follow-ups\n/);
    assert.match(
      section,
      /\| shop\/smoke +\| succeeded +\| \[argocd-7\]\(https:\S+buildId=7\) +\| failed/,
    );
    assert.equal(followUpSection(result(), ''), '');
  });

  it('lets no foreign text break a table or the log', () => {
    const hostile = { ...failed, pipeline: 'a|b\n##vso[x]', message: '| ##vso[task.complete]' };
    const section = followUpSection(result({ followUps: [hostile] }), '');
    assert.equal(section.split('\n').length, 5, section);
    assert.ok(!followUpsOutput([result({ followUps: [hostile] })]).includes('##vso'));
  });

  it('is an output for scripts, with at most 20 in all', () => {
    const many = Array.from({ length: 30 }, () => failed);
    const told = JSON.parse(followUpsOutput([result({ followUps: many })])) as readonly unknown[];
    assert.equal(told.length, 20);
    assert.deepEqual(told[0], {
      ...{ pipeline: 'shop/smoke', state: 'ended', result: 'failed', runId: 7, url: page },
    });
    assert.equal(followUpsOutput([result()]), '[]');
  });

  it('is a record below its application, which ends with it', () => {
    const records: DetailRecord[] = [];
    const sink = {
      line: () => undefined,
      issue: () => undefined,
      progress: () => undefined,
      record: (record: DetailRecord) => records.push(record),
    };
    const report = new ProgressReport(sink, { names: [{ name: 'shop' }] }, (path) => path);
    for (const followUp of [waiting, queued, failed]) {
      report.tell({ kind: 'followUp', application: { name: 'shop' }, followUp });
    }
    const other = { ...queued, key: 'other' };
    report.tell({ kind: 'followUp', application: { name: 'shop' }, followUp: other });
    const { name } = result();
    report.tell({ kind: 'result', result: { ...result(), name, namespace: '' } });
    const own = records.filter(({ id }) => id.endsWith('|k'));
    assert.deepEqual(
      own.map(({ state, result: end }) => [state, end]),
      [
        ['InProgress', undefined],
        ['InProgress', undefined],
        ['InProgress', undefined],
        ['Completed', 'Failed'],
      ],
    );
    assert.equal(own[0]?.parentId, 'shop');
    assert.equal(records.findLast(({ id }) => id.endsWith('|other'))?.result, 'Abandoned');
  });
});
