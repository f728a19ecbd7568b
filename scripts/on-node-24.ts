import { spawn } from 'node:child_process';
import { findNode } from '../test/simulators/agent/node-runtime.ts';

/** Runs `node <arguments>` on Node 24, whichever Node runs this: the handler needs it. */
const node = findNode(24);
if (node === undefined) {
  console.error('There is no Node 24 here: `npm ci` brings one, or install it.');
  process.exit(1);
}
const child = spawn(node, process.argv.slice(2), { stdio: 'inherit' });
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => child.kill(signal));
}
child.on('exit', (code) => process.exit(code ?? 1));
