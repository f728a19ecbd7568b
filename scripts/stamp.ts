import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readWords } from '../src/inputs/command-words.ts';
import { root } from './bundle.ts';
import { doAsked, exitCodes } from './do-asked.ts';
import { readIdentity } from './release/identity.ts';
import { recordOf, taskContents } from './release/released-tasks.ts';
import { stampedFiles, type StampedFile } from './release/stamped-files.ts';

const usage = `Writes the version and the repository URL of package.json to all files that repeat them: the
manifest, each task.json and the listing. npm version runs it.

  npm run stamp
  npm run stamp -- --released     also records the current tasks as released in this version

It exits with 0, or 2 for invalid arguments.`;

const asked = readWords(process.argv.slice(2), { released: { type: 'boolean' } });
process.exitCode = await doAsked(asked, { name: 'stamp', usage }, async ({ values }) => {
  stampedFiles(root).forEach(write);
  const { version } = readIdentity(root);
  if (values.released) write(recordOf({ version, tasks: await taskContents(root) }));
  return exitCodes.success;
});

function write({ path, text }: StampedFile): void {
  writeFileSync(join(root, path), text);
}
