import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { build, type Metafile } from 'esbuild';

/** One task's code: from its entry under `src/` to the file that its `task.json` names. */
export interface Bundle {
  readonly entry: string;
  readonly outfile: string;
}

export const root = join(import.meta.dirname, '..');

export const bundles: readonly Bundle[] = [
  {
    entry: join(root, 'src/task/main.ts'),
    outfile: join(root, 'tasks/ArgoCDSync/V1/index.js'),
  },
];

/**
 * Makes the one file that an agent runs, for Node 20 and 24 alike, and the licences of what is in
 * it beside it. The format is CommonJS because azure-pipelines-task-lib is: as an ES module its
 * `require` of Node's own modules would need a shim.
 */
export async function bundle({ entry, outfile }: Bundle): Promise<void> {
  const { metafile } = await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    minify: true,
    legalComments: 'none',
    metafile: true,
    absWorkingDir: root,
    logLevel: 'error',
  });
  writeFileSync(join(dirname(outfile), 'ThirdPartyNotices.txt'), noticesOf(metafile));
}

/** The licence texts of all packages in a bundle, which their licences ask to go with every copy. */
function noticesOf(metafile: Metafile): string {
  const folders = new Set<string>();
  for (const input of Object.keys(metafile.inputs)) {
    const folder = /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0];
    if (folder !== undefined) folders.add(folder);
  }
  return [...folders].sort().map(noticeOf).join('\n');
}

function noticeOf(folder: string): string {
  const path = join(root, folder);
  const { name, version, license } = JSON.parse(
    readFileSync(join(path, 'package.json'), 'utf8'),
  ) as Readonly<Record<'name' | 'version' | 'license', string>>;
  const file = readdirSync(path).find((entry) => /^licen[cs]e/i.test(entry));
  const text = file === undefined ? '' : readFileSync(join(path, file), 'utf8').trim();
  return `${name} ${version} (${license})\n\n${text}\n`;
}

/** Bundles every task. */
export async function bundleAll(): Promise<void> {
  await Promise.all(bundles.map(bundle));
}

/** Whether every task's bundle is there; it may be older than its source. */
export function allBundled(): boolean {
  return bundles.every(({ outfile }) => existsSync(outfile));
}
