import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { readPipeline } from '../../../simulators/azure-devops/yaml-pipeline.ts';
import {
  runPipeline,
  type StepEnd,
  type StepRunner,
} from '../../../simulators/azure-devops/yaml-run.ts';

const text = `
jobs:
  - job: first
    steps:
      - { bash: one, name: a, displayName: one }
      - { bash: two, name: b, displayName: two }
  - job: second
    dependsOn: first
    variables: { told: "$[ dependencies.first.outputs['a.answer'] ]" }
    steps: [{ task: Any@1, displayName: three, inputs: { text: $(told) of $(Build.SourceVersion) } }]
  - job: cleanup
    dependsOn: first
    condition: failed()
    steps: [{ bash: four, displayName: four }]
`;

describe('A run of a pipeline file', () => {
  /** Runs it, with some failing steps; resolves with the result and the steps that ran. */
  async function run(fails: readonly string[] = []) {
    const steps: string[] = [];
    const runStep: StepRunner = ({ displayName, inputs }) => {
      steps.push([displayName, ...Object.values(inputs)].join(': '));
      const end: StepEnd = {
        result: fails.includes(displayName) ? 'failed' : 'succeeded',
        outputs: { answer: '42' },
      };
      return Promise.resolve(end);
    };
    const variables = { 'Build.SourceVersion': 'abc' };
    return { result: await runPipeline(readPipeline(text), { variables, runStep }), steps };
  }

  it('follows the dependencies, and passes outputs on', async () => {
    assert.deepEqual(await run(), {
      result: 'succeeded',
      steps: ['one', 'two', 'three: 42 of abc'],
    });
  });

  it('ends a job at the failed step, and skips or runs what depends on it', async () => {
    assert.deepEqual(await run(['one']), { result: 'failed', steps: ['one', 'four'] });
  });
});
