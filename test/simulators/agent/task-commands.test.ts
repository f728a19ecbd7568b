import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { Step } from '../../../simulators/agent/step.ts';
import { processLine } from '../../../simulators/agent/task-commands.ts';
import type { TaskDefinition } from '../../../simulators/agent/task-definition.ts';

const plain: TaskDefinition = { id: '', name: 'Task', inputs: [], execution: {} };

function run(lines: readonly string[], task: TaskDefinition = plain): Step {
  const step = new Step(
    () => 0,
    () => undefined,
  );
  for (const line of lines) processLine(step, task, line);
  return step;
}

describe("A line of a task's output", () => {
  it('goes to the log if it contains no command', () => {
    assert.deepEqual(run(['hello', '##[group]PreSync']).lines, ['hello', '##[group]PreSync']);
  });

  it('disappears, with everything before the command, if it contains one', () => {
    assert.deepEqual(run(['before ##vso[task.debug]after']).lines, []);
  });

  it('causes a warning if it only looks like a command', () => {
    const step = run(['##vso is what we write']);
    assert.equal(step.counts.warning, 1);
    assert.equal(step.lines.at(-1), '##vso is what we write');
    assert.equal(step.result, 'Succeeded');
  });

  it('causes a warning for an unknown area', () => {
    assert.match(run(['##vso[cake.bake]now']).issues[0]?.message ?? '', /cannot find/i);
  });

  it('fails the step if the area has no such command', () => {
    assert.equal(run(['##vso[task.bake]now']).result, 'Failed');
  });
});

describe('task.complete', () => {
  it('is Succeeded by default', () => {
    assert.equal(run([]).result, 'Succeeded');
  });

  it('keeps the worst result', () => {
    const step = run([
      '##vso[task.complete result=Failed]first',
      '##vso[task.complete result=Succeeded]second',
    ]);
    assert.equal(step.result, 'Failed');
    assert.deepEqual(step.progress.at(-1), { percent: 100, operation: 'second' });
  });

  for (const word of ['failed', 'Cancelled', '']) {
    it(`fails the step for the result "${word}"`, () => {
      const step = run([`##vso[task.complete result=${word}]x`]);
      assert.equal(step.result, 'Failed');
      assert.equal(step.counts.error, 2);
    });
  }

  it('can declare the task done', () => {
    assert.equal(run(['##vso[task.complete result=Succeeded;done=true]']).declaredDone, true);
    assert.equal(run(['##vso[task.complete result=Succeeded]']).declaredDone, false);
  });
});

describe('task.logissue', () => {
  it('keeps ten issues of each type and counts all', () => {
    const step = run([
      ...Array.from({ length: 12 }, (_, index) => `##vso[task.logissue type=error]e${index}`),
      ...Array.from({ length: 11 }, (_, index) => `##vso[task.issue type=Warning]w${index}`),
    ]);
    assert.equal(step.issues.length, 20);
    assert.equal(step.issues.at(-1)?.message, 'w9');
    assert.deepEqual(step.counts, { error: 12, warning: 11 });
    assert.equal(step.result, 'Succeeded', 'an issue is no result');
  });

  it('shows a multi-line message as several lines', () => {
    assert.deepEqual(run(['##vso[task.logissue type=error]a%0Ab']).lines, ['##[error]a', 'b']);
  });

  it('fails the step for another type, and warns without one', () => {
    assert.equal(run(['##vso[task.logissue type=info]x']).result, 'Failed');
    assert.equal(run(['##vso[task.logissue]x']).counts.warning, 1);
  });
});

describe('task.setprogress', () => {
  it('never goes back and stays between 0 and 100', () => {
    const step = run([
      '##vso[task.setprogress value=-5]a',
      '##vso[task.setprogress value=40]b',
      '##vso[task.setprogress value=30]c',
      '##vso[task.setprogress value=300]d',
    ]);
    assert.deepEqual(
      step.progress.map(({ percent }) => percent),
      [0, 40, 40, 100],
    );
    assert.equal(step.progress[2]?.operation, 'c');
  });
});

