import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { readPipeline } from '../../../simulators/azure-devops/yaml-pipeline.ts';

const jobs = `
jobs:
  - job: cause
    pool: server
    steps:
      - task: ArgoCDEvent@1
        name: argocd
        inputs: { event: "\${{ parameters.event }}" }
  - job: test
    dependsOn: cause
    steps: [{ checkout: none }, { bash: 'true', displayName: Test }]
`;

describe('A pipeline file', () => {
  it('has jobs in one stage, with their dependencies and pools', () => {
    const [stage, ...more] = readPipeline(jobs).stages;
    assert.equal(more.length, 0);
    assert.deepEqual(
      stage?.jobs.map(({ name, dependsOn, isAgentless }) => ({ name, dependsOn, isAgentless })),
      [
        { name: 'cause', dependsOn: [], isAgentless: true },
        { name: 'test', dependsOn: ['cause'], isAgentless: false },
      ],
    );
    assert.deepEqual(
      stage?.jobs.map(({ steps }) => steps.map(({ name, task }) => [name, task])),
      [[['argocd', 'ArgoCDEvent@1']], [['step2', undefined]]],
    );
  });

  it('has stages one after another, unless they declare dependencies', () => {
    const stage = (name: string, more = '') =>
      `  - stage: ${name}\n${more}    jobs: [{ job: a, steps: [] }]\n`;
    const text = `stages:\n${stage('one')}${stage('two')}${stage('three', '    dependsOn: one\n')}`;
    assert.deepEqual(
      readPipeline(text).stages.map(({ dependsOn }) => dependsOn),
      [[], ['one'], ['one']],
    );
  });

  it('fills in the parameters of a run, and leaves them without one', () => {
    const event = (values?: Record<string, string>) =>
      readPipeline(jobs, values).stages[0]?.jobs[0]?.steps[0]?.inputs['event'];
    assert.equal(event({ event: '42' }), '42');
    assert.equal(event(), '${{ parameters.event }}');
    assert.throws(() => event({}), /no parameter event/);
  });

  it('declares parameters with type and default as strings', () => {
    const text = `parameters: [{ name: event, type: number, default: 0 }, { name: size }]\njobs: []`;
    assert.deepEqual(readPipeline(text).parameters, [
      { name: 'event', type: 'number', default: '0' },
      { name: 'size', type: 'string' },
    ]);
  });

  for (const [what, text, message] of [
    ['a field', 'jobs: [{ job: a, strategy: {} }]', /strategy of a job is not simulated/],
    ['a condition of a step', 'steps: [{ bash: x, condition: always() }]', /Conditions of steps/],
    ['a one-line file', 'nothing', /This is not a pipeline/],
  ] as const) {
    it(`is refused with what is not supported: ${what}`, () => {
      assert.throws(() => readPipeline(text), message);
    });
  }
});
