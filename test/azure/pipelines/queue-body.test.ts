import assert from 'node:assert/strict';
import type {
  BuildRequest,
  ReleaseRequest,
  RunMark,
  RunRequest,
} from '../../../src/azure/pipelines/pipelines.ts';
import { createdRelease, queuedBuild, queuedRun } from '../../../src/azure/pipelines/queue-body.ts';

const project = { organization: 'https://dev.azure.com/fabrikam', project: 'shop', pipeline: 12 };
const common = { ...project, eventKey: '4711', variables: { a: '1' } };
const run: RunRequest = { ...common, kind: 'yaml', mark: 'tag', parameters: { p: 'x' } };
const build: BuildRequest = { ...common, kind: 'build', mark: 'tag' };
const release: ReleaseRequest = { ...common, kind: 'release', mark: 'description', artifacts: [] };

describe('The body that queues', () => {
  it('a run has only what is requested', () => {
    assert.deepEqual(queuedRun({ ...run, parameters: {}, variables: {} }), {
      resources: {},
      templateParameters: {},
      variables: {},
    });
  });

  it('a run has branch, commit, resources, inputs and stages to skip', () => {
    const body = queuedRun({
      ...run,
      ref: 'refs/tags/v1',
      commit: 'abc',
      pipelineResources: { libs: '20260101.1' },
      stagesToSkip: ['Build'],
    });
    assert.deepEqual(body, {
      resources: {
        repositories: { self: { refName: 'refs/tags/v1', version: 'abc' } },
        pipelines: { libs: { version: '20260101.1' } },
      },
      templateParameters: { p: 'x' },
      variables: { a: { value: '1', isSecret: false } },
      stagesToSkip: ['Build'],
    });
  });

  const marks: readonly [RunMark, object, object][] = [
    ['buildNumber', { event: '4711', p: 'x' }, ['a']],
    ['parameter', { event: '4711', p: 'x' }, ['a']],
    ['variable', { p: 'x' }, ['event', 'a']],
    ['tag', { p: 'x' }, ['a']],
  ];
  for (const [mark, parameters, variables] of marks) {
    it(`a run identifies its event by ${mark}`, () => {
      const body = queuedRun({ ...run, mark });
      assert.deepEqual(body.templateParameters, parameters);
      assert.deepEqual(Object.keys(body.variables), variables);
    });
  }

  it("a run keeps a rule's own value of the input", () => {
    const own = { ...run, parameters: { event: 'mine' }, variables: { event: 'mine' } };
    assert.deepEqual(queuedRun({ ...own, mark: 'parameter' }).templateParameters, {
      event: 'mine',
    });
    const { variables } = queuedRun({ ...own, mark: 'variable' });
    assert.deepEqual(variables, { event: { value: 'mine', isSecret: false } });
  });

  it('a classic build has its variables as a string, and the tag', () => {
    assert.deepEqual(queuedBuild({ ...build, ref: 'refs/heads/main', commit: 'abc' }), {
      definition: { id: 12 },
      sourceBranch: 'refs/heads/main',
      sourceVersion: 'abc',
      parameters: '{"a":"1"}',
      tags: ['argocd-4711'],
      reason: 'manual',
    });
    const { parameters } = queuedBuild({ ...build, mark: 'variable' });
    assert.deepEqual(JSON.parse(parameters ?? ''), { event: '4711', a: '1' });
  });

  it('a release identifies its event, and starts as its definition says', () => {
    const artifacts = [{ alias: '_shop', version: '1234', name: '20260101.1' }];
    const body = createdRelease({ ...release, artifacts, description: 'shop was synced' }, []);
    assert.deepEqual(body, {
      definitionId: 12,
      description: 'shop was synced (argocd-4711)',
      artifacts: [{ alias: '_shop', instanceReference: { id: '1234', name: '20260101.1' } }],
      isDraft: false,
      reason: 'manual',
      manualEnvironments: null,
      variables: { a: { value: '1', isSecret: false } },
    });
  });

  it('a release that will start one stage starts none by itself', () => {
    const body = createdRelease({ ...release, stage: 'test' }, ['test', 'prod']);
    assert.deepEqual(body.manualEnvironments, ['test', 'prod']);
  });
});
