import { execFile } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { bundleTasks, root } from './bundle.ts';
import { stage } from './stage.ts';

const tfx = join(root, 'node_modules/tfx-cli/_build/tfx-cli.js');

/**
 * Bundles, stages and packs the extension into `folder`, without a network, and returns the path of
 * the VSIX. `more` goes to tfx-cli as it is, such as `--publisher NAME`. Throws with what tfx-cli
 * wrote when it refuses the manifest.
 */
export async function packExtension(folder: string, more: readonly string[]): Promise<string> {
  await bundleTasks();
  const staged = join(folder, 'extension');
  stage(root, staged);
  mkdirSync(folder, { recursive: true });
  const { stdout } = await promisify(execFile)(process.execPath, [
    ...[tfx, 'extension', 'create', '--json', '--no-prompt', '--no-color'],
    ...['--root', staged, '--manifest-globs', 'vss-extension.json', '--output-path', folder],
    ...more,
  ]);
  return (JSON.parse(stdout) as { readonly path: string }).path;
}
