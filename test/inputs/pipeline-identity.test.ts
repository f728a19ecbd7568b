import assert from 'node:assert/strict';
import { pipelineInfo, runMarker } from '../../src/inputs/pipeline-identity.ts';

const build: Readonly<Record<string, string>> = {
  'System.CollectionUri': 'https://dev.azure.com/contoso/',
  'System.TeamProject': 'Web Shop',
  'System.PlanId': 'plan-1',
  'System.JobId': 'job-1',
  'System.TaskInstanceId': 'task-1',
  'Build.DefinitionName': 'deploy',
  'Build.BuildNumber': '20261121.4',
  'Build.BuildId': '42',
  'Build.RequestedFor': 'Ada Lovelace',
};
const release: Readonly<Record<string, string>> = {
  ...build,
  'Release.ReleaseId': '7',
  'Release.DefinitionName': 'shop to production',
  'Release.ReleaseName': 'Release-7',
  'Release.ReleaseWebURL': 'https://dev.azure.com/contoso/p/_release?releaseId=7&_a=summary',
  'Release.Deployment.RequestedFor': 'Grace Hopper',
};

function info(variables: Readonly<Record<string, string>>) {
  return Object.fromEntries(
    pipelineInfo((name) => variables[name]).map(({ name, value }) => [name, value]),
  );
}

describe('The info entries of a run in its operation', () => {
  it('link to the build', () => {
    assert.deepEqual(info(build), {
      Pipeline: 'deploy',
      Run: '20261121.4 https://dev.azure.com/contoso/Web%20Shop/_build/results?buildId=42',
      'Requested for': 'Ada Lovelace',
    });
  });

  it('link to the classic release, even if there is a build as well', () => {
    assert.deepEqual(info(release), {
      Pipeline: 'shop to production',
      Run: 'Release-7 https://dev.azure.com/contoso/p/_release?releaseId=7&_a=summary',
      'Requested for': 'Grace Hopper',
    });
  });

  it('omit what the agent does not provide', () => {
    assert.deepEqual(info({}), {});
    assert.deepEqual(info({ 'Build.BuildNumber': '1' }), { Run: '1' });
  });

  it('are bounded and contain nothing invisible', () => {
    const { Pipeline = '' } = info({ 'Build.DefinitionName': `\u202e${'x'.repeat(9_999)}` });
    assert.match(Pipeline, /^x+…/);
    assert.ok(Pipeline.length < 600);
  });
});

describe('The marker of a run', () => {
  it('names the run and is new each time', () => {
    const mark = () => runMarker((name) => build[name], Math.random);
    assert.match(mark(), /^plan-1\/job-1\/task-1\/[0-9a-f-]{36}$/);
    assert.notEqual(mark(), mark());
  });

  it('exists without an agent as well', () => {
    assert.match(
      runMarker(() => undefined, Math.random),
      /^-\/-\/-\/[0-9a-f-]{36}$/,
    );
  });
});
