import { statSync } from 'node:fs';
import { relative } from 'node:path';
import { readWords } from '../src/inputs/command-words.ts';
import { bundle, filesOf, handlerBundle, hookBundle, root, taskBundles } from './bundle.ts';
import { doAsked, exitCodes } from './do-asked.ts';

const usage = `Bundles the agent's task, the handler and the command of hooks, each into one file, with the licenses of what is in it.

  npm run build

It exits with 0, or 2 for invalid arguments.`;

const asked = readWords(process.argv.slice(2), {});
process.exitCode = await doAsked(asked, { name: 'build', usage }, async () => {
  const bundles = [...taskBundles, handlerBundle, hookBundle];
  await Promise.all(bundles.map((each) => bundle(each)));
  for (const file of bundles.flatMap(filesOf)) {
    console.log(`${relative(root, file)}  ${Math.ceil(statSync(file).size / 1024)} KB`);
  }
  return exitCodes.success;
});
