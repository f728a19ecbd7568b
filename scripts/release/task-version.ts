/** The version of a task, as in `task.json`. */
export interface TaskVersion {
  readonly Major: number;
  readonly Minor: number;
  readonly Patch: number;
}

/** How much the minor of an older major increases with each major of the extension. */
const minorsOfAMajor = 1000;

/**
 * The version of a task in an extension of this version, which has three numbers. The major is that of the
 * task's folder (`V1`), as pipelines name it (`@1`); minor and patch are those of the extension. So every
 * version of the extension, which the Marketplace accepts only once, gives each task a new version, and an
 * organization never keeps an old task under a new number. The minor of an older major keeps increasing when
 * the extension starts a new major. Throws if the folder is newer than the extension.
 */
export function taskVersionOf(extension: string, major: number): TaskVersion {
  const [newest = 0, minor = 0, patch = 0] = extension.split('.').map(Number);
  if (major > newest) {
    throw new Error(`A task of version ${major} needs an extension of version ${major} or later.`);
  }
  return { Major: major, Minor: (newest - major) * minorsOfAMajor + minor, Patch: patch };
}

/** Negative, 0 or positive if the first version is older than, equal to or newer than the second. */
export function compareVersions(one: string, other: string): number {
  const [ours, theirs] = [one, other].map((version) => version.split('.').map(Number));
  const differences = [0, 1, 2].map((at) => (ours?.[at] ?? 0) - (theirs?.[at] ?? 0));
  return differences.find((difference) => difference !== 0) ?? 0;
}
