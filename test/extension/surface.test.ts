import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import {
  allTasks,
  connectionTypes,
  manifest,
  root,
  type ConnectionType,
  type Task,
  type TaskInput,
} from './extension-files.ts';

/** Everything that pipelines, connections or installations depend on, one fact per line. */
function surface(): string {
  return [
    `extension ${manifest.id}`,
    `scopes ${manifest.scopes.join(' ')}`,
    ...manifest.contributions.map(({ id, type }) => `contribution ${id} ${type}`),
    ...allTasks.flatMap(describeTask),
    ...[...connectionTypes.values()].flatMap(describeConnection),
    '',
  ].join('\n');
}

function describeTask({ name, version, id, runsOn, inputs, outputVariables = [] }: Task) {
  return [
    '',
    `task ${name}@${version.Major} ${id}`,
    `runs on ${runsOn.join(', ')}`,
    ...inputs.map(describeInput),
    ...outputVariables.map((output) => `output ${output.name}`),
  ];
}

function describeInput({ name, type, options, defaultValue, required }: TaskInput): string {
  const choices = options ? `(${Object.keys(options).join('|')})` : '';
  return `input ${name}: ${type}${choices}, ${required ? 'required, ' : ''}default '${defaultValue ?? ''}'`;
}

function describeConnection({ name, inputDescriptors, authenticationSchemes }: ConnectionType) {
  return [
    '',
    `connection ${name}`,
    ...inputDescriptors.map(({ id }) => `field ${id}`),
    ...authenticationSchemes.flatMap((scheme) =>
      scheme.inputDescriptors.map(
        ({ id }) => `field ${scheme.type.replace(/^.*-scheme-/, '')}.${id}`,
      ),
    ),
  ];
}

describe('The surface of the extension', () => {
  it('is unchanged: a line that is missing here breaks the pipelines of others', () => {
    const frozen = readFileSync(join(root, 'test/fixtures/extension/surface.txt'), 'utf8');
    assert.equal(surface(), frozen);
  });
});
