import { readWords } from '../src/inputs/command-words.ts';
import { doAsked, refuse } from './do-asked.ts';
import { nodeFor, runOn, suiteOf } from './suites.ts';
import { findTestFiles } from './test-files.ts';

const usage = `Checks the types at every change or, with files, runs their tests.

  npm run watch
  npm run watch -- FILE…

  FILE             a test file, or the source file that it tests; all of one suite
  --grep TEXT      only tests whose names contain the text

It runs until it is stopped. It exits with 2 for invalid arguments.`;

const program = { name: 'watch', usage };

const asked = readWords(process.argv.slice(2), { grep: { type: 'string' } }, { takesOthers: true });
process.exitCode = await doAsked(asked, program, ({ values: { grep }, others }) => {
  if (others.length === 0) {
    if (grep !== undefined) return refuse(['--grep chooses among tests: add a file.'], program);
    return runOn(process.execPath, [
      ...['node_modules/typescript/bin/tsc', '--project', '.'],
      ...['--watch', '--preserveWatchOutput'],
    ]);
  }
  const found = findTestFiles(others);
  if ('messages' in found) return refuse(found.messages, program);
  const [suite, another] = new Set(found.files.map(suiteOf));
  if (suite === undefined || another !== undefined) {
    const message =
      'These files need different versions of Node: watch those below test/handler, those below test/handler/process, and the others separately.';
    return refuse([message], program);
  }
  // Without its configuration, mocha runs in this process, so that Node sees what is imported.
  return runOn(nodeFor(suite), [
    ...['--watch', '--watch-preserve-output', '--import=tsx'],
    ...['node_modules/mocha/bin/mocha.js', '--no-config', '--timeout', '300000'],
    ...suite.options,
    ...(grep === undefined ? [] : ['--fgrep', grep]),
    ...found.files,
  ]);
});
