import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './bundle.ts';
import { replaceSection, type DocumentedTask } from './readme-section.ts';

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

function taskOf(name: string): DocumentedTask {
  const file = join(root, 'tasks', name, 'V1/task.json');
  return JSON.parse(readFileSync(file, 'utf8')) as DocumentedTask;
}
