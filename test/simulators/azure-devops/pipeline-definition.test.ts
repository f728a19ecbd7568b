import assert from 'node:assert/strict';
import type {
  PipelineDefinition,
  RunInput,
} from '../../../simulators/azure-devops/pipeline-definition.ts';
import { invalidRun, runFaults } from '../../../simulators/azure-devops/pipeline-definition.ts';

const pipeline: PipelineDefinition = {
  ...{ id: 1, name: 'smoke', folder: '\\', projectId: 'p', isDisabled: false },
  ...{ settableVariables: ['a'], runNumber: undefined, stages: ['Test'] },
  parameters: [
    { name: 'text', default: '' },
    { name: 'size', type: 'number', default: '1' },
    { name: 'flag', type: 'boolean', default: 'false' },
    { name: 'color', values: ['red'], default: 'red' },
    { name: 'needed' },
  ],
  pipelineResources: { libs: ['1'] },
};
const good: RunInput = {
  ref: 'refs/heads/main',
  templateParameters: { needed: 'x' },
  variables: {},
  stagesToSkip: [],
  pipelineResources: {},
};
const given = (parameters: Readonly<Record<string, string>>): Partial<RunInput> => ({
  templateParameters: { needed: 'x', ...parameters },
});

describe('Faults that a simulated pipeline refuses', () => {
  const rows: readonly [string, Partial<RunInput>, RegExp | undefined][] = [
    ['a valid run', {}, undefined],
    [
      'values of the declared types',
      given({ text: '{}', size: '-1.5', flag: 'True', color: 'red' }),
      undefined,
    ],
    ['an undeclared parameter', given({ other: '1' }), /Unexpected parameter 'other'/],
    [
      'a value that is not a number',
      given({ size: 'x' }),
      /'size' parameter value 'x' is not a valid value/,
    ],
    ['a value that is not a boolean', given({ flag: 'yes' }), /'flag' parameter/],
    ['a value outside of the choices', given({ color: 'blue' }), /'color' parameter/],
    [
      'a missing value',
      { templateParameters: {} },
      /A value for the 'needed' parameter must be provided/,
    ],
    ['a variable that may be set', { variables: { a: '1' } }, undefined],
    [
      'a variable that may not be set',
      { variables: { a: '1', b: '2' } },
      /following variables \(b\)/,
    ],
    ['another branch', { ref: 'refs/heads/x' }, /resolve the reference 'refs\/heads\/x'/],
    ['an unknown stage', { stagesToSkip: ['Test', 'x'] }, /Stage x/],
    ['an unknown resource', { pipelineResources: { libs: '1', y: '1' } }, /for pipeline y/],
    ['an unknown version', { pipelineResources: { libs: '2' } }, /for pipeline libs/],
  ];
  for (const [what, input, words] of rows) {
    it(`${words ? 'include' : 'do not include'} ${what}`, () => {
      const faults = runFaults(pipeline, { ...good, ...input });
      assert.equal(faults.length, words ? 1 : 0, faults.join());
      if (words) assert.match(faults[0] ?? '', words);
    });
  }

  it("are reported together, in the service's format", () => {
    const body = JSON.parse(invalidRun(['one', 'two']).body) as Record<string, unknown>;
    assert.equal(body.message, 'one\ntwo');
    assert.equal(body.typeKey, 'PipelineValidationException');
    assert.match(String(body.typeName), /^Microsoft\.Azure\.Pipelines\.WebApi\./);
  });
});
