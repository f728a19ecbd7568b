import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { failuresOf } from './test-output.ts';
import type { SoakPart } from './verdict.ts';

const loopsPerCore = 2;

/** Runs `npm test` so many times alongside two busy loops per core. */
export async function testOnBusyMachine(runs: number): Promise<readonly SoakPart[]> {
  const loops = Array.from({ length: loopsPerCore * availableParallelism() }, busyLoop);
  console.log(
    `npm test ${runs} times alongside ${loops.length} busy loops; no run has a limit of time`,
  );
  const parts: SoakPart[] = [];
  try {
    for (let run = 1; run <= runs; run += 1) parts.push(await test(run, loops.length));
  } finally {
    for (const loop of loops) loop.kill('SIGKILL');
  }
  return parts;
}

/** It ends with this process, however this process ends. */
function busyLoop(): ChildProcess {
  const script = `
    const { ppid } = process;
    setInterval(() => {
      if (process.ppid !== ppid) process.exit();
      for (const until = Date.now() + 500; Date.now() < until; );
    }, 0);`;
  return spawn(process.execPath, ['-e', script], { stdio: 'ignore' });
}

async function test(run: number, loops: number): Promise<SoakPart> {
  const began = Date.now();
  const child = spawn('npm', ['test'], { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    process.stdout.write(chunk);
    text += chunk;
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject).once('close', resolve);
  });
  const minutes = ((Date.now() - began) / 60_000).toFixed(1);
  return {
    what: `npm test alongside ${loops} busy loops, run ${run}: ${minutes} min`,
    problems: code === 0 ? [] : failuresOf(text),
    isWhole: true,
  };
}
