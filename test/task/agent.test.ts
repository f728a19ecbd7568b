import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const given = {
  PATH: process.env['PATH'],
  AGENT_TEMPDIRECTORY: tmpdir(),
  AGENT_PROXYURL: 'http://proxy:3128',
  BUILD_BUILDNUMBER: '20261121.4',
  INPUT_APPLICATIONS: 'shop\ncart',
  INPUT_SYNCOPTIONS: 'A=b',
  ENDPOINT_URL_c1: 'https://argocd.example.com/',
  ENDPOINT_AUTH_SCHEME_c1: 'Token',
  ENDPOINT_AUTH_c1: '{"scheme":"Token","parameters":{"apitoken":"token-1","ExtraHeaders":"X: y"}}',
  ENDPOINT_AUTH_PARAMETER_c1_APITOKEN: 'token-1',
  ENDPOINT_DATA_c1_CACERTIFICATE: 'a\nb',
  SECRET_MINE: 'password-1',
  VSTS_SECRET_VARIABLES: '["mine"]',
};

const tsx = new URL('../../node_modules/tsx/dist/loader.mjs', import.meta.url).href;

/** The task library reads the environment when it is loaded, so a separate process is needed. */
function ask(
  program: string,
  more: Readonly<Record<string, string>> = {},
): { readonly answer: unknown; readonly output: string } {
  const folder = mkdtempSync(join(tmpdir(), 'agent-'));
  const source = new URL('../../src/task/agent.ts', import.meta.url).href;
  const code = `
    import { createAgent } from ${JSON.stringify(source)};
    const write = (line) => console.log(line);
    const agent = await createAgent(write).catch((error) => ({ error, write }));
    agent.write('=' + JSON.stringify(${program}));`;
  try {
    const output = execFileSync(
      process.execPath,
      ['--import', tsx, '--input-type=module', '--eval', code],
      { env: { ...given, ...more }, encoding: 'utf8', cwd: folder },
    );
    const line = output.split('\n').find((each) => each.startsWith('=')) ?? '=null';
    return { answer: JSON.parse(line.slice(1)), output };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe('The agent', () => {
  it('returns inputs, variables and the connection, and never prints a secret', () => {
    const { answer, output } = ask(`[
      ['applications', 'revision', 'syncOptions', 'selector'].map((n) => agent.input(n) ?? ''),
      ['Agent.ProxyUrl', 'Build.BuildNumber', 'Nothing'].map((n) => agent.variable(n) ?? ''),
      agent.variable('mine')?.length,
      agent.endpoint('c1').url,
      agent.endpoint('c1').scheme,
      ['apitoken', 'extraHeaders', 'username'].map((n) => agent.endpoint('c1').secret(n)?.length ?? 0),
      ['caCertificate', 'skipTlsVerify'].map((n) => agent.endpoint('c1').data(n) ?? ''),
      agent.endpoint('c2').url ?? '',
      Object.keys(process.env).filter((key) => /^(INPUT|ENDPOINT_AUTH|SECRET)_/.test(key)),
    ]`);
    assert.deepEqual(answer, [
      ['shop\ncart', '', 'A=b', ''],
      ['http://proxy:3128', '20261121.4', ''],
      'password-1'.length,
      'https://argocd.example.com/',
      'Token',
      ['token-1'.length, 'X: y'.length, 0],
      ['a\nb', ''],
      '',
      [],
    ]);
    assert.doesNotMatch(output, /token-1|password-1/);
  });

  it('reads files, and writes them into a folder that it creates', () => {
    const { answer } = ask(`[
      agent.writeFile('new', 'Argo CD sync of shop', 'text'),
      agent.readFile('new/Argo CD sync of shop'),
      (() => { try { return agent.readFile('gone'); } catch ({ code }) { return code; } })(),
    ]`);
    assert.deepEqual(answer, [join('new', 'Argo CD sync of shop'), 'text', 'ENOENT']);
  });

  it('says what to do if the task library cannot be loaded', () => {
    const folder = { AGENT_TEMPDIRECTORY: process.execPath };
    const { answer } = ask(`[agent.error.name, agent.error.message]`, folder);
    assert.match(String(answer), /^UserError,The agent's temporary folder .* ENOTDIR/);
  });
});
