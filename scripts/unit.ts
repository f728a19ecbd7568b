import { availableParallelism } from 'node:os';
import { readWords } from '../src/inputs/command-words.ts';
import { doAsked } from './do-asked.ts';
import { nodeFor, runOn, suites, type Suite } from './suites.ts';

const usage = `Runs all tests: those of the handler on Node 24, the others on the current Node. Bundle first.

  npm run unit

It exits with 0 when all passed, 2 for invalid arguments, and otherwise like mocha.`;

const asked = readWords(process.argv.slice(2), {});
process.exitCode = await doAsked(asked, { name: 'unit', usage }, async () => {
  const nodes = suites.map(nodeFor);
  const codes: number[] = [];
  // One after the other: each uses all cores.
  for (const [index, suite] of suites.entries()) {
    console.log(`\nTests of ${suite.name}`);
    codes.push(await runOn(nodes[index] ?? process.execPath, wordsOf(suite)));
  }
  return Math.max(...codes);
});

/** `it.only` and `it.skip` are mistakes where all tests should run. */
function wordsOf({ folder, without, filesPerCore, options }: Suite): readonly string[] {
  return [
    'node_modules/mocha/bin/mocha.js',
    ...['--reporter', 'dot', '--forbid-only', '--forbid-pending'],
    ...options,
    // Files run in processes beside each other, so that none may depend on what another has left.
    ...['--parallel', '--jobs', String(filesPerCore * Math.max(2, availableParallelism()))],
    ...(without === undefined ? [] : ['--ignore', `${without}/**`]),
    `${folder}/**/*.test.ts`,
  ];
}
