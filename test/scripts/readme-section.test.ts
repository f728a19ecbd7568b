import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import { replaceSection, type DocumentedTask } from '../../scripts/readme-section.ts';

const root = join(import.meta.dirname, '../..');
const readme = readFileSync(join(root, 'README.md'), 'utf8');
const task = JSON.parse(
  readFileSync(join(root, 'tasks/ArgoCDSync/V1/task.json'), 'utf8'),
) as DocumentedTask;

const marks = '<!-- task.json: begin -->\nold\n<!-- task.json: end -->';
const small: DocumentedTask = {
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

describe('The part of the README about inputs and outputs', () => {
  it('is that of task.json; if not, run node --import tsx scripts/readme.ts', () => {
    assert.equal(replaceSection(readme, task), readme);
  });

  it('has every input and output', () => {
    const names = [...task.inputs, ...task.outputVariables].map(({ name }) => name);
    assert.ok(names.length > 30);
    assert.deepEqual(
      names.filter((name) => !readme.includes(`\n- \`${name}\``)),
      [],
    );
  });

  it('says type, choices and default of an input', () => {
    assert.equal(
      replaceSection(`before\n${marks}\nafter`, small),
      `before
<!-- task.json: begin -->

### Inputs

**What**

- \`names\` (text; required): Which.
- \`action\` (\`sync\`; \`rollback\`: Roll back; default \`sync\`): What to do.

### Outputs

- \`outcome\`: How it ended.

<!-- task.json: end -->
after`,
    );
  });

  it('is refused where the marks are gone', () => {
    assert.throws(() => replaceSection('nothing here', small), /README\.md needs the marks/);
  });
});
