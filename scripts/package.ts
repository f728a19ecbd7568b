import { statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { readWords } from '../src/inputs/command-words.ts';
import { root } from './bundle.ts';
import { doAsked, exitCodes } from './do-asked.ts';
import { readManifest } from './stage.ts';
import { packExtension } from './vsix.ts';

const usage = `Packs the extension into out/, without a network.

  npm run package -- --publisher NAME

  --publisher NAME        the publisher in the Marketplace; the one in the manifest stands for nobody
  --extension-id ID       another id than the manifest's
  --override JSON         merged into the manifest
  --overrides-file FILE   the same from a file
  --rev-version           raises the version's last number

They go to \`tfx extension create\` as they are. It exits with 0, or 2 for wrong arguments.`;

const options = {
  publisher: { type: 'string' },
  'extension-id': { type: 'string' },
  override: { type: 'string' },
  'overrides-file': { type: 'string' },
  'rev-version': { type: 'boolean' },
} as const;

const words = process.argv.slice(2);
process.exitCode = await doAsked(
  readWords(words, options),
  { name: 'package', usage },
  async ({ values }) => {
    const path = await packExtension(join(root, 'out'), tfxWords(values));
    const { name, version } = readManifest(root);
    const kilobytes = Math.ceil(statSync(path).size / 1024);
    console.log(`${name} ${version}: ${relative(root, path)}, ${kilobytes} KB`);
    return exitCodes.success;
  },
);

/** tfx-cli takes no value behind a `=`. */
function tfxWords(values: Readonly<Record<string, string | boolean | undefined>>): string[] {
  return Object.entries(values).flatMap(([name, value]) =>
    typeof value === 'string' ? [`--${name}`, value] : [`--${name}`],
  );
}
