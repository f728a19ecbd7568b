/** The version of a task as `task.json` has it. */
export interface TaskVersion {
  readonly Major: number;
  readonly Minor: number;
  readonly Patch: number;
}

/** How far the minor number of an older major moves on with each major of the extension. */
const minorsOfAMajor = 1000;

/**
 * The version of a task in an extension of this version, which has three numbers. The major is the
 * task's folder (`V1`), as pipelines name it (`@1`); minor and patch are the extension's. So every
 * version of the extension, which the Marketplace takes only once, gives each task a version of its
 * own: an organization never keeps an old task under the number of a new one. The minor of an older
 * major goes on rising when the extension begins a new major. Throws where the folder is newer than
 * the extension.
 */
export function taskVersionOf(extension: string, major: number): TaskVersion {
  const [newest = 0, minor = 0, patch = 0] = extension.split('.').map(Number);
  if (major > newest) {
    throw new Error(`A task of version ${major} needs an extension of version ${major} or later.`);
  }
  return { Major: major, Minor: (newest - major) * minorsOfAMajor + minor, Patch: patch };
}

/** Below, at or above 0 where the first version is older than, the same as or newer than the second. */
export function compareVersions(one: string, other: string): number {
  const [ours, theirs] = [one, other].map((version) => version.split('.').map(Number));
  const differences = [0, 1, 2].map((at) => (ours?.[at] ?? 0) - (theirs?.[at] ?? 0));
  return differences.find((difference) => difference !== 0) ?? 0;
}
