import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import { replaceSection, type DocumentedTask } from '../../scripts/readme-section.ts';

const root = join(import.meta.dirname, '../..');
const readme = readFileSync(join(root, 'README.md'), 'utf8');
const [sync, server, gate, healthGate] = [
  'ArgoCDSync',
  'ArgoCDSyncServer',
  'ArgoCDGate',
  'ArgoCDHealthGate',
].map(
  (name) =>
    JSON.parse(readFileSync(join(root, 'tasks', name, 'V1/task.json'), 'utf8')) as DocumentedTask,
) as [DocumentedTask, DocumentedTask, DocumentedTask, DocumentedTask];

const small: DocumentedTask = {
  name: 'Small',
  version: { Major: 1 },
  groups: [{ name: 'what', displayName: 'What' }],
  inputs: [
    { name: 'names', type: 'string', required: true, groupName: 'what', helpMarkDown: 'Which.' },
    {
      name: 'action',
      type: 'pickList',
      defaultValue: 'sync',
      options: { sync: 'Sync', rollback: 'Roll back' },
      groupName: 'what',
      helpMarkDown: 'What to do.',
    },
  ],
  outputVariables: [{ name: 'outcome', description: 'How it ended.' }],
};

function replace(task: DocumentedTask, like?: DocumentedTask): string {
  const [begin, end] = [`<!-- ${task.name}: begin -->`, `<!-- ${task.name}: end -->`];
  return replaceSection(`before\n${begin}\nold\n${end}\nafter`, task, like);
}

describe('The parts of the README about inputs and outputs', () => {
  for (const { task, like } of [
    { task: sync },
    { task: server, like: sync },
    { task: gate },
    { task: healthGate },
  ]) {
    it(`are those of task.json; if not, run npm run readme: ${task.name}`, () => {
      assert.equal(replaceSection(readme, task, like), readme);
    });
  }

  it('have every input and output', () => {
    const names = [sync, server, gate, healthGate].flatMap(({ inputs, outputVariables = [] }) =>
      [...inputs, ...outputVariables].map(({ name }) => name),
    );
    assert.ok(names.length > 60);
    assert.deepEqual(
      names.filter((name) => !readme.includes(`\n- \`${name}\``)),
      [],
    );
  });

  it('say type, choices and default of an input', () => {
    assert.equal(
      replace(small),
      `before
<!-- Small: begin -->

### Inputs

**What**

- \`names\` (text; required): Which.
- \`action\` (\`sync\`; \`rollback\`: Roll back; default \`sync\`): What to do.

### Outputs

- \`outcome\`: How it ended.

<!-- Small: end -->
after`,
    );
  });

  it('need no headings where there are no outputs to tell from the inputs', () => {
    const { outputVariables, ...gateLike } = small;
    assert.ok(outputVariables);
    assert.doesNotMatch(replace(gateLike), /###/);
  });

  it('tell of a task that is like another one only what differs', () => {
    const [names, action] = small.inputs;
    assert.ok(names && action);
    const own = { ...names, name: 'own', helpMarkDown: 'Its own.' };
    const other = { ...small, name: 'Other', inputs: [own, { ...action, helpMarkDown: 'More.' }] };
    const { outputVariables, ...silent } = other;
    assert.ok(outputVariables);
    assert.equal(
      replace(silent, small),
      `before
<!-- Other: begin -->

Inputs and outputs are those of \`Small@1\` without \`names\` and \`outcome\`. Only these differ:

- \`own\` (text; required): Its own.
- \`action\` (\`sync\`; \`rollback\`: Roll back; default \`sync\`): More.

<!-- Other: end -->
after`,
    );
  });

  it('are refused where the marks are gone', () => {
    assert.throws(
      () => replaceSection('nothing here', small),
      /README\.md needs the marks <!-- Small: begin --> and <!-- Small: end -->/,
    );
  });
});
