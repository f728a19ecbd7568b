import { spawn } from 'node:child_process';
import { requireNode24 } from './node-24.ts';

/** Runs `node <arguments>` on Node 24, which the handler needs, whatever Node runs this script. */
const child = spawn(requireNode24(), process.argv.slice(2), { stdio: 'inherit' });
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => child.kill(signal));
}
child.on('exit', (code) => process.exit(code ?? 1));
