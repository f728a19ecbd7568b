import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'mocha';
import { allTasks, task } from './extension-files.ts';
import { faultsOf, readSteps, sampleFiles, stepsOf } from './yaml-steps.ts';

for (const each of allTasks) {
  describe(`Samples of ${each.name} in README, docs and examples`, () => {
    it('match the task', () => {
      const steps = sampleFiles().flatMap((file) => readSteps(file, each.name));
      assert.deepEqual(
        steps.flatMap((step) => faultsOf(step, each)),
        [],
      );
    });

    it('are all found: as many as there are lines that start a step with the task', () => {
      const step = new RegExp(`^[ >]*-? *task: *${each.name}@`, 'gm');
      const expected = sampleFiles().reduce(
        (count, file) => count + (readFileSync(file, 'utf8').match(step) ?? []).length,
        0,
      );
      const found = sampleFiles().flatMap((file) => readSteps(file, each.name)).length;
      assert.ok(expected > 0, 'there is not a single sample');
      assert.equal(found, expected);
    });
  });
}

describe('A sample', () => {
  function faults(yaml: string): readonly string[] {
    return stepsOf(yaml, task.name, 'x').flatMap((step) => faultsOf(step, task));
  }

  it('is found inside stages, jobs and conditional parts', () => {
    const yaml = `
stages:
  - stage: production
    jobs:
      - deployment: shop
        strategy:
          runOnce:
            deploy:
              steps:
                - task: ArgoCDSync@1
                  inputs: { argocdConnection: a, applications: b }
                - \${{ if eq(parameters.twice, true) }}:
                    - task: ArgoCDSync@1
                      inputs: { argocdConnection: a, applications: b }
`;
    assert.equal(stepsOf(yaml, task.name, 'x').length, 2);
    assert.deepEqual(faults(yaml), []);
  });

  const wrong = [
    {
      name: 'an unknown input',
      inputs: 'argocdConnection: a, app: b',
      fault: 'x: there is no input app',
    },
    {
      name: 'an unknown choice',
      inputs: 'argocdConnection: a, whenBusy: hope',
      fault: 'x: whenBusy: hope is none of wait, join, terminate, fail',
    },
    { name: 'no connection', inputs: 'applications: b', fault: 'x: argocdConnection is missing' },
    {
      name: 'an invalid boolean',
      inputs: 'argocdConnection: a, prune: yep',
      fault: 'x: prune: yep is neither true nor false',
    },
    {
      name: 'an invalid number',
      inputs: 'argocdConnection: a, timeoutSeconds: 10m',
      fault: 'x: timeoutSeconds: 10m is no whole number',
    },
  ];
  for (const { name, inputs, fault } of wrong) {
    it(`is wrong with ${name}`, () => {
      assert.deepEqual(faults(`- task: ArgoCDSync@1\n  inputs: { ${inputs} }`), [fault]);
    });
  }

  it('is wrong with another version', () => {
    assert.deepEqual(faults('- task: ArgoCDSync@0'), ['x: ArgoCDSync@0 is not ArgoCDSync@1']);
  });

  it('may use variables and expressions anywhere', () => {
    assert.deepEqual(
      faults(`- task: ArgoCDSync@1
  inputs: { argocdConnection: $(connection), prune: $(prune), whenBusy: '\${{ parameters.busy }}' }`),
      [],
    );
  });

  it('must be YAML', () => {
    assert.throws(
      () => stepsOf('- task: ArgoCDSync@1\n inputs: [', task.name, 'x'),
      /x is no YAML/,
    );
  });
});
