import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readIdentity } from './identity.ts';
import { stampImage, stampLinks, stampManifest, stampTask } from './stamp.ts';

/** A file, by its path in the project, and its content. */
export interface StampedFile {
  readonly path: string;
  readonly text: string;
}

const manifestFile = 'vss-extension.json';
/** What people read on the Marketplace, where relative links do not work. */
const listingFile = 'docs/marketplace.md';
/** They name the handler's image. */
const imageFiles = [
  'deploy/Dockerfile',
  'deploy/handler/base/kustomization.yaml',
  'deploy/hooks/chart/Chart.yaml',
  'deploy/hooks/chart/values.yaml',
  'docs/handler.md',
];

/**
 * The files that repeat what `package.json` decides, as they should be: the manifest, each `task.json`, files
 * that name the image, and the listing, with its version and its links into the repository.
 */
export function stampedFiles(root: string): readonly StampedFile[] {
  const identity = readIdentity(root);
  const read = (path: string) => readFileSync(join(root, path), 'utf8');
  const before = (
    JSON.parse(read(manifestFile)) as { readonly repository: { readonly uri: string } }
  ).repository.uri;
  const stampers: readonly (readonly [path: string, stamp: (text: string) => string])[] = [
    [manifestFile, (text) => stampManifest(text, identity)],
    ...taskFiles(root).map((path) => [path, (text: string) => stampTask(text, identity)] as const),
    ...imageFiles.map((path) => [path, (text: string) => stampImage(text, identity)] as const),
    [listingFile, (text) => text],
  ];
  return stampers.map(([path, stamp]) => ({
    path,
    text: stampLinks(stamp(read(path)), before, identity.repository),
  }));
}

/** Every `tasks/NAME/VMAJOR/task.json`. */
export function taskFiles(root: string): readonly string[] {
  return readdirSync(join(root, 'tasks'), { recursive: true, encoding: 'utf8' })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => /^[^/]+\/V\d+\/task\.json$/.test(path))
    .sort()
    .map((path) => `tasks/${path}`);
}
