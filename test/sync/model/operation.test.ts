import { strict as assert } from 'node:assert';
import {
  awaitsRetry,
  isEnded,
  deploysRevisions,
  leavesHistory,
  markerOf,
  operationPhases,
  revisionsOf,
  wasTerminated,
} from '../../../src/sync/model/operation.ts';
import {
  A,
  B,
  ended,
  foreign,
  marker,
  operation,
  resource,
  second,
  state,
} from '../sample-application.ts';

describe('An operation', () => {
  it('has ended in three of its phases', () => {
    assert.deepEqual(operationPhases.filter(isEnded), ['Succeeded', 'Failed', 'Error']);
  });

  it('waits for its retry while it is Running with an end', () => {
    assert.equal(awaitsRetry(state()), false);
    assert.equal(awaitsRetry(state({ finishedAt: second(12), retryCount: 1 })), true);
    assert.equal(awaitsRetry({ phase: 'Running', finishedAt: second(12) }), true);
    // Argo CD 3.5 writes its states over each other: this remains of the previous one.
    assert.equal(awaitsRetry(state({ finishedAt: second(12) })), false);
    assert.equal(awaitsRetry(ended('Failed')), false);
  });

  it('has our marker, or none', () => {
    assert.equal(markerOf(operation()), marker);
    assert.equal(markerOf(foreign()), undefined);
    assert.equal(markerOf(undefined), undefined);
  });

  it('was terminated if Argo CD says so at its end', () => {
    const cases = [
      [ended('Failed', { message: 'Operation terminated' }), true],
      [ended('Failed', { message: 'Operation terminated (retried 2 times).' }), true],
      [ended('Error', { message: 'Operation termination had errors' }), true],
      [state({ message: 'Operation terminated' }), false],
      [ended('Failed', { message: 'hook says: Operation terminated' }), false],
    ] as const;
    for (const [one, expected] of cases) assert.equal(wasTerminated(one), expected, one.message);
  });

  it('is recorded in history only as a full sync', () => {
    assert.equal(leavesHistory(operation()), true);
    assert.equal(leavesHistory(operation({ dryRun: true })), false);
    assert.equal(leavesHistory(operation({ resources: [resource('Healthy')] })), false);
  });

  it('deploys its revisions only if it is full and has no manifests of its own', () => {
    assert.equal(deploysRevisions(operation()), true);
    assert.equal(deploysRevisions(operation({ isLocal: false })), true);
    assert.equal(deploysRevisions(operation({ isLocal: true })), false);
    assert.equal(deploysRevisions(operation({ dryRun: true })), false);
    assert.equal(deploysRevisions(operation({ resources: [resource('Healthy')] })), false);
  });

  it('uses its resolved revisions, and before that the requested ones', () => {
    assert.deepEqual(revisionsOf(state({ revisions: [] })), [A]);
    assert.deepEqual(revisionsOf(state({ revisions: [B] })), [B]);
  });
});
