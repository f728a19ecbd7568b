import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readWords } from '../src/inputs/command-words.ts';
import { root } from './bundle.ts';
import { doAsked, exitCodes } from './do-asked.ts';
import { replaceSection, type DocumentedTask } from './readme-section.ts';

const usage = `Makes the README's parts about inputs and outputs anew from the tasks' task.json.

  npm run readme

It exits with 0, or 2 for wrong arguments.`;

const asked = readWords(process.argv.slice(2), {});
process.exitCode = await doAsked(asked, { name: 'readme', usage }, () => {
  const sync = taskOf('ArgoCDSync');
  const sections: readonly (readonly [task: DocumentedTask, like?: DocumentedTask])[] = [
    [sync],
    [taskOf('ArgoCDSyncServer'), sync],
    [taskOf('ArgoCDGate')],
    [taskOf('ArgoCDHealthGate')],
  ];
  const readme = join(root, 'README.md');
  writeFileSync(
    readme,
    sections.reduce(
      (text, [task, like]) => replaceSection(text, task, like),
      readFileSync(readme, 'utf8'),
    ),
  );
  return exitCodes.success;
});

function taskOf(name: string): DocumentedTask {
  const file = join(root, 'tasks', name, 'V1/task.json');
  return JSON.parse(readFileSync(file, 'utf8')) as DocumentedTask;
}