describe('task.setvariable', () => {
  const strict: TaskDefinition = {
    ...plain,
    outputVariables: [{ name: 'outcome' }],
    restrictions: { settableVariables: { allowed: ['outcome', 'out*'] } },
  };

  it('creates an output if the command or task.json says so', () => {
    const step = run(
      ['##vso[task.setvariable variable=Outcome]a', '##vso[task.setvariable variable=outside]b'],
      strict,
    );
    assert.deepEqual([...step.outputs], [['Outcome', 'a']]);
    assert.deepEqual([...step.variables], [['outside', 'b']]);
    assert.deepEqual(
      [...run(['##vso[task.setvariable variable=x;isoutput=true]y']).outputs],
      [['x', 'y']],
    );
  });

  it('sets nothing that task.json does not allow, and warns', () => {
    const step = run(['##vso[task.setvariable variable=PATH]x'], strict);
    assert.equal(step.variables.size, 0);
    assert.equal(step.counts.warning, 1);
    assert.equal(step.result, 'Succeeded');
  });

  it('masks a secret from then on, and refuses a multi-line one', () => {
    const step = run(['##vso[task.setvariable variable=x;issecret=true]hush', 'say hush']);
    assert.deepEqual(step.lines, ['say ***']);
    assert.equal(run(['##vso[task.setvariable variable=x;issecret=true]a%0Ab']).result, 'Failed');
  });

  it('fails the step without a name', () => {
    assert.equal(run(['##vso[task.setvariable]x']).result, 'Failed');
  });
});

describe('task.setsecret', () => {
  it('masks the value in later lines and issues', () => {
    const step = run(['##vso[task.setsecret]hush', 'hush!', '##vso[task.logissue type=error]hush']);
    assert.deepEqual(step.lines, ['***!', '##[error]***']);
    assert.equal(step.issues[0]?.message, '***');
  });
});

describe('task.addattachment and similar commands', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'attachments-'));
    writeFileSync(join(folder, 'Argo CD.md'), '# Argo CD');
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it('read the file immediately', () => {
    const file = join(folder, 'Argo CD.md');
    const step = run([`##vso[task.addattachment type=argocd.result;name=shop]${file}`]);
    writeFileSync(file, 'changed');
    assert.deepEqual(step.attachments, [
      { type: 'argocd.result', name: 'shop', content: '# Argo CD' },
    ]);
  });

  it('name a summary after its file', () => {
    const step = run([`##vso[task.uploadsummary]${join(folder, 'Argo CD.md')}`]);
    assert.equal(step.attachments[0]?.type, 'Distributedtask.Core.Summary');
    assert.equal(step.attachments[0].name, 'Argo CD.md');
  });

  it('fail the step without type, name or file, or with an impossible file name', () => {
    const file = join(folder, 'Argo CD.md');
    for (const line of [
      `##vso[task.addattachment name=a]${file}`,
      `##vso[task.addattachment type=a]${file}`,
      `##vso[task.addattachment type=a;name=b/c]${file}`,
      `##vso[task.addattachment type=a:b;name=c]${file}`,
      `##vso[task.addattachment type=a;name=b]${file}.not`,
      '##vso[task.uploadsummary]',
    ]) {
      assert.equal(run([line]).result, 'Failed', line);
    }
  });

  it('are not allowed in restricted mode, unlike the others', () => {
    const restricted: TaskDefinition = {
      ...plain,
      restrictions: { commands: { mode: 'restricted' } },
    };
    const step = run(
      [
        `##vso[task.uploadsummary]${join(folder, 'Argo CD.md')}`,
        '##vso[build.addbuildtag]tag',
        '##vso[task.setvariable variable=a]b',
      ],
      restricted,
    );
    assert.equal(step.attachments.length, 0);
    assert.equal(step.buildTags.length, 0);
    assert.equal(step.counts.warning, 2);
    assert.equal(step.variables.get('a'), 'b');
  });
});
