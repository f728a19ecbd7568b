import { readWords } from '../src/inputs/command-words.ts';
import { doAsked, refuse } from './do-asked.ts';
import { nodeFor, runOn, suiteOf, suites } from './suites.ts';
import { findTestFiles } from './test-files.ts';

const usage = `Runs the tests of one file, or of a few, each on the Node that it needs.

  npm run test:one -- FILE…

  FILE             a test file, or the source file that it tests
  --grep TEXT      only tests whose names contain the text
  --timeout MS     how long a test may take; 0 means no limit, for a debugger

It exits with 0 when all passed, 2 for invalid arguments, and otherwise like mocha.`;

const program = { name: 'test:one', usage };
const options = { grep: { type: 'string' }, timeout: { type: 'string' } } as const;

const asked = readWords(process.argv.slice(2), options, { takesOthers: true });
process.exitCode = await doAsked(asked, program, async ({ values, others }) => {
  if (others.length === 0) return refuse(['Which file? Add the path of a test.'], program);
  const found = findTestFiles(others);
  if ('messages' in found) return refuse(found.messages, program);
  const { grep, timeout } = values;
  const given = [
    ...(grep === undefined ? [] : ['--fgrep', grep]),
    ...(timeout === undefined ? [] : ['--timeout', timeout]),
  ];
  const codes: number[] = [];
  for (const suite of suites) {
    const files = found.files.filter((file) => suiteOf(file) === suite);
    if (files.length === 0) continue;
    const words = ['node_modules/mocha/bin/mocha.js', ...suite.options, ...given, ...files];
    codes.push(await runOn(nodeFor(suite), words));
  }
  return Math.max(...codes);
});
