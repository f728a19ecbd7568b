import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { bundledText, root as projectRoot, taskBundles } from '../bundle.ts';
import { taskFiles } from './stamped-files.ts';
import { compareVersions } from './task-version.ts';

/** `deploy/pipelines/released.json`: the content of the tasks when they were last released. */
export interface Release {
  /** Version of the extension. */
  readonly version: string;
  /** By folder, such as `tasks/ArgoCDGate/V1`: the SHA-256 of everything that an agent or server receives. */
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
 * The current content of the tasks, without their version. The code is bundled for this, in memory, since an
 * agent receives the bundle: a comment in the source is not a change.
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
 * What is wrong with the version, compared with the last release. It must not decrease, and a task whose
 * content has changed needs a new version, since Azure DevOps identifies the content by the version and keeps
 * the old task in place. Empty if all is right. `contents` is called only if needed.
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

/** The bundle of a task that an agent runs; the others have no code. */
async function bundledCodeOf(folder: string): Promise<string> {
  const outfile = join(projectRoot, folder, 'index.js');
  const entry = taskBundles.find((each) => each.outfile === outfile);
  return entry === undefined ? '' : bundledText(entry);
}

/** The layout of the file is not part of the content. */
function withoutVersion(text: string): string {
  const { version, ...content } = JSON.parse(text) as Readonly<Record<string, unknown>>;
  if (version === undefined) throw new Error('task.json has no version.');
  return JSON.stringify(content);
}
