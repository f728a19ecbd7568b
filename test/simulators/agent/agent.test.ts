import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { after, before, describe, it } from 'mocha';
import {
  runTask,
  startTask,
  taskFolder,
  type TaskOptions,
} from '../../../simulators/agent/agent.ts';

const definition = {
  id: '0c1a5d0e-0000-4000-8000-000000000001',
  name: 'Probe',
  inputs: [{ name: 'say', type: 'string', defaultValue: 'hello' }],
  outputVariables: [{ name: 'heard' }],
  execution: { Node20_1: { target: 'index.js' }, Node24: { target: 'index.js' } },
};

describe('The agent', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'probe-task-'));
    writeFileSync(join(folder, 'task.json'), JSON.stringify(definition));
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  function probe(script: string, options: TaskOptions = {}): TaskOptions {
    writeFileSync(join(folder, 'index.js'), script);
    return { folder, ...options };
  }

  for (const node of [20, 24] as const) {
    it(`runs a task on Node ${node} and returns its results`, async () => {
      const seen: string[] = [];
      const run = await runTask(
        probe(
          `console.log(process.versions.node.split('.')[0], process.env.INPUT_SAY);
           console.error('##vso[task.setvariable variable=heard]' + process.env.INPUT_SAY);
           process.stdout.write('##vso[task.complete result=SucceededWithIssues]well');`,
          { node, inputs: { say: 'hi' }, onLine: (line) => seen.push(line) },
        ),
      );
      assert.equal(run.result, 'SucceededWithIssues');
      assert.equal(run.node, node);
      assert.deepEqual(run.lines, [`${node} hi`]);
      assert.deepEqual(seen, run.lines);
      assert.deepEqual(run.outputs, { heard: 'hi' });
      assert.equal(run.exitCode, 0);
      assert.equal(run.infrastructureFailure, undefined);
      assert.equal(run.canceled, false);
    });
  }

  it('fails a step whose process does not end with 0, whatever it reported', async () => {
    const run = await runTask(
      probe(`console.log('##vso[task.complete result=Succeeded]'); process.exitCode = 3;`),
    );
    assert.equal(run.result, 'Failed');
    assert.match(run.infrastructureFailure ?? '', /exit code 3/);
  });

  it("masks the connection's secrets from the start", async () => {
    const run = await runTask(
      probe(`console.log('token t0ken')`, { connection: { url: 'https://x/', token: 't0ken' } }),
    );
    assert.deepEqual(run.lines, ['token ***']);
  });

  it('keeps the folder for temporary files until the job has ended', async () => {
    const run = await runTask(
      probe(`require('fs').writeFileSync(process.env.AGENT_TEMPDIRECTORY + '/result.json', '{}')`),
    );
    assert.equal(readFileSync(join(run.temporaryFolder, 'result.json'), 'utf8'), '{}');
    assert.ok(existsSync(run.temporaryFolder));
  });

  it('cancels with SIGINT, and the step is canceled whatever it reports then', async () => {
    const running = startTask(
      probe(`
        process.on('SIGINT', () => {
          console.log('##vso[task.setvariable variable=heard]SIGINT');
          console.log('##vso[task.complete result=Succeeded]');
          process.exit(0);
        });
        setInterval(() => {}, 1000);
        console.log('ready');`),
    );
    await line(running.lines, 'ready');
    running.cancel();
    running.cancel();
    const run = await running.done;
    assert.deepEqual(run.signals, ['SIGINT']);
    assert.deepEqual(run.outputs, { heard: 'SIGINT' });
    assert.equal(run.result, 'Canceled');
    assert.equal(run.canceled, true);
    assert.equal(run.infrastructureFailure, undefined);
  });

  it('continues with SIGTERM and then kills the process and its children', async () => {
    const controller = new AbortController();
    const running = startTask(
      probe(
        `
        process.on('SIGINT', () => console.log('not now'));
        process.on('SIGTERM', () => console.log('never'));
        const child = require('child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
        child.once('spawn', () => console.log('child', child.pid));
        setInterval(() => {}, 1000);`,
        { grace: { sigint: 50, sigterm: 50 }, signal: controller.signal },
      ),
    );
    const child = Number((await line(running.lines, 'child')).split(' ')[1]);
    controller.abort();
    const run = await running.done;
    assert.deepEqual(run.signals, ['SIGINT', 'SIGTERM', 'SIGKILL']);
    assert.deepEqual(run.lines.slice(1, 3), ['not now', 'never']);
    assert.equal(run.result, 'Canceled');
    await until(() => !isAlive(child));
  });

  it('cancels by itself after a time', async () => {
    const run = await runTask(probe(`setInterval(() => {}, 1000)`, { cancelAfter: 20 }));
    assert.equal(run.result, 'Canceled');
  });

  it('runs the newest version of a task', () => {
    assert.match(taskFolder('ArgoCDSync'), /tasks.ArgoCDSync.V1$/);
    assert.throws(() => taskFolder('Nothing'), /ENOENT/);
    const folder = mkdtempSync(join(tmpdir(), 'task-'));
    for (const version of ['V2', 'V10', 'V9', 'other']) mkdirSync(join(folder, version));
    const tasks = join(import.meta.dirname, '../../../tasks');
    assert.equal(taskFolder(relative(tasks, folder)), join(folder, 'V10'));
    rmSync(folder, { recursive: true });
  });
});

async function line(lines: readonly string[], start: string): Promise<string> {
  await until(() => lines.some((text) => text.startsWith(start)));
  return lines.find((text) => text.startsWith(start)) ?? '';
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !isZombie(pid);
  } catch {
    return false;
  }
}

/** A killed orphan stays in the process table until its new parent reaps it. */
function isZombie(pid: number): boolean {
  const file = `/proc/${pid}/stat`;
  return existsSync(file) && / Z /.test(readFileSync(file, 'utf8'));
}
