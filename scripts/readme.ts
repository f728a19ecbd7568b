import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './bundle.ts';
import { replaceSection, type DocumentedTask } from './readme-section.ts';

const readme = join(root, 'README.md');
const task = JSON.parse(
  readFileSync(join(root, 'tasks/ArgoCDSync/V1/task.json'), 'utf8'),
) as DocumentedTask;
writeFileSync(readme, replaceSection(readFileSync(readme, 'utf8'), task));
