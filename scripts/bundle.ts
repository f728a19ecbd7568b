import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { build, type BuildOptions, type Metafile } from 'esbuild';
import { englishTaskLib } from './task-lib-messages.ts';

/** A program in one file: from its entry under `src/` to the file that Node runs. */
export interface Bundle {
  readonly entry: string;
  readonly outfile: string;
  /** Programs that it loads itself, in files beside it: their entries by name. */
  readonly beside?: Readonly<Record<string, string>>;
  /** Where the licenses of what is in it are, in the same folder; `ThirdPartyNotices.txt` unless told. */
  readonly notices?: string;
  /** The oldest Node that runs it. */
  readonly target: 'node20' | 'node24';
}

export const root = join(import.meta.dirname, '..');

export const handlerBundle: Bundle = {
  entry: join(root, 'src/handler/cli/main.ts'),
  outfile: join(root, 'dist/handler/handler.js'),
  target: 'node24',
};

/** The command of hooks, in the handler's image; Node 20 runs it as well, for `npx`. */
export const hookBundle: Bundle = {
  entry: join(root, 'src/hook/main.ts'),
  outfile: join(root, 'dist/handler/hook.js'),
  notices: 'ThirdPartyNotices.hook.txt',
  target: 'node20',
};

/** Of the tasks that agents run; those of Azure DevOps itself are data only. */
export const taskBundles: readonly Bundle[] = [
  {
    entry: join(root, 'src/task/main.ts'),
    outfile: join(root, 'tasks/ArgoCDSync/V1/index.js'),
    // Loaded only where the input is set: no other step starts later for it.
    beside: { 'follow-ups': join(root, 'src/task/follow-ups/main.ts') },
    target: 'node20',
  },
];

export interface BundleOptions {
  /** With a source map and its own names, for a debugger; what ships has neither. */
  readonly forDebugger?: boolean;
}

/** The files that are made of a bundle, the one that Node runs first. */
export function filesOf({ outfile, beside = {} }: Bundle): readonly string[] {
  const others = Object.keys(beside).map((name) => join(dirname(outfile), `${name}.js`));
  return [outfile, ...others];
}

/**
 * Makes the one file that Node runs, what it loads itself, and beside it the licenses of what is in it. The format is
 * CommonJS because much of that is: as an ES module its `require` of Node's own modules would need a
 * shim.
 */
export async function bundle(what: Bundle, options: BundleOptions = {}): Promise<void> {
  const { outfile } = what;
  const folder = dirname(outfile);
  mkdirSync(folder, { recursive: true });
  const { metafile } = await build({ ...optionsOf(what, options), metafile: true });
  const { notices = 'ThirdPartyNotices.txt' } = what;
  writeFileSync(join(folder, notices), noticesOf(metafile));
  // The tasks' folders have one of their own.
  const about = join(folder, 'package.json');
  if (!existsSync(about)) writeFileSync(about, '{ "type": "commonjs" }\n');
}

/** The same files, made in memory, one after the other. */
export async function bundledText(what: Bundle): Promise<string> {
  const { outputFiles } = await build({ ...optionsOf(what), write: false });
  return outputFiles.map(({ text }) => text).join('\n');
}

function optionsOf(
  { entry, outfile, beside = {}, target }: Bundle,
  { forDebugger = false }: BundleOptions = {},
) {
  return {
    entryPoints: { [basename(outfile, '.js')]: entry, ...beside },
    outdir: dirname(outfile),
    bundle: true,
    platform: 'node',
    target,
    format: 'cjs',
    minify: !forDebugger,
    sourcemap: forDebugger ? 'inline' : false,
    legalComments: 'none',
    plugins: [englishTaskLib],
    // V8 compiles text of one byte per character faster, and keeps it in half the memory.
    charset: 'ascii',
    absWorkingDir: root,
    logLevel: 'error',
  } as const satisfies BuildOptions;
}

/** The license texts of all packages in a bundle, which their licenses ask to go with every copy. */
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

/** Bundles the tasks that agents run. */
export async function bundleTasks(options: BundleOptions = {}): Promise<void> {
  await Promise.all(taskBundles.map((each) => bundle(each, options)));
}
