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
  // One after the other: two at once would slow each other down on a small machine.
  for (const [index, suite] of suites.entries()) {
    console.log(`\nTests of ${suite.name}`);
    codes.push(await runOn(nodes[index] ?? process.execPath, wordsOf(suite)));
  }
  return Math.max(...codes);
});

/** `it.only` and `it.skip` are mistakes where all tests should run. */
function wordsOf({ folder, without, isParallel, options }: Suite): readonly string[] {
  return [
    'node_modules/mocha/bin/mocha.js',
    ...['--reporter', 'dot', '--forbid-only', '--forbid-pending'],
    ...options,
    ...(isParallel ? ['--parallel', '--jobs', '2'] : []),
    ...(without === undefined ? [] : ['--ignore', `${without}/**`]),
    `${folder}/**/*.test.ts`,
  ];
}
