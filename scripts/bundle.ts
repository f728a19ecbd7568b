import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { build, type BuildOptions, type Metafile, type Plugin } from 'esbuild';
import { englishTaskLib } from './task-lib-messages.ts';

/** A program in one file: from its entry under `src/` to the file that Node runs. */
export interface Bundle {
  readonly entry: string;
  readonly outfile: string;
  /**
   * What it loads only where it is needed, in files beside it: their entries by name. An `import()` of an
   * entry becomes one of its file.
   */
  readonly beside?: Readonly<Record<string, string>>;
  /** The file with the licenses of the contents, in the same folder; default: `ThirdPartyNotices.txt`. */
  readonly notices?: string;
  /** The oldest Node that runs it. */
  readonly target: 'node20' | 'node24';
}

export const root = join(import.meta.dirname, '..');

export const handlerBundle: Bundle = {
  entry: join(root, 'src/handler/cli/main.ts'),
  outfile: join(root, 'dist/handler/handler.js'),
  // Large libraries that most handlers never need: what is in the first file is read at every start.
  beside: {
    'azure-sdk': join(root, 'src/azure/identity/azure-sdk.ts'),
    'token-review': join(root, 'src/handler/access/token-review-request.ts'),
  },
  target: 'node24',
};

/** The command of hooks, in the handler's image. It also runs on Node 20, for `npx`. */
export const hookBundle: Bundle = {
  entry: join(root, 'src/hook/main.ts'),
  outfile: join(root, 'dist/handler/hook.js'),
  // Loaded only for --direct: no other hook starts later for it.
  beside: { 'hook-direct': join(root, 'src/hook/direct/main.ts') },
  notices: 'ThirdPartyNotices.hook.txt',
  target: 'node20',
};

/** The tasks that agents run; the tasks that Azure DevOps runs are only data. */
export const taskBundles: readonly Bundle[] = [
  {
    entry: join(root, 'src/task/main.ts'),
    outfile: join(root, 'tasks/ArgoCDSync/V1/index.js'),
    // Loaded only if the input is set, so that it delays no other step.
    beside: { 'follow-ups': join(root, 'src/task/follow-ups/main.ts') },
    target: 'node20',
  },
];

export interface BundleOptions {
  /** With a source map and original names, for a debugger; what ships has neither. */
  readonly forDebugger?: boolean;
}

/** The files of a bundle; the first one is what Node runs. */
export function filesOf({ outfile, beside = {} }: Bundle): readonly string[] {
  const others = Object.keys(beside).map((name) => join(dirname(outfile), `${name}.js`));
  return [outfile, ...others];
}

/**
 * Creates the file that Node runs, the files that it loads, and the licenses of the contents. The format is
 * CommonJS, because many dependencies are: in an ES module, their `require` of Node's own modules would need
 * a shim.
 */
export async function bundle(what: Bundle, options: BundleOptions = {}): Promise<void> {
  const { outfile } = what;
  const folder = dirname(outfile);
  mkdirSync(folder, { recursive: true });
  const made = await build({ ...optionsOf(what, options), metafile: true, write: false });
  for (const { path, contents } of made.outputFiles) writeWhole(path, contents);
  const { notices = 'ThirdPartyNotices.txt' } = what;
  writeWhole(join(folder, notices), Buffer.from(noticesOf(made.metafile)));
  // The tasks' folders have their own.
  const about = join(folder, 'package.json');
  if (!existsSync(about)) writeFileSync(about, '{ "type": "commonjs" }\n');
}

/** Writes a file in one step, and only if it changes: whoever runs it meanwhile finds it whole. */
function writeWhole(path: string, contents: Uint8Array): void {
  if (existsSync(path) && readFileSync(path).equals(contents)) return;
  const beside = `${path}.${process.pid}`;
  const isProgram = contents[0] === '#'.charCodeAt(0) && contents[1] === '!'.charCodeAt(0);
  writeFileSync(beside, contents, { mode: isProgram ? 0o755 : 0o644 });
  renameSync(beside, path);
}

/** The same files, in memory, one after the other. */
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
    // V8 compiles text of one byte per character faster, and keeps it in half the memory.
    charset: 'ascii',
    absWorkingDir: root,
    logLevel: 'error',
    plugins: [englishTaskLib, leftBeside(beside)],
  } as const satisfies BuildOptions;
}

/** Makes an `import()` of what has a file of its own one of that file. */
function leftBeside(beside: NonNullable<Bundle['beside']>): Plugin {
  const names = new Map(Object.entries(beside).map(([name, entry]) => [entry, name]));
  return {
    name: 'left-beside',
    setup: (making) => {
      making.onResolve({ filter: /^\.{1,2}\// }, ({ kind, path, resolveDir }) => {
        const name = kind === 'dynamic-import' ? names.get(join(resolveDir, path)) : undefined;
        return name === undefined ? undefined : { path: `./${name}.js`, external: true };
      });
    },
  };
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
