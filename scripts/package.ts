import { statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { root } from './bundle.ts';
import { readManifest } from './stage.ts';
import { packExtension } from './vsix.ts';

const usage = `Packs the extension into out/, without a network.

  npm run package -- --publisher NAME

Arguments go to \`tfx extension create\`: --publisher NAME for the publisher in the Marketplace,
--extension-id ID, --rev-version, --override JSON. The publisher in the manifest stands for nobody.`;

const words = process.argv.slice(2);
if (words.some((word) => word === '--help' || word === '-h')) {
  console.log(usage);
  process.exit(0);
}
// Whoever publishes adds `--publisher NAME`: the one in the manifest stands for nobody.
const path = await packExtension(join(root, 'out'), words);
const { name, version } = readManifest(root);
const kilobytes = Math.ceil(statSync(path).size / 1024);
console.log(`${name} ${version}: ${relative(root, path)}, ${kilobytes} KB`);
