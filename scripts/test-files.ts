import { existsSync, readdirSync } from 'node:fs';
import { isAbsolute, join, relative, sep } from 'node:path';
import { nearest } from '../src/text/nearest.ts';
import { root } from './bundle.ts';

/**
 * The test file for each of `paths`, which name a test file or the source file that it tests, relative to any
 * folder. Returns sentences instead if one has no tests.
 */
export function findTestFiles(
  paths: readonly string[],
): { readonly files: readonly string[] } | { readonly messages: readonly string[] } {
  const found = paths.map((path) => ({ path, file: testFileOf(fromRoot(path)) }));
  const messages = found
    .filter(({ file }) => !existsSync(join(root, file)))
    .map(({ path, file }) => missing(path, file));
  if (messages.length > 0) return { messages };
  return { files: [...new Set(found.map(({ file }) => file))] };
}

function fromRoot(path: string): string {
  const inside = isAbsolute(path) ? relative(root, path) : path;
  return inside.split(sep).join('/').replace(/^\.\//, '');
}

/** `test/` mirrors `src/`; scripts and simulators have their own folders in it. */
function testFileOf(path: string): string {
  if (path.startsWith('test/') || !path.endsWith('.ts')) return path;
  return `test/${path.replace(/^src\//, '').replace(/\.ts$/, '.test.ts')}`;
}

function missing(path: string, file: string): string {
  const all = readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' })
    .filter((one) => one.endsWith('.test.ts'))
    .map((one) => `test/${one.split(sep).join('/')}`);
  const meant = nearest(file, all);
  const advice = meant === undefined ? 'Name a test file.' : `Did you mean ${meant}?`;
  return file === path
    ? `No such test file: ${path}. ${advice}`
    : `${path} has no tests of its own (${file} does not exist). ${advice}`;
}
