import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { bundledText, root as projectRoot, taskBundles } from '../bundle.ts';
import { taskFiles } from './stamped-files.ts';
import { compareVersions } from './task-version.ts';

/** `deploy/pipelines/released.json`: what was in the tasks when they were last released. */
export interface Release {
  /** Of the extension. */
  readonly version: string;
  /** By folder, such as `tasks/ArgoCDGate/V1`: the SHA-256 of all that an agent or server gets. */
  readonly tasks: Readonly<Record<string, string>>;
}

const recordFile = 'deploy/pipelines/released.json';

/** Path in the project, and the text of a record. */
export function recordOf(release: Release): { readonly path: string; readonly text: string } {
  return { path: recordFile, text: `${JSON.stringify(release, undefined, 2)}\n` };
}

/** Reads the record of the last release in the root of a project. */
export function readRelease(root: string): Release {
  return JSON.parse(readFileSync(join(root, recordFile), 'utf8')) as Release;
}

/**
 * What is in the tasks now, whatever their version. The code is bundled anew for it, in memory: what
 * an agent gets is the bundle, and a comment in its source is no change of it.
 */
export async function taskContents(
  root: string,
  codeOf: (folder: string) => Promise<string> = bundledCodeOf,
): Promise<Release['tasks']> {
  const contents = await Promise.all(
    taskFiles(root).map(async (file) => {
      const folder = dirname(file);
      const parts = [
        withoutVersion(readFileSync(join(root, file), 'utf8')),
        readFileSync(join(root, folder, 'icon.png')),
        await codeOf(folder),
      ];
      const digest = createHash('sha256');
      for (const part of parts) digest.update(createHash('sha256').update(part).digest());
      return [folder, `sha256:${digest.digest('hex')}`] as const;
    }),
  );
  return Object.fromEntries(contents);
}

/**
 * What is wrong with the version, by what was released last: it must not go back, and a task whose
 * content is another needs another version, since Azure DevOps takes the version for the content and
 * leaves the old task in place. Empty when all is right. `contents` is asked for only where it matters.
 */
export async function versionFaults(
  released: Release,
  version: string,
  contents: () => Promise<Release['tasks']>,
): Promise<readonly string[]> {
  const order = compareVersions(version, released.version);
  if (order < 0) return [`${version} is older than ${released.version}, which was released.`];
  if (order > 0) return [];
  const changed = Object.entries(await contents()).filter(
    ([folder, digest]) => released.tasks[folder] !== digest,
  );
  return changed.map(
    ([folder]) =>
      `${folder} has changed since ${released.version} was released: raise the version with npm version patch, minor or major.`,
  );
}

/** Of a task that an agent runs the bundle; the others have no code. */
async function bundledCodeOf(folder: string): Promise<string> {
  const outfile = join(projectRoot, folder, 'index.js');
  const entry = taskBundles.find((each) => each.outfile === outfile);
  return entry === undefined ? '' : bundledText(entry);
}

/** The layout of the file is no content. */
function withoutVersion(text: string): string {
  const { version, ...content } = JSON.parse(text) as Readonly<Record<string, unknown>>;
  if (version === undefined) throw new Error('task.json has no version.');
  return JSON.stringify(content);
}
