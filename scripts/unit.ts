import { spawn } from 'node:child_process';
import { readWords } from '../src/inputs/command-words.ts';
import { doAsked } from './do-asked.ts';
import { requireNode24 } from './node-24.ts';

const usage = `Runs all tests: those of the handler on Node 24, the others on the Node that runs this. Bundle first.

  npm run unit

It exits with 0 when all passed, 2 for wrong arguments, and otherwise as mocha does.`;

/** One run of mocha: which tests, and on which Node. */
interface Suite {
  readonly name: string;
  readonly node: string;
  readonly config: string;
}

const mocha = 'node_modules/mocha/bin/mocha.js';

const asked = readWords(process.argv.slice(2), {});
process.exitCode = await doAsked(asked, { name: 'unit', usage }, async () => {
  const codes: number[] = [];
  for (const suite of suitesOn(requireNode24())) codes.push(await run(suite));
  return Math.max(...codes);
});

/** One after the other: many run in quickened time, which two suites at once would not let them keep. */
function suitesOn(node24: string): readonly Suite[] {
  return [
    { name: 'all but the handler', node: process.execPath, config: '.mocharc.json' },
    { name: 'the handler', node: node24, config: '.mocharc.handler.json' },
    { name: 'the process of the handler', node: node24, config: '.mocharc.process.json' },
  ];
}

function run({ name, node, config }: Suite): Promise<number> {
  console.log(`\nTests of ${name}`);
  return new Promise((resolve) => {
    const child = spawn(node, [mocha, '--config', config], { stdio: 'inherit' });
    child.on('close', (code) => resolve(code ?? 1));
  });
}
