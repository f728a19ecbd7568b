import { spawn } from 'node:child_process';
import { findNode } from '../test/simulators/agent/node-runtime.ts';

/** One run of mocha: which tests, and on which Node. */
interface Suite {
  readonly name: string;
  readonly node: string;
  readonly config: string;
}

const node24 = findNode(24);
if (node24 === undefined) {
  console.error('There is no Node 24 here: `npm ci` brings one, or install it.');
  process.exit(1);
}
const mocha = 'node_modules/mocha/bin/mocha.js';
/** Side by side, since the tests wait more than they compute: each lane runs its suites in turn. */
const lanes: readonly (readonly Suite[])[] = [
  [
    { name: 'all but the handler', node: process.execPath, config: '.mocharc.json' },
    { name: 'the handler', node: node24, config: '.mocharc.handler.json' },
  ],
  [{ name: 'the process of the handler', node: node24, config: '.mocharc.process.json' }],
];

const codes = await Promise.all(
  lanes.map(async (suites) => {
    const results: number[] = [];
    for (const suite of suites) results.push(await run(suite));
    return results;
  }),
);
process.exitCode = Math.max(...codes.flat());

/** Prints a suite's output as a whole when it has ended, so that none mixes with another's. */
function run({ name, node, config }: Suite): Promise<number> {
  return new Promise((resolve) => {
    const output: Buffer[] = [];
    const child = spawn(node, [mocha, '--config', config]);
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => output.push(chunk));
    }
    child.on('close', (code) => {
      console.log(`\nTests of ${name}`);
      process.stdout.write(Buffer.concat(output));
      resolve(code ?? 1);
    });
  });
}
