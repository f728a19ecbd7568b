import { spawn } from 'node:child_process';
import { requireNode24 } from './node-24.ts';

/** One run of mocha: which tests, and on which Node. */
interface Suite {
  readonly name: string;
  readonly node: string;
  readonly config: string;
}

const node24 = requireNode24();
const mocha = 'node_modules/mocha/bin/mocha.js';
/** One after the other: many run in quickened time, which two suites at once would not let them keep. */
const suites: readonly Suite[] = [
  { name: 'all but the handler', node: process.execPath, config: '.mocharc.json' },
  { name: 'the handler', node: node24, config: '.mocharc.handler.json' },
  { name: 'the process of the handler', node: node24, config: '.mocharc.process.json' },
];

const codes: number[] = [];
for (const suite of suites) codes.push(await run(suite));
process.exitCode = Math.max(...codes);

function run({ name, node, config }: Suite): Promise<number> {
  console.log(`\nTests of ${name}`);
  return new Promise((resolve) => {
    const child = spawn(node, [mocha, '--config', config], { stdio: 'inherit' });
    child.on('close', (code) => resolve(code ?? 1));
  });
}
