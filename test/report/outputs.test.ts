import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { outputNames, outputsOf, outputsOfFailure } from '../../src/report/outputs.ts';
import { commit, failedMigration, result } from './example-results.ts';

describe('The outputs', () => {
  it('are those of task.json', () => {
    const file = new URL('../../tasks/ArgoCDSync/V1/task.json', import.meta.url);
    const definition = JSON.parse(readFileSync(file, 'utf8')) as {
      readonly outputVariables: readonly { readonly name: string }[];
    };
    assert.deepEqual(
      definition.outputVariables.map(({ name }) => name),
      [...outputNames],
    );
  });

  it('are those of the application', () => {
    assert.deepEqual(outputsOf([result({ revisions: [commit, '1.2.3'] })], '/tmp/r.json'), {
      outcome: 'succeeded',
      phase: 'Succeeded',
      message: 'Synced to 4f2c9d1; the application is Healthy',
      revision: commit,
      revisions: `["${commit}","1.2.3"]`,
      drySourceRevision: '',
      syncStatus: 'Synced',
      healthStatus: 'Healthy',
      operationStartedAt: '2026-11-21T10:00:01.000Z',
      operationFinishedAt: '2026-11-21T10:00:32.000Z',
      applicationUrl: 'https://argocd.example.com/applications/argocd/shop',
      followUps: '[]',
      resultFile: '/tmp/r.json',
    });
  });

  it('are those of the worst of several applications', () => {
    const { outcome, message } = outputsOf([result(), failedMigration, result()], '');
    assert.deepEqual([outcome, message], ['failed', 'The operation failed in PreSync']);
  });

  it('all exist even if nothing is known', () => {
    const unknown = result({
      operation: undefined,
      revisions: [],
      syncStatus: undefined,
      health: undefined,
      url: '',
    });
    for (const outputs of [
      outputsOf([unknown], ''),
      outputsOf([], ''),
      outputsOfFailure('failed', 'No connection'),
    ]) {
      assert.deepEqual(Object.keys(outputs), [...outputNames]);
      assert.equal(outputs.phase, '');
      assert.equal(outputs.revisions, '[]');
    }
    assert.equal(outputsOfFailure('canceled', 'x').outcome, 'canceled');
  });

  it('are bounded, on one line, and no logging commands', () => {
    const huge = '##vso[task.complete]\n'.repeat(50_000);
    const outputs = outputsOf([result({ message: huge, revisions: Array(500).fill(huge) })], '');
    const { length } = JSON.stringify(outputs);
    assert.ok(length > 1_000 && length < 40_000, `${length}`);
    assert.doesNotMatch(Object.values(outputs).join(''), /##vso|\n/);
  });
});
