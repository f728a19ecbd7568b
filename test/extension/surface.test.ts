import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import { connectionType, manifest, root, task, type TaskInput } from './extension-files.ts';

/** Everything that a pipeline, a connection or an installation out there depends on, one fact a line. */
function surface(): string {
  const { Major } = task.version;
  return [
    `extension ${manifest.id}`,
    `scopes ${manifest.scopes.join(' ')}`,
    ...manifest.contributions.map(({ id, type }) => `contribution ${id} ${type}`),
    '',
    `task ${task.name}@${Major} ${task.id}`,
    ...task.inputs.map(describeInput),
    ...task.outputVariables.map(({ name }) => `output ${name}`),
    '',
    `connection ${connectionType.name}`,
    ...connectionType.inputDescriptors.map(({ id }) => `field ${id}`),
    ...connectionType.authenticationSchemes.flatMap(({ type, inputDescriptors }) =>
      inputDescriptors.map(({ id }) => `field ${type.replace(/^.*-scheme-/, '')}.${id}`),
    ),
    '',
  ].join('\n');
}

function describeInput({ name, type, options, defaultValue, required }: TaskInput): string {
  const choices = options ? `(${Object.keys(options).join('|')})` : '';
  return `input ${name}: ${type}${choices}, ${required ? 'required, ' : ''}default '${defaultValue ?? ''}'`;
}

describe('The surface of the extension', () => {
  it('is what it was: a line that is missing here breaks the pipelines of others', () => {
    const frozen = readFileSync(join(root, 'test/fixtures/extension/surface.txt'), 'utf8');
    assert.equal(surface(), frozen);
  });
});
