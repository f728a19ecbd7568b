import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { bundleTasks, root } from './bundle.ts';
import { adaptStaged, type Adaptation } from './release/adapt.ts';
import { stage } from './stage.ts';

const tfx = join(root, 'node_modules/tfx-cli/_build/tfx-cli.js');

/** Bundles and stages the extension below a folder. Returns the folder that contains it. */
export async function stageExtension(folder: string, adaptation: Adaptation): Promise<string> {
  await bundleTasks();
  const staged = join(folder, 'extension');
  stage(root, staged);
  adaptStaged(staged, adaptation);
  return staged;
}

/**
 * Packs what is staged into a folder, without a network. Returns the path of the VSIX. Throws with the output
 * of tfx-cli if it refuses the manifest.
 */
export async function packStaged(folder: string, staged: string): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [
    ...[tfx, 'extension', 'create', '--json', '--no-prompt', '--no-color'],
    ...['--root', staged, '--manifest-globs', 'vss-extension.json', '--output-path', folder],
  ]);
  return (JSON.parse(stdout) as { readonly path: string }).path;
}

/** Bundles, stages and packs. */
export async function packExtension(folder: string, adaptation: Adaptation = {}): Promise<string> {
  return packStaged(folder, await stageExtension(folder, adaptation));
}
