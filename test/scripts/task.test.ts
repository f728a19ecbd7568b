import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'mocha';
import { root } from '../../scripts/bundle.ts';
import type { TaskRun } from '../../simulators/agent/agent.ts';
import { ArgoCDSimulator } from '../../simulators/argo-cd/simulator.ts';

const settings = `
apiVersion: v1
kind: ConfigMap
metadata: { name: settings }
data: { color: blue }
`;

/** Also where the tasks keep their files. */
const folder = mkdtempSync(join(tmpdir(), 'npm-run-task-'));

describe('The command npm run task', () => {
  let argocd: ArgoCDSimulator;
  before(async () => {
    argocd = await ArgoCDSimulator.start();
    argocd.commit('shop', { 'all.yaml': settings });
    argocd.createApplication('shop');
  });
  after(async () => {
    await argocd.stop();
    rmSync(folder, { recursive: true });
  });

  it('runs the built task against an Argo CD and exits with 0 if it succeeded', async () => {
    const json = join(folder, 'run.json');
    const { code, output } = await run(
      ['--server', argocd.url, '--token-env', 'TOKEN', '--json', json],
      ['applications=shop', 'project=default'],
      { TOKEN: argocd.token },
    );
    assert.equal(code, 0, output);
    assert.match(output, /^Result: Succeeded/m);
    assert.match(output, /^ {2}outcome = succeeded$/m);
    assert.match(output, /^▾ Sync/m);
    assert.doesNotMatch(output, /##\[(end)?group\]/);
    const written = readFileSync(json, 'utf8');
    assert.equal((JSON.parse(written) as TaskRun).outputs['syncStatus'], 'Synced');
    assert.ok(!written.includes(argocd.token) && !output.includes(argocd.token));
    const { outputs, temporaryFolder } = JSON.parse(written) as TaskRun;
    assert.ok(existsSync(outputs['resultFile'] ?? ''), 'the files that it names are there');
    assert.ok(output.includes(`The task's files are in ${temporaryFolder}.`));
  });

  it('logs in with a password', async () => {
    const { code, output } = await run(
      ['--server', argocd.url, '--username', 'admin', '--password-env', 'PASSWORD'],
      ['applications=shop', 'project=default'],
      { PASSWORD: 'admin-password' },
    );
    assert.equal(code, 0, output);
  });

  it('exits with 1 if the task failed', async () => {
    const { code, output } = await run(
      ['--server', argocd.url, '--token-env', 'TOKEN'],
      ['applications=missing', 'project=default'],
      { TOKEN: argocd.token },
    );
    assert.equal(code, 1, output);
    assert.match(output, /^Result: Failed$/m);
    assert.match(output, /##\[error\]/);
  });

  const refused = [
    {
      name: 'an unknown input',
      inputs: ['app=shop'],
      environment: { TOKEN: 'x' },
      why: /no input app/,
    },
    {
      name: 'an unset variable',
      inputs: [],
      environment: {},
      why: /names the environment variable TOKEN/,
    },
  ];
  for (const { name, inputs, environment, why } of refused) {
    it(`exits with 2 for ${name}`, async () => {
      const flags = ['--server', argocd.url, '--token-env', 'TOKEN'];
      const { code, output } = await run(flags, inputs, environment);
      assert.equal(code, 2, output);
      assert.match(output, why);
    });
  }

  it('says where a task runs that no agent can run, and exits with 2', async () => {
    const flags = ['--server', argocd.url, '--token-env', 'TOKEN'];
    const { code, output } = await run(flags, [], { TOKEN: 'x' }, { task: 'ArgoCDGate' });
    assert.equal(code, 2, output);
    assert.match(output, /^ArgoCDGate runs in Azure DevOps rather than on an agent/);
  });

  it('cancels the task at Ctrl+C, like the agent does, and exits with 1', async () => {
    argocd.behavior.pickUp = 3_600_000;
    const seen = argocd.requests.length;
    const flags = ['--server', argocd.url, '--token-env', 'TOKEN'];
    const inputs = ['applications=shop', 'project=default'];
    const { code, output } = await run(
      flags,
      inputs,
      { TOKEN: argocd.token },
      {
        whenStarted: (child) => {
          const isSyncing = () =>
            argocd.requests
              .slice(seen)
              .some(({ method, path }) => method === 'POST' && /sync$/.test(path));
          const timer = setInterval(() => {
            if (!isSyncing()) return;
            clearInterval(timer);
            child.kill('SIGINT');
          }, 5);
        },
      },
    );
    assert.equal(code, 1, output);
    assert.match(output, /^Result: Canceled$/m);
    assert.match(output, /^ {2}outcome = canceled$/m);
  });
});

interface Ended {
  readonly code: number | null;
  readonly output: string;
}

function run(
  flags: readonly string[],
  inputs: readonly string[],
  environment: Readonly<Record<string, string>>,
  {
    task = 'ArgoCDSync',
    whenStarted = () => undefined,
  }: { task?: string; whenStarted?: (child: ChildProcess) => void } = {},
): Promise<Ended> {
  const script = join(root, 'scripts/task.ts');
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', script, task, ...flags, '--', ...inputs],
    { cwd: root, env: { PATH: process.env['PATH'], TMPDIR: folder, ...environment } },
  );
  whenStarted(child);
  let output = '';
  for (const pipe of [child.stdout, child.stderr]) {
    pipe.setEncoding('utf8').on('data', (text: string) => (output += text));
  }
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      resolve({ code, output });
    });
  });
}
