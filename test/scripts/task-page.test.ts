import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import { pageOf, replaceSection, type DocumentedTask } from '../../scripts/task-page.ts';

const root = join(import.meta.dirname, '../..');
const pageTextOf = (task: DocumentedTask) => readFileSync(join(root, pageOf(task)), 'utf8');
const [sync, server, gate, healthGate] = [
  'ArgoCDSync',
  'ArgoCDSyncServer',
  'ArgoCDGate',
  'ArgoCDSyncDirect',
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

describe('The page of a task', () => {
  for (const { task, like } of [
    { task: sync },
    { task: server, like: sync },
    { task: gate },
    { task: healthGate },
  ]) {
    it(`has the inputs and outputs of task.json; if not, run npm run task-pages: ${task.name}`, () => {
      const page = pageTextOf(task);
      assert.equal(replaceSection(page, task, like), page);
    });
  }

  it('has every input and output, or the page of a similar task has them', () => {
    const tasks = [sync, server, gate, healthGate];
    const pages = tasks.map(pageTextOf).join('\n');
    const names = tasks.flatMap(({ inputs, outputVariables = [] }) =>
      [...inputs, ...outputVariables].map(({ name }) => name),
    );
    assert.ok(names.length > 60);
    assert.deepEqual(
      names.filter((name) => !pages.includes(`\n- \`${name}\``)),
      [],
    );
  });

  it('shows type, choices and default of an input', () => {
    assert.equal(
      replace(small),
      `before
<!-- Small: begin -->

## Inputs

### What

- \`names\` (text; required): Which.
- \`action\` (\`sync\`; \`rollback\`: Roll back; default \`sync\`): What to do.

## Outputs

- \`outcome\`: How it ended.

<!-- Small: end -->
after`,
    );
  });

  it('has no heading for outputs if there are none', () => {
    const { outputVariables, ...gateLike } = small;
    assert.ok(outputVariables);
    assert.doesNotMatch(replace(gateLike), /Outputs/);
  });

  it('shows only the differences of a similar task', () => {
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

## Inputs and outputs

Inputs and outputs are those of [\`Small@1\`](Small.md) without \`names\` and \`outcome\`. Only these differ:

- \`own\` (text; required): Its own.
- \`action\` (\`sync\`; \`rollback\`: Roll back; default \`sync\`): More.

<!-- Other: end -->
after`,
    );
  });

  it('is refused if its markers are missing', () => {
    assert.throws(
      () => replaceSection('nothing here', small),
      /docs\/tasks\/Small\.md needs the marks <!-- Small: begin --> and <!-- Small: end -->/,
    );
  });
});
