import { spawn } from 'node:child_process';
import { readWords } from '../src/inputs/command-words.ts';
import { doAsked } from './do-asked.ts';

const usage = `Checks types, lint rules and formatting, all at the same time.

  npm run check

It exits with 0, 1 when something is wrong, or 2 for invalid arguments.`;

/** The npm scripts that check the sources; each uses one core. */
const checks = ['typecheck', 'lint:code', 'lint:format'] as const;

const asked = readWords(process.argv.slice(2), {});
process.exitCode = await doAsked(asked, { name: 'check', usage }, async () => {
  const passed = await Promise.all(checks.map(check));
  return passed.every(Boolean) ? 0 : 1;
});

/** Runs a check, and prints its output at its end, so that the lines of two checks do not mix. */
async function check(script: (typeof checks)[number]): Promise<boolean> {
  const child = spawn('npm', ['run', '--silent', script], {
    stdio: ['ignore', 'pipe', 'pipe'],
    shell: process.platform === 'win32',
  });
  const said: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (bytes: Buffer) => said.push(bytes));
  }
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject).once('close', resolve);
  });
  process.stdout.write(Buffer.concat(said));
  console.log(`${script}: ${code === 0 ? 'passed' : 'failed'}`);
  return code === 0;
}
