import { cpSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** The part of `vss-extension.json` that determines what ships. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly icons: Readonly<Record<string, string>>;
  readonly content: Readonly<Record<string, { readonly path: string }>>;
  readonly files: readonly { readonly path: string }[];
}

/** Reads `vss-extension.json` in the root of a project. */
export function readManifest(root: string): Manifest {
  return JSON.parse(readFileSync(join(root, 'vss-extension.json'), 'utf8')) as Manifest;
}

/**
 * Copies what ships, and nothing else, from a project into an empty folder. tfx-cli packs whole folders, so a
 * stray file next to a task would reach every agent. Throws if a file that the manifest names does not exist.
 */
export function stage(root: string, folder: string): void {
  const { icons, content, files } = readManifest(root);
  const paths = new Set([
    'vss-extension.json',
    ...Object.values(icons),
    ...Object.values(content).map(({ path }) => path),
    ...files.map(({ path }) => path),
  ]);
  rmSync(folder, { recursive: true, force: true });
  for (const path of paths) {
    const source = join(root, path);
    if (!existsSync(source))
      throw new Error(`vss-extension.json names ${path}, which does not exist.`);
    const target = join(folder, path);
    mkdirSync(dirname(target), { recursive: true });
    cpSync(source, target, { recursive: true, filter: isShipped });
  }
}

/** The files of a task's folder that ship. */
const taskFiles = new Set([
  'task.json',
  'icon.png',
  'index.js',
  'follow-ups.js',
  'package.json',
  'ThirdPartyNotices.txt',
]);

function isShipped(source: string): boolean {
  const inVersion = /[\\/]tasks[\\/][^\\/]+[\\/]V\d+[\\/]/.test(source);
  return !inVersion || taskFiles.has(basename(source));
}
