import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'mocha';
import { root } from '../../scripts/bundle.ts';
import { ArgoCDSimulator } from '../../simulators/argo-cd/simulator.ts';

/** Where the task keeps its files. */
const folder = mkdtempSync(join(tmpdir(), 'npm-run-simulator-'));

describe('The command npm run simulator', () => {
  let simulator: Running;
  let commandLine: string;

  before(async () => {
    simulator = start(['--import', 'tsx', join(root, 'scripts/simulator.ts')]);
    await simulator.printing(/^Ctrl\+C stops it\.$/m);
    commandLine = /^ {2}(ARGOCD_TOKEN=.+ npm run task .+)$/m.exec(simulator.output())?.[1] ?? '';
  });
  after(() => {
    simulator.child.kill('SIGKILL');
    rmSync(folder, { recursive: true });
  });

  const lines = [
    ['shop', 0, /^ {2}outcome = succeeded$/m],
    ['shop-failing', 1, /PostSync hook Job\/smoke-test failed/],
    ['shop-invalid', 1, /must be between 1 and 65535/],
  ] as const;
  for (const [application, code, expected] of lines) {
    it(`prints a command that syncs an application, such as ${application}`, async () => {
      assert.match(simulator.output(), new RegExp(`^ {2}${application} `, 'm'));
      assert.match(commandLine, /applications=shop project=default$/);
      const ended = await runInShell(commandLine.replace('=shop ', `=${application} `));
      assert.doesNotMatch(ended.output, /project is empty/);
      assert.equal(ended.code, code, ended.output);
      assert.match(ended.output, expected);
    });
  }

  it('refuses an invalid port, and says which one it could not open', async () => {
    const taken = await ArgoCDSimulator.start();
    const { port } = new URL(taken.url);
    const refused = [
      ['many', 2, '--port many: choose a number from 1 to 65535.'],
      [port, 1, `Cannot listen on port ${port}: `],
    ] as const;
    for (const [given, code, message] of refused) {
      const { child, output } = start([
        ...['--import', 'tsx', join(root, 'scripts/simulator.ts'), '--port', given],
      ]);
      assert.equal(await closed(child), code);
      assert.ok(output().includes(message), output());
    }
    await taken.stop();
  });

  it('ends at Ctrl+C', async () => {
    simulator.child.kill('SIGINT');
    assert.equal(await closed(simulator.child), 0);
  });
});

interface Running {
  readonly child: ChildProcess;
  readonly output: () => string;
  /** Resolves when the output matches; rejects if the process ends before. */
  readonly printing: (expected: RegExp) => Promise<void>;
}

function start(words: readonly string[]): Running {
  return watch(spawn(process.execPath, words, { cwd: root }));
}

async function runInShell(line: string): Promise<{ code: number | null; output: string }> {
  const env = { ...process.env, TMPDIR: folder };
  const { child, output } = watch(spawn('sh', ['-c', line], { cwd: root, env }));
  const code = await closed(child);
  return { code, output: output() };
}

function watch(child: ChildProcess): Running {
  let output = '';
  for (const pipe of [child.stdout, child.stderr]) {
    pipe?.setEncoding('utf8').on('data', (text: string) => (output += text));
  }
  const printing = (expected: RegExp) =>
    new Promise<void>((resolve, reject) => {
      const look = () => {
        if (expected.test(output)) resolve();
      };
      child.stdout?.on('data', look);
      child.once('close', () => reject(new Error(`It ended: ${output}`)));
    });
  return { child, output: () => output, printing };
}

function closed(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
}
