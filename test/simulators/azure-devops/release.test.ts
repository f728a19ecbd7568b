import assert from 'node:assert/strict';
import type { ReleaseDefinition } from '../../../simulators/azure-devops/release.ts';
import { Release } from '../../../simulators/azure-devops/release.ts';

const definition: ReleaseDefinition = {
  ...{ id: 1, name: 'shop', folder: '\\', projectId: 'p' },
  stages: [
    { name: 'test', after: 'release' },
    { name: 'prod', after: { stage: 'test' } },
    { name: 'rollback' },
  ],
};

function release(manualStages: readonly string[] = []): Release {
  return new Release({
    ...{ id: 7, definition, description: '', createdOn: '', artifacts: {}, variables: {} },
    createdBy: { id: 'x', name: 'x', rights: new Set() },
    manualStages,
  });
}
const states = (one: Release) => one.stages.map(({ status }) => status);

describe('A simulated release', () => {
  it('starts the stages that start with it', () => {
    assert.deepEqual(states(release()), ['inProgress', 'notStarted', 'notStarted']);
  });

  it('starts none that was made manual', () => {
    const manual = release(['test', 'prod']);
    assert.deepEqual(states(manual), ['notStarted', 'notStarted', 'notStarted']);
    manual.end('test', 'succeeded');
    manual.continue();
    assert.deepEqual(states(manual), ['succeeded', 'notStarted', 'notStarted']);
  });

  it('continues after a success, and not after a failure', () => {
    const [good, bad] = [release(), release()];
    good.end('test', 'succeeded');
    assert.deepEqual(states(good), ['succeeded', 'notStarted', 'notStarted']);
    good.continue();
    assert.deepEqual(states(good), ['succeeded', 'inProgress', 'notStarted']);
    bad.end('test', 'rejected');
    bad.continue();
    assert.deepEqual(states(bad), ['rejected', 'notStarted', 'notStarted']);
  });

  it('has no stage that its definition lacks', () => {
    assert.throws(() => release().end('qa', 'succeeded'), /no stage qa/);
  });
});
