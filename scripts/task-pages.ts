import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readWords } from '../src/inputs/command-words.ts';
import { root } from './bundle.ts';
import { doAsked, exitCodes } from './do-asked.ts';
import { pageOf, replaceSection, type DocumentedTask } from './task-page.ts';

const usage = `Regenerates the sections of docs/tasks/ about inputs and outputs from the tasks' task.json.

  npm run task-pages

It exits with 0, or 2 for invalid arguments.`;

const asked = readWords(process.argv.slice(2), {});
process.exitCode = await doAsked(asked, { name: 'task-pages', usage }, () => {
  const sync = taskOf('ArgoCDSync');
  const sections: readonly (readonly [task: DocumentedTask, like?: DocumentedTask])[] = [
    [sync],
    [taskOf('ArgoCDSyncServer'), sync],
    [taskOf('ArgoCDSyncDirect')],
    [taskOf('ArgoCDGate')],
    [taskOf('ArgoCDHealthGate')],
    [taskOf('ArgoCDEvent')],
  ];
  for (const [task, like] of sections) {
    const page = join(root, pageOf(task));
    writeFileSync(page, replaceSection(readFileSync(page, 'utf8'), task, like));
  }
  return exitCodes.success;
});

function taskOf(name: string): DocumentedTask {
  const file = join(root, 'tasks', name, 'V1/task.json');
  return JSON.parse(readFileSync(file, 'utf8')) as DocumentedTask;
}
