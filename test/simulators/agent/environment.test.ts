import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import {
  buildEnvironment,
  type EnvironmentOptions,
} from '../../../simulators/agent/environment.ts';
import type { TaskDefinition } from '../../../simulators/agent/task-definition.ts';

const task: TaskDefinition = {
  id: '',
  name: 'Task',
  inputs: [
    { name: 'connection', type: 'connectedService:x', required: true },
    { name: 'dryRun', type: 'boolean', defaultValue: false },
    { name: 'timeoutSeconds', type: 'int', defaultValue: '1800' },
    { name: 'revision', type: 'string' },
  ],
  execution: {},
};

function build(options: Partial<EnvironmentOptions> = {}) {
  return buildEnvironment({
    node: 'node',
    task,
    inputs: {},
    temporaryFolder: 'temp',
    workingFolder: 'work',
    ...options,
  });
}

describe('The environment of a task', () => {
  it('has every input, with its default or empty', () => {
    const { variables } = build();
    assert.equal(variables['INPUT_DRYRUN'], 'false');
    assert.equal(variables['INPUT_TIMEOUTSECONDS'], '1800');
    assert.equal(variables['INPUT_REVISION'], '');
  });

  it('has the given values, trimmed and of any case', () => {
    const { variables } = build({ inputs: { DRYRUN: true, revision: ' main \n' } });
    assert.equal(variables['INPUT_DRYRUN'], 'true');
    assert.equal(variables['INPUT_REVISION'], 'main');
  });

  it('has a connection with a token under the id that the input names', () => {
    const { variables, secrets } = build({
      connection: { url: 'https://argocd/', token: 't', headers: ['A: b', 'C: d'], ca: 'PEM' },
    });
    const id = variables['INPUT_CONNECTION'] ?? '';
    assert.match(id, /^[0-9a-f-]{36}$/);
    assert.equal(variables[`ENDPOINT_URL_${id}`], 'https://argocd/');
    assert.deepEqual(JSON.parse(variables[`ENDPOINT_AUTH_${id}`] ?? ''), {
      scheme: 'Token',
      parameters: { apitoken: 't', extraHeaders: 'A: b\nC: d' },
    });
    assert.equal(variables[`ENDPOINT_AUTH_SCHEME_${id}`], 'Token');
    assert.equal(variables[`ENDPOINT_AUTH_PARAMETER_${id}_APITOKEN`], 't');
    assert.equal(variables[`ENDPOINT_AUTH_PARAMETER_${id}_EXTRAHEADERS`], 'A: b\nC: d');
    assert.equal(variables[`ENDPOINT_DATA_${id}_CACERTIFICATE`], 'PEM');
    assert.equal(variables[`ENDPOINT_DATA_${id}_SKIPTLSVERIFY`], 'false');
    assert.ok(secrets.includes('t') && secrets.includes('A: b\nC: d'));
  });

  it('has a connection with user name and password', () => {
    const { variables, secrets } = build({
      connection: { url: 'https://argocd/', username: 'ci', password: 'p', skipVerify: true },
    });
    const id = variables['INPUT_CONNECTION'] ?? '';
    assert.equal(variables[`ENDPOINT_AUTH_SCHEME_${id}`], 'UsernamePassword');
    assert.equal(variables[`ENDPOINT_AUTH_PARAMETER_${id}_USERNAME`], 'ci');
    assert.equal(variables[`ENDPOINT_AUTH_PARAMETER_${id}_PASSWORD`], 'p');
    assert.equal(variables[`ENDPOINT_DATA_${id}_SKIPTLSVERIFY`], 'true');
    assert.ok(secrets.includes('p'));
  });

  it("has the job's own connection, whose token is masked", () => {
    const { variables, secrets } = build();
    const { parameters } = JSON.parse(variables['ENDPOINT_AUTH_SYSTEMVSSCONNECTION'] ?? '') as {
      parameters: { AccessToken: string };
    };
    assert.ok(secrets.includes(parameters.AccessToken));
  });

  it('has variables, public and secret, and their names', () => {
    const { variables, secrets } = build({
      variables: { 'Agent.ProxyUrl': 'http://proxy', 'System.HostType': 'release' },
      secretVariables: { 'Agent.ProxyPassword': 'hush' },
    });
    assert.equal(variables['AGENT_PROXYURL'], 'http://proxy');
    assert.equal(variables['SYSTEM_HOSTTYPE'], 'release');
    assert.equal(variables['AGENT_TEMPDIRECTORY'], 'temp');
    assert.equal(variables['SECRET_AGENT_PROXYPASSWORD'], 'hush');
    assert.equal(variables['AGENT_PROXYPASSWORD'], undefined);
    assert.match(variables['VSTS_PUBLIC_VARIABLES'] ?? '', /"Agent.ProxyUrl"/);
    assert.equal(variables['VSTS_SECRET_VARIABLES'], '["Agent.ProxyPassword"]');
    assert.ok(secrets.includes('hush'));
  });

  it("has nothing of the tests' own environment except what a machine has", () => {
    process.env['NPM_THING'] = 'x';
    try {
      const { variables } = build({ env: { HTTPS_PROXY: 'http://step' } });
      assert.equal(variables['NPM_THING'], undefined);
      assert.equal(variables['NODE_OPTIONS'], undefined);
      assert.equal(variables['PATH'], process.env['PATH']);
      assert.equal(variables['HTTPS_PROXY'], 'http://step');
    } finally {
      delete process.env['NPM_THING'];
    }
  });
});
