import assert from 'node:assert/strict';
import fc from 'fast-check';
import { commandFromString } from 'azure-pipelines-task-lib/taskcommand.js';
import {
  addAttachment,
  complete,
  logDetail,
  logIssue,
  setOutput,
  setProgress,
  setSecret,
  uploadSummary,
} from '../../src/task/logging-command.ts';

describe('A logging command', () => {
  const table: readonly (readonly [string, string, string])[] = [
    [
      'sets an output, even an empty one',
      setOutput('phase', ''),
      '##vso[task.setvariable variable=phase;isoutput=true;issecret=false;]',
    ],
    [
      'reports an issue',
      logIssue('error', 'a\nb 5%'),
      '##vso[task.logissue type=error;]a%0Ab 5%AZP25',
    ],
    ['reports progress from 0 on', setProgress(0, 'x'), '##vso[task.setprogress value=0;]x'],
    [
      'ends the step',
      complete('SucceededWithIssues', 'done'),
      '##vso[task.complete result=SucceededWithIssues;done=true;]done',
    ],
    [
      'attaches a file',
      addAttachment('t', 'a;b]', '/x'),
      '##vso[task.addattachment type=t;name=a%3Bb%5D;]/x',
    ],
    ['uploads a summary', uploadSummary('/a b'), '##vso[task.uploadsummary]/a b'],
    ['masks a secret', setSecret('s%]'), '##vso[task.setsecret]s%AZP25]'],
    [
      'creates a record with order 0',
      logDetail({ id: 'i', type: 't', name: 'n', order: 0, state: 'InProgress' }),
      '##vso[task.logdetail id=i;type=t;name=n;order=0;state=InProgress;]',
    ],
    [
      'ends a record as Succeeded, which task-lib omits',
      logDetail({ id: 'i', state: 'Completed', result: 'Succeeded', finishTime: undefined }),
      '##vso[task.logdetail id=i;state=Completed;result=Succeeded;]',
    ],
  ];
  for (const [what, line, expected] of table) {
    it(what, () => assert.equal(line, expected));
  }

  it('is read by the task library as intended, whatever the texts', () => {
    const text = fc.string({ unit: 'binary', minLength: 1 });
    fc.assert(
      fc.property(text, text, (name, message) => {
        const line = addAttachment('type', `-${name}-`, message);
        assert.doesNotMatch(line, /[\r\n]/);
        const read = commandFromString(line);
        assert.equal(read.command, 'task.addattachment');
        assert.equal(read.properties['name'], `-${name}-`);
        assert.equal(read.message, message);
      }),
    );
  });
});
