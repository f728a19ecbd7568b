import { statSync } from 'node:fs';
import { taskBundles } from '../bundle.ts';
import { packExtension } from '../vsix.ts';
import type { Figure } from './figure.ts';

/** What an agent downloads: the task's bundle, and the whole extension. */
export async function measureSizes(temporaryFolder: string): Promise<readonly Figure[]> {
  const vsix = await packExtension(temporaryFolder);
  const bundled = taskBundles.reduce((sum, { outfile }) => sum + statSync(outfile).size, 0);
  return [
    { what: 'size of the bundle', value: bundled / 1024, unit: 'KB' },
    { what: 'size of the VSIX', value: statSync(vsix).size / 1024, unit: 'KB', goal: 1024 },
  ];
}
