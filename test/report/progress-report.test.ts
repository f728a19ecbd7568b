import assert from 'node:assert/strict';
import { ProgressReport } from '../../src/report/progress-report.ts';
import type { Progress } from '../../src/sync/model/outcome.ts';
import { migrate, result, stepTold, successTold } from './example-results.ts';

describe('The report of a run in progress', () => {
  let written: string[];
  const sink = {
    line: (text: string) => written.push(text),
    issue: (type: string, text: string) => written.push(`${type} ${text}`),
    progress: (percent: number) => written.push(`${percent} %`),
    record: ({ id, state }: { readonly id: string; readonly state: string }) =>
      written.push(`record ${id} ${state}`),
  };
  const subject = { names: [{ name: 'shop' }] };
  const identify = (path: string) => path;
  const records = () => written.filter((text) => text.startsWith('record '));
  const lines = () => written.filter((text) => !text.startsWith('record '));

  beforeEach(() => {
    written = [];
  });

  it('passes each message to the log, then to the timeline', () => {
    const report = new ProgressReport(sink, subject, identify);
    for (const progress of stepTold(migrate)) report.tell(progress);
    assert.deepEqual(records(), [
      'record shop InProgress',
      'record shop|PreSync InProgress',
      'record shop|PreSync|Job/migrate|shop InProgress',
      'record shop|PreSync|Job/migrate|shop Completed',
    ]);
    assert.match(written[0] ?? '', /^##\[group\]PreSync/);
    assert.match(written[1] ?? '', /Job\/migrate +Running/);
    assert.equal(written[2], 'record shop InProgress');
  });

  it('names the application in each line, unless it is the only one', () => {
    const both = { names: [{ name: 'shop' }, { name: 'pay' }] };
    for (const [of, expected] of [
      [subject, /^Argo CD has not begun/],
      [both, /^shop +Argo CD has not begun/],
      [{ selector: 'team=shop' }, /^shop +Argo CD has not begun/],
    ] as const) {
      written = [];
      new ProgressReport(sink, of, identify).tell(successTold[0] as Progress);
      assert.match(written[0] ?? '', expected);
    }
  });

  it('closes the log of several applications with a table', () => {
    const results = [result(), { ...result(), name: 'pay' }];
    const report = new ProgressReport(sink, { selector: 'team=shop' }, identify);
    report.close(results);
    assert.match(lines().join('\n'), /2 applications: 2 succeeded/);
  });

  it('continues where an earlier process was, and repeats nothing', () => {
    const [begun, ended] = stepTold(migrate) as [Progress, Progress];
    const first = new ProgressReport(sink, subject, identify);
    first.tell(begun);
    const { mark } = first;
    written = [];
    const second = new ProgressReport(sink, subject, identify, { mark, told: [begun] });
    assert.deepEqual(written, []);
    second.tell(begun);
    assert.deepEqual(written, []);
    second.tell(ended);
    assert.deepEqual(records(), ['record shop|PreSync|Job/migrate|shop Completed']);
    assert.match(lines().join('\n'), /^PreSync .*Job\/migrate +Succeeded/);
  });
});
