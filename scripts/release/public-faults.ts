import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { placeholdersIn, readIdentity } from './identity.ts';
import { readRelease, taskContents, versionFaults } from './released-tasks.ts';
import { stampedFiles } from './stamped-files.ts';

/** Staged files that people or Azure DevOps read as text, unlike code and pictures. */
const aText = /\.(?:json|md)$/;

/**
 * What prevents a staged package from being published for everybody: something that the publisher must still
 * fill in, a version other than the project's, or a version that is already used. Empty if it is ready.
 */
export async function publicFaults(
  root: string,
  staged: string,
  version = readIdentity(root).version,
): Promise<readonly string[]> {
  const own = readIdentity(root).version;
  const otherVersion = `A public package must have the version of package.json, ${own}, not ${version}: set it with npm version.`;
  return [
    ...placeholders(staged),
    ...(version === own ? [] : [otherVersion]),
    ...unstampedFiles(root),
    ...(await versionFaults(readRelease(root), version, () => taskContents(root))),
  ];
}

/** One sentence for each file of the project that does not match `package.json`. */
export function unstampedFiles(root: string): readonly string[] {
  return stampedFiles(root)
    .filter(({ path, text }) => readFileSync(join(root, path), 'utf8') !== text)
    .map(({ path }) => `${path} does not match package.json: run npm run stamp.`);
}

function placeholders(staged: string): readonly string[] {
  const files = readdirSync(staged, { recursive: true, encoding: 'utf8' }).filter((file) =>
    aText.test(file),
  );
  const found = new Set(
    files.flatMap((file) => placeholdersIn(readFileSync(join(staged, file), 'utf8'))),
  );
  return [...found].map((each) => `${each} is a placeholder: ${cures[each] ?? 'replace it'}.`);
}

const cures: Readonly<Record<string, string>> = {
  'set-your-publisher': 'give --publisher ID',
  'set-your-repository': 'set repository.url in package.json, then run npm run stamp',
};
